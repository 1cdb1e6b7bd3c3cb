import Foundation
import Testing

@testable import TinyWorld

/// Arithmetic that must be the same everywhere is close to the true functions.
@Suite struct NumberTests {
    @Test func `sine and cosine are within 1e-5`() throws {
        let worst = (-4000...4000).map { k in
            let angle = Float(k) * 0.004
            let (s, c) = sineAndCosine(angle)
            return max(abs(Double(s) - sin(Double(angle))), abs(Double(c) - cos(Double(angle))))
        }.max()
        #expect(try #require(worst) < 1e-5)
    }

    @Test func `angles are within 1e-4`() {
        for k in -314...314 {
            let exact = Double(k) * 0.01
            let given = angle(Vector(Float(cos(exact) * 3), Float(sin(exact) * 3), 0))
            #expect(abs(Double(given) - exact) < 1e-4)
        }
    }

    @Test func `halves are rounded to the nearest`() {
        for value: Float in [0, 6e-8, 3e-5, 6.1e-5, 0.1, 0.333, 1, 1.0004883, 1.0014648, 1.001, 2.7182817, 99.97, 100] {
            let h = half(value)
            let (exponent, fraction) = (Int(h >> 10), Double(h & 0x3ff))
            let given = exponent == 0 ? fraction * exp2(-24) : (1 + fraction / 1024) * exp2(Double(exponent - 15))
            #expect(abs(given - Double(value)) <= max(exp2(-25), Double(value) * exp2(-11)))
        }
        #expect(half(1 + 1 / 2048) == half(1) && half(1 + 3 / 2048) == half(1) + 2)  // ties go to even
    }

    @Test func `streams are splitmix64's`() {
        // From the published algorithm, started at the state that the keys 1, 2, 3 lead to.
        var stream = SeededStream(1, 2, 3)
        #expect(
            (0..<3).map { _ in stream.next() } == [0xc05b_c897_74a7_b987, 0x871a_9faa_0a8d_c2ca, 0x62f3_019d_fc09_9317])
        var other = SeededStream(1, 3, 2)
        #expect(other.next() != 0)
        let values = (0..<4000).map { _ in other.unit() }
        #expect(values.allSatisfy { (0..<1).contains($0) } && abs(values.reduce(0, +) / 4000 - 0.5) < 0.02)
    }

    /// Rays meet solids on their surface, and nowhere before.
    @Test func `a crossing is on the surface, and the way to it is outside`() {
        var s = SeededStream(77)
        var (hits, wrong) = (0, 0)
        for _ in 0..<6000 {
            func any(_ reach: Float) -> Vector { Vector(s.spread(reach), s.spread(reach), s.spread(reach)) }
            let axes = Axes(along: any(1), near: any(1))
            let half = Vector(s.uniform(0.2, 1), s.uniform(0.2, 1), s.uniform(0.2, 1))
            let solid =
                switch s.integer(0...2) {
                case 0: Solid.box(any(1), half, axes, slot: 0, instance: 0)
                case 1: Solid.ellipsoid(any(1), half, axes, slot: 0, instance: 0)
                default: Solid.cone(any(1), any(1), s.uniform(0.05, 0.8), s.uniform(0.05, 0.8), slot: 0, instance: 0)
                }
            let origin = any(1).normalised * 6
            let way = any(1.2) - origin
            let (o, d) = (solid.local(origin), solid.localDirection(way))
            let t = solid.shape.crossing(o, d)
            /// Above 1 outside.
            func measure(_ p: Vector) -> Float {
                switch solid.shape {
                case .box: max(abs(p.x), max(abs(p.y), abs(p.z)))
                case .ball: p.length
                case .cone(let base, let slope):
                    max(abs(p.z), (p.x * p.x + p.y * p.y).squareRoot() / max(1e-4, base + slope * p.z))
                case .plane: 0
                }
            }
            if t < .infinity {
                hits += 1
                if abs(measure(o + d * t) - 1) > 5e-3 { wrong += 1 }
            }
            for k in 0..<60 {
                let at = min(t, 2) * Float(k) / 60
                if measure(o + d * at) < 0.995 { wrong += 1 }
            }
        }
        #expect(hits > 1000 && wrong == 0, "\(hits) \(wrong)")
    }
}
