import CKernels
import TestSupport
import Testing

@Suite struct ResampleKernelTests {
    /// Taps of a box of three pixels around every output's place, of unequal weights that overshoot at some.
    private struct Taps {
        var first: [Int32] = []
        var count: [Int32] = []
        var weight: [Float] = []

        init(from n: Int, to m: Int) {
            for i in 0..<m {
                let centre = i * n / m
                let (low, high) = (max(centre - 1, 0), min(centre + 2, n))
                first.append(Int32(low))
                count.append(Int32(high - low))
                for j in 0..<3 { weight.append(j < high - low ? [1.25, -0.5, 0.3][(i + j) % 3] : 99) }
            }
        }

        func with<R>(_ body: (UnsafePointer<tb_taps>) -> R) -> R {
            first.withUnsafeBufferPointer { first in
                count.withUnsafeBufferPointer { count in
                    weight.withUnsafeBufferPointer { weight in
                        var taps = tb_taps(
                            first: first.baseAddress!, count: count.baseAddress!, weight: weight.baseAddress!, most: 3)
                        return body(&taps)
                    }
                }
            }
        }
    }

    private func resample(_ picture: Picture, _ width: Int, _ height: Int, _ variant: Variant) -> [UInt8] {
        let numbers = tb_resample_scratch_floats(Int32(picture.width), Int32(picture.height), Int32(width))
        return withScratch(4 * numbers) { scratch in
            [UInt8](unsafeUninitializedCapacity: 3 * width * height) { buffer, filled in
                Taps(from: picture.width, to: width).with { columns in
                    Taps(from: picture.height, to: height).with { rows in
                        tb_resample(
                            variant.isa, picture.pixels, Int32(picture.width), Int32(picture.height), columns, rows,
                            buffer.baseAddress!, Int32(width), Int32(height),
                            scratch.assumingMemoryBound(to: Float.self))
                    }
                }
                filled = buffer.count
            }
        }
    }

    @Test(arguments: [(1, 1), (5, 7), (17, 3), (40, 23)]) func `all variants give the same bytes`(
        _ size: (width: Int, height: Int)
    ) {
        for picture in Picture.all(size.width, size.height) {
            for (width, height) in [(1, 1), (6, 5), (11, 30), (33, 2)] {
                let portable = resample(picture, width, height, Variant.all[0])
                for variant in Variant.all.dropFirst() {
                    #expect(
                        resample(picture, width, height, variant) == portable, "\(picture.name) to \(width)x\(height)")
                }
            }
        }
    }

    @Test func `bytes are the clamped and rounded sums`() {
        for picture in Picture.all(9, 8) {
            let (columns, rows) = (Taps(from: 9, to: 7), Taps(from: 8, to: 10))
            var expected: [UInt8] = []
            for y in 0..<10 {
                for x in 0..<7 {
                    for c in 0..<3 {
                        var sum = 0.0
                        for j in 0..<Int(rows.count[y]) {
                            for i in 0..<Int(columns.count[x]) {
                                let at = (Int(rows.first[y]) + j) * 9 + Int(columns.first[x]) + i
                                let weight = Double(rows.weight[3 * y + j]) * Double(columns.weight[3 * x + i])
                                sum += weight * Double(picture.pixels[3 * at + c])
                            }
                        }
                        expected.append(UInt8(min(max(sum, 0), 255).rounded(.toNearestOrEven)))
                    }
                }
            }
            let result = resample(picture, 7, 10, Variant.all[2])
            // A sum that is close to a half may fall to either side.
            let differing = zip(result, expected).filter { $0 != $1 }
            #expect(differing.count <= 2 && differing.allSatisfy { abs(Int($0) - Int($1)) == 1 }, "\(picture.name)")
        }
    }
}
