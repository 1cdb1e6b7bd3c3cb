internal import Foundation

func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { a.x * b.x + a.y * b.y + a.z * b.z }

func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
}

extension SIMD3<Double> {
    /// Seen from above.
    var onGround: SIMD2<Double> { [x, y] }
    var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}

extension SIMD2<Double> {
    /// Unlike a hypotenuse function's: what reference programs compute, to the bit.
    var length: Double { (x * x + y * y).squareRoot() }
    /// Counter-clockwise from the x axis.
    var angle: Double { atan2(y, x) }
    var isFinite: Bool { x.isFinite && y.isFinite }
}

extension Double {
    var sine: Double { sin(self) }
    var cosine: Double { cos(self) }
}
