/// 32 bits that look random for every lattice point and salt.
@inline(__always) func latticeHash(_ x: Int32, _ y: Int32, _ salt: UInt32) -> UInt32 {
    var h = UInt32(bitPattern: x) &* 0x9e37_79b1 ^ UInt32(bitPattern: y) &* 0x85eb_ca77 ^ salt
    h = (h ^ (h >> 15)) &* 0x2c1b_3c6d
    h = (h ^ (h >> 12)) &* 0x297a_2d39
    return h ^ (h >> 15)
}

/// The same as a number in 0..<1.
@inline(__always) func latticeValue(_ x: Int32, _ y: Int32, _ salt: UInt32) -> Float {
    Float(latticeHash(x, y, salt) >> 8) * (1 / 16_777_216)
}

/// The whole number below; far values wrap, so that no input is out of range.
@inline(__always) func lattice(_ floored: Float) -> Int32 {
    abs(floored) < 1e9 ? Int32(floored) : 0
}

/// Smooth noise in 0...1 with features of size 1.
@inline(__always) func smoothNoise(_ u: Float, _ v: Float, _ salt: UInt32) -> Float {
    let (fu, fv) = (u.rounded(.down), v.rounded(.down))
    let (x, y) = (lattice(fu), lattice(fv))
    var (a, b) = (u - fu, v - fv)
    a = a * a * (3 - 2 * a)
    b = b * b * (3 - 2 * b)
    let top = latticeValue(x, y, salt) * (1 - a) + latticeValue(x &+ 1, y, salt) * a
    let bottom = latticeValue(x, y &+ 1, salt) * (1 - a) + latticeValue(x &+ 1, y &+ 1, salt) * a
    return top * (1 - b) + bottom * b
}
