import CKernels
import Foundation
import TestSupport
import Testing

@Suite struct BilateralKernelTests {
    struct Filter: Sendable, CustomTestStringConvertible {
        let radius: Int
        let sigmaColor: Double
        let sigmaSpace: Double
        var testDescription: String { "radius \(radius), sigmas \(sigmaColor) and \(sigmaSpace)" }

        /// The weighted means before rounding, straight from metrics.md §2 with double sums over absolute values.
        func means(_ picture: Picture) -> [Double] {
            func mirrored(_ i: Int, _ n: Int) -> Int {
                guard n > 1 else { return 0 }
                let period = 2 * (n - 1)
                let j = ((i % period) + period) % period
                return j < n ? j : period - j
            }
            var disc: [(dx: Int, dy: Int, weight: Double)] = []
            for dy in -radius...radius {
                for dx in -radius...radius where dx * dx + dy * dy <= radius * radius {
                    disc.append((dx, dy, exp(-Double(dx * dx + dy * dy) / (2 * sigmaSpace * sigmaSpace))))
                }
            }
            let colour = (0..<766).map { exp(-Double($0 * $0) / (2 * sigmaColor * sigmaColor)) }
            var result: [Double] = []
            for y in 0..<picture.height {
                for x in 0..<picture.width {
                    let centre = 3 * (y * picture.width + x)
                    var sums = SIMD3<Double>.zero
                    var weights = 0.0
                    for (dx, dy, space) in disc {
                        let at =
                            3 * (mirrored(y + dy, picture.height) * picture.width + mirrored(x + dx, picture.width))
                        var distance = 0
                        for c in 0..<3 {
                            distance += abs(Int(picture.pixels[at + c]) - Int(picture.pixels[centre + c]))
                        }
                        let weight = space * colour[distance]
                        weights += weight
                        for c in 0..<3 { sums[c] += weight * Double(picture.pixels[at + c]) }
                    }
                    for c in 0..<3 { result.append(sums[c] / weights) }
                }
            }
            return result
        }
    }

    /// A filter with its tables.
    final class Kernel {
        private let tables: OpaquePointer

        /// Nil when the parameters are refused.
        init?(_ filter: Filter) {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: tb_bilateral_tables_bytes(), alignment: 64)
            tables = OpaquePointer(memory)
            let status = tb_bilateral_tables_init(tables, Int32(filter.radius), filter.sigmaColor, filter.sigmaSpace)
            guard status == 0 else { return nil }
        }

        deinit { UnsafeMutableRawPointer(tables).deallocate() }

        func blur(_ picture: Picture, _ isa: tb_isa) -> [UInt8] {
            let (width, height) = (Int32(picture.width), Int32(picture.height))
            var out = [UInt8](repeating: 0, count: picture.pixels.count)
            withScratch(tb_bilateral_scratch_bytes(tables, width, height)) {
                tb_bilateral_isa(isa, tables, picture.pixels, &out, width, height, $0)
            }
            return out
        }
    }

    /// Says how many bytes differ: pictures are too long to print.
    private func expectEqual(_ a: [UInt8], _ b: [UInt8], _ what: String) {
        let differing = zip(a, b).count { $0 != $1 }
        #expect(a.count == b.count && differing == 0, "\(differing) bytes differ: \(what)")
    }

    static let presets = [
        Filter(radius: 7, sigmaColor: 100, sigmaSpace: 50), Filter(radius: 15, sigmaColor: 150, sigmaSpace: 100),
        Filter(radius: 25, sigmaColor: 300, sigmaSpace: 150),
    ]
    static let sizes = [(1, 1), (1, 40), (7, 5), (17, 9), (33, 50), (130, 40)]

    @Test(arguments: presets) func `every variant gives the bytes of the portable one`(_ filter: Filter) throws {
        let kernel = try #require(Kernel(filter))
        for (width, height) in Self.sizes {
            for picture in Picture.all(width, height) {
                let expected = kernel.blur(picture, TB_ISA_PORTABLE)
                for variant in Variant.all {
                    expectEqual(
                        kernel.blur(picture, variant.isa), expected, "\(picture.name), \(variant.testDescription)")
                }
            }
        }
    }

    /// In pictures of few colours hundreds of taps have one distance, and the small errors of its fitted weight add up
    /// instead of cancelling.
    @Test(arguments: presets) func `pictures of few colours keep the variants equal`(_ filter: Filter) throws {
        let kernel = try #require(Kernel(filter))
        var random = SeededRandom(2)
        for number in 0..<60 {
            let levels = (0..<3).map { _ in Int(random.next() % 256) }
            let share = random.next() % 255 + 1
            let choices = (0..<64 * 32).map { _ in random.next() % 256 < share ? 0 : 1 + Int(random.next() % 2) }
            let picture = Picture("\(number): levels \(levels)", 64, 32) { x, y, _ in levels[choices[y * 64 + x]] }
            let expected = kernel.blur(picture, TB_ISA_PORTABLE)
            for variant in Variant.all {
                expectEqual(kernel.blur(picture, variant.isa), expected, "\(picture.name), \(variant.testDescription)")
            }
        }
    }

    /// The weights of the fast variants are fitted, which is hardest where the Gaussian is narrow.
    @Test(arguments: [
        Filter(radius: 1, sigmaColor: 75, sigmaSpace: 75), Filter(radius: 15, sigmaColor: 50, sigmaSpace: 100),
        Filter(radius: 15, sigmaColor: 60, sigmaSpace: 3), Filter(radius: 31, sigmaColor: 50, sigmaSpace: 1),
        Filter(radius: 31, sigmaColor: 1000, sigmaSpace: 1000),
    ]) func `other parameters keep the variants equal as well`(_ filter: Filter) throws {
        let kernel = try #require(Kernel(filter))
        let pictures =
            Picture.all(130, 40) + [
                Picture("soft noise", 130, 40) { x, y, c in 100 + (x * 31 + y * 57 + c * 11) * (x + 3 * y + 1) % 37 }
            ]
        for picture in pictures {
            let expected = kernel.blur(picture, TB_ISA_PORTABLE)
            for variant in Variant.all {
                expectEqual(kernel.blur(picture, variant.isa), expected, "\(picture.name), \(variant.testDescription)")
            }
        }
    }

    @Test(arguments: presets) func `bytes are the rounded means of the definition`(_ filter: Filter) throws {
        let kernel = try #require(Kernel(filter))
        for (width, height) in Self.sizes {
            for picture in Picture.all(width, height) {
                let means = filter.means(picture)
                let bytes = kernel.blur(picture, tb_isa_best())
                // A mean this near to a half may round either way, for the order of additions decides.
                let wrong = means.indices.filter { i in
                    abs(means[i] - means[i].rounded(.down) - 0.5) > 1e-9 && Double(bytes[i]) != means[i].rounded()
                }
                #expect(wrong.isEmpty, "\(picture.name): \(wrong.prefix(5).map { (means[$0], bytes[$0]) })")
            }
        }
    }

    @Test(arguments: presets) func `a constant picture stays as it is`(_ filter: Filter) throws {
        let kernel = try #require(Kernel(filter))
        for value in [0, 1, 128, 255] {
            let picture = Picture("constant", 37, 21) { _, _, _ in value }
            for variant in Variant.all { #expect(kernel.blur(picture, variant.isa) == picture.pixels) }
        }
    }

    @Test func `parameters out of range are refused`() {
        for (radius, color, space) in [
            (0, 150.0, 100.0), (-1, 150, 100), (32, 150, 100), (15, 0, 100), (15, 150, 0), (15, -1, 100),
            (15, .nan, 100),
            (15, 150, .nan),
        ] {
            let filter = Filter(radius: radius, sigmaColor: color, sigmaSpace: space)
            #expect(Kernel(filter) === nil, "\(filter.testDescription)")
        }
        #expect(Kernel(Filter(radius: 1, sigmaColor: 50, sigmaSpace: 1)) !== nil)
        #expect(Kernel(Filter(radius: 31, sigmaColor: 49, sigmaSpace: 1)) === nil)
    }
}
