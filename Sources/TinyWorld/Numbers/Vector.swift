/// Three float32 numbers. Only + - * / and square roots are used on them, each rounded once: the same bits everywhere.
struct Vector: Sendable, Equatable {
    var x: Float
    var y: Float
    var z: Float

    init(_ x: Float, _ y: Float, _ z: Float) {
        self.x = x
        self.y = y
        self.z = z
    }

    init(repeating value: Float) { self.init(value, value, value) }

    static let zero = Vector(0, 0, 0)
    static let up = Vector(0, 0, 1)

    @inline(__always) static func + (a: Vector, b: Vector) -> Vector { Vector(a.x + b.x, a.y + b.y, a.z + b.z) }
    @inline(__always) static func - (a: Vector, b: Vector) -> Vector { Vector(a.x - b.x, a.y - b.y, a.z - b.z) }
    /// Number by number.
    @inline(__always) static func * (a: Vector, b: Vector) -> Vector { Vector(a.x * b.x, a.y * b.y, a.z * b.z) }
    @inline(__always) static func * (a: Vector, k: Float) -> Vector { Vector(a.x * k, a.y * k, a.z * k) }
    @inline(__always) static func += (a: inout Vector, b: Vector) { a = a + b }
    @inline(__always) static prefix func - (a: Vector) -> Vector { Vector(-a.x, -a.y, -a.z) }

    @inline(__always) func dot(_ b: Vector) -> Float { x * b.x + y * b.y + z * b.z }
    func cross(_ b: Vector) -> Vector { Vector(y * b.z - z * b.y, z * b.x - x * b.z, x * b.y - y * b.x) }
    var length: Float { dot(self).squareRoot() }
    /// Of length 1; itself where it has none.
    @inline(__always) var normalised: Vector {
        let square = dot(self)
        return square > 0 ? self * (1 / square.squareRoot()) : self
    }

    /// Between a (0) and b (1).
    @inline(__always) static func mix(_ a: Vector, _ b: Vector, _ t: Float) -> Vector { a + (b - a) * t }
}

/// A right-handed frame of unit axes.
struct Axes: Sendable, Equatable {
    var x: Vector
    var y: Vector
    var z: Vector

    static let world = Axes(x: Vector(1, 0, 0), y: Vector(0, 1, 0), z: .up)

    init(x: Vector, y: Vector, z: Vector) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// Turned about the upright axis, counter-clockwise from above.
    init(yaw: Float) {
        let (s, c) = sineAndCosine(yaw)
        self.init(x: Vector(c, s, 0), y: Vector(-s, c, 0), z: .up)
    }

    /// The third axis along a direction.
    init(along direction: Vector, near hint: Vector = Vector(1, 0, 0)) {
        z = direction.normalised
        let first = hint - z * hint.dot(z)
        let other = Vector(0, 1, 0) - z * z.y
        x = (first.dot(first) > 1e-4 ? first : other).normalised
        y = z.cross(x)
    }
}

/// Sine and cosine by polynomials, within 1e-5 for a few turns; the C library's differ between machines.
func sineAndCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
    (sine(angle), sine(angle + 1.570_796_4))
}

private func sine(_ angle: Float) -> Float {
    let turns = angle * 0.318_309_87
    let nearest = turns.rounded()
    let x = (turns - nearest) * 3.141_592_7
    let square = x * x
    let value =
        x * (1 + square * (-0.166_666_67 + square * (0.008_333_331 + square * (-0.000_198_409 + square * 2.752_6e-6))))
    return (nearest * 0.5).rounded(.down) * 2 == nearest ? value : -value
}

/// 0 below `low`, 1 above `high`, smooth between.
@inline(__always) func smoothStep(_ low: Float, _ high: Float, _ value: Float) -> Float {
    let t = min(1, max(0, (value - low) / (high - low)))
    return t * t * (3 - 2 * t)
}

@inline(__always) func clamped(_ value: Float) -> Float { min(1, max(0, value)) }
