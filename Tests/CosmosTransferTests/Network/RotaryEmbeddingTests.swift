import Foundation
import TestSupport
import Testing

@testable import CosmosTransfer

@Suite struct RotaryEmbeddingTests {
    private func angles(_ precision: RotaryPrecision) -> [Double] {
        RotaryEmbedding.angles(
            sizes: (16, 44, 80), headWidth: 128, ratio: RopeRatio(t: 2, h: 1, w: 1), timeScale: 1, precision: precision)
    }

    @Test func `rounding to bfloat16 moves the angles of a full clip by what was measured on the published pipeline`() {
        // Spec §2.5: at most 0.148 rad, on the width axis, and 0.005 on average.
        let (exact, rounded) = (angles(.float32), angles(.bfloat16))
        let errors = zip(exact, rounded).map { abs($0 - $1) }
        #expect(abs(errors.max()! - 0.148) < 0.001)
        #expect(abs(errors.reduce(0, +) / Double(errors.count) - 0.005) < 0.001)
        let widest = errors.indices.max { errors[$0] < errors[$1] }!
        #expect(widest % 64 >= 22 + 21)
    }

    private struct Case: Decodable {
        let head: Int
        let ratio, fps: Double
        let t, h, w: [[UInt32]]
    }

    @Test func `angles rounded to bfloat16 are those of exact arithmetic, bit by bit`() throws {
        let file = URL(fileURLWithPath: Places.references + "/rotary/angles.json")
        for one in try JSONDecoder().decode([Case].self, from: Data(contentsOf: file)) {
            let sizes = (one.t.count, one.h.count, one.w.count)
            let angles = RotaryEmbedding.angles(
                sizes: sizes, headWidth: one.head, ratio: RopeRatio(t: one.ratio, h: 1, w: 1),
                timeScale: 24 / one.fps, precision: .bfloat16)
            var expected: [Double] = []
            for a in one.t { for b in one.h { for c in one.w { expected += (a + b + c).map(Self.value) } } }
            #expect(angles == expected, "heads of \(one.head), ratio \(one.ratio), \(one.fps) frames a second")
        }
    }

    private static func value(_ bits: UInt32) -> Double { Double(Float(bitPattern: bits << 16)) }

    @Test func `time takes what height and width leave of a head`() {
        let grid = LatentGrid(samples: 1, frames: 3, height: 4, width: 6, patch: [1, 2, 2])
        for width in [16, 24, 32, 64, 128] {
            let rotary = RotaryEmbedding(
                grid: grid, headWidth: width, ratio: RopeRatio(t: 2, h: 1, w: 1), timeScale: 1, precision: .float32)
            #expect(rotary.cosines.count == grid.tokens * width / 2)
            // The first token is not rotated; a step along the width turns the last third's first angle by one radian.
            #expect(rotary.cosines.prefix(width / 2).allSatisfy { $0 == 1 })
            let last = width / 2 - width / 6
            #expect(abs(rotary.sines[width / 2 + last] - 0.841471) < 1e-6)
        }
    }
}
