/// Random numbers that are the same on every machine: splitmix64 in integers, turned into float32 by exact steps.
struct SeededStream: Sendable {
    private var state: UInt64

    /// A stream of its own for every list of keys.
    init(_ keys: UInt64...) {
        state = 0x7457_0c1d_5eed_0001
        for key in keys { state = Self.mixed(state ^ Self.mixed(key &+ 0x9e37_79b9_7f4a_7c15)) }
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mixed(state)
    }

    /// In 0..<1, of 24 bits.
    mutating func unit() -> Float { Float(next() >> 40) * (1 / 16_777_216) }

    mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }

    /// Symmetric about 0.
    mutating func spread(_ reach: Float) -> Float { uniform(-reach, reach) }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() >> 33) % range.count
    }

    mutating func chance(_ probability: Float) -> Bool { unit() < probability }

    /// -1 or 1.
    mutating func sign() -> Float { next() >> 63 == 0 ? -1 : 1 }

    mutating func pick<C: RandomAccessCollection>(_ list: C) -> C.Element {
        list[list.index(list.startIndex, offsetBy: Int(next() >> 33) % list.count)]
    }

    /// One of the list's elements, as often as its weight says.
    mutating func pick<T>(_ list: [(T, Float)]) -> T {
        var left = unit() * list.reduce(0) { $0 + $1.1 }
        for (element, weight) in list {
            left -= weight
            if left < 0 { return element }
        }
        return list[list.count - 1].0
    }

    /// A salt for textures.
    mutating func salt() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 32) }
}
