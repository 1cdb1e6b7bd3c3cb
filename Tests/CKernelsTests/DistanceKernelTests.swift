import CKernels
import TestSupport
import Testing

/// Every variant of the perceptual distance's kernels against the portable one, bit for bit, and that against double
/// precision.
@Suite struct DistanceKernelTests {
    private static let tile = Int(TB_FEATURE_TILE)
    private static let variants = Variant.all.map(\.isa)

    /// Channels x positions, half of it 0 as after a ReLU, and one position without any feature.
    private func features(_ channels: Int, _ positions: Int, seed: UInt64) -> [Float] {
        var random = SeededRandom(seed)
        return (0..<channels * positions).map { i in
            i % positions == positions / 2 ? 0 : max(0, Float.random(in: -2...2, using: &random))
        }
    }

    private func unit(_ features: [Float], _ channels: Int, _ isa: tb_isa) -> [Float] {
        let positions = features.count / channels
        let tiles = (positions + Self.tile - 1) / Self.tile
        var unit = [Float](repeating: .nan, count: tiles * channels * Self.tile)
        tb_unit_features(isa, features, channels, positions, 0, tiles, &unit)
        return unit
    }

    @Test(arguments: [1, 3, 16, 65, 200], [1, 15, 64, 70, 193])
    func `unit features have length 1 or 0, in every variant alike`(channels: Int, positions: Int) {
        let x = features(channels, positions, seed: UInt64(channels))
        let expected = unit(x, channels, TB_ISA_PORTABLE)
        for isa in Self.variants { #expect(unit(x, channels, isa).map(\.bitPattern) == expected.map(\.bitPattern)) }
        for position in 0..<expected.count / channels {
            let column = (0..<channels).map { c in
                expected[(position / Self.tile * channels + c) * Self.tile + position % Self.tile]
            }
            let source = (0..<channels).map { position < positions ? Double(x[$0 * positions + position]) : 0 }
            let length = source.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for (got, value) in zip(column, source) { #expect(abs(Double(got) - value / (length + 1e-10)) < 3e-7) }
        }
    }

    @Test(arguments: [(2, 5, 70), (3, 64, 64), (5, 130, 33), (6, 67, 200), (7, 16, 130)])
    func `distances of all pairs are the same in every variant`(pictures: Int, channels: Int, positions: Int) {
        let units = (0..<pictures).map {
            unit(features(channels, positions, seed: UInt64(50 + $0)), channels, TB_ISA_PORTABLE)
        }
        var random = SeededRandom(9)
        let weights = (0..<channels).map { _ in Float.random(in: 0...1, using: &random) }
        let pairs = pictures * (pictures - 1) / 2
        let tiles = (positions + Self.tile - 1) / Self.tile
        func sums(_ isa: tb_isa, _ runs: [Range<Int>]) -> [Double] {
            var sums = [Double](repeating: 0, count: pairs)
            withPointers(units[...], []) { pointers in
                for run in runs {
                    withScratch(16 * pairs * 4) { scratch in
                        tb_feature_distances(
                            isa, pointers, pictures, weights, channels, run.lowerBound, run.count, &sums,
                            scratch.assumingMemoryBound(to: Float.self))
                    }
                }
            }
            return sums
        }
        let expected = sums(TB_ISA_PORTABLE, [0..<tiles])
        for isa in Self.variants { #expect(sums(isa, [0..<tiles]) == expected) }
        #expect(sums(tb_isa_best(), (0..<tiles).map { $0..<$0 + 1 }) == expected)

        var pair = 0
        for i in 0..<pictures {
            for j in i + 1..<max(i + 1, pictures) {
                var exact = 0.0
                for (n, (a, b)) in zip(units[i], units[j]).enumerated() {
                    let d = Double(a) - Double(b)
                    exact += Double(weights[n / Self.tile % channels]) * d * d
                }
                #expect(abs(expected[pair] - exact) <= 1e-6 * max(1, exact))
                pair += 1
            }
        }
    }

    @Test func `equal pictures have distance exactly 0`() {
        let x = unit(features(67, 130, seed: 3), 67, tb_isa_best())
        var sums = [0.0]
        let weights = [Float](repeating: 0.7, count: 67)
        withPointers([x, x], []) { pointers in
            withScratch(64) { scratch in
                tb_feature_distances(
                    tb_isa_best(), pointers, 2, weights, 67, 0, 3, &sums, scratch.assumingMemoryBound(to: Float.self))
            }
        }
        #expect(sums == [0])
    }

    private func withPointers(
        _ left: ArraySlice<[Float]>, _ done: [UnsafePointer<Float>], _ body: ([UnsafePointer<Float>]) -> Void
    ) {
        guard let first = left.first else { return body(done) }
        first.withUnsafeBufferPointer { withPointers(left.dropFirst(), done + [$0.baseAddress!], body) }
    }
}
