import CKernels
import TestSupport
import Testing

@Suite struct SSIMKernelTests {
    static let sizes = [(7, 7), (8, 9), (64, 48), (131, 37)]
    private let c1 = 0.01 * 200 * 0.01 * 200
    private let c2 = 0.03 * 200 * 0.03 * 200

    /// Two pictures that resemble each other, and a mask of blobs.
    private struct Scene {
        let x: Picture
        let y: Picture
        let mask: [UInt8]
        var pixels: Int { x.width * x.height }

        init(_ width: Int, _ height: Int) {
            var random = SeededRandom(UInt64(width ^ height << 8))
            let noise = random.bytes(3 * width * height, max: 40)
            x = Picture("x", width, height) { x, y, c in (x * (5 + c) + y * 3) % 216 }
            y = Picture("y", width, height) { x, y, c in
                (x * (5 + c) + y * 3) % 216 + Int(noise[3 * (y * width + x) + c])
            }
            mask = (0..<width * height).map { ($0 % width / 3 + $0 / width / 2) % 3 == 0 ? UInt8($0 % 255 + 1) : 0 }
        }
    }

    private func sums(
        _ x: Picture, _ y: Picture, mask: [UInt8]? = nil, _ isa: tb_isa = tb_isa_best()
    ) -> [Double] {
        var sums = [Double](repeating: .nan, count: 3)
        withScratch(tb_ssim_scratch_bytes(Int32(x.width))) {
            tb_ssim_sums_isa(
                isa, x.pixels, y.pixels, mask, Int32(x.width), Int32(x.height), c1, c2, &sums, $0)
        }
        return sums
    }

    /// Per-pixel sums over the channels, from metrics.md §3, with deviations taken from each window's own mean.
    private func naiveMap(_ x: Picture, _ y: Picture) -> [Double] {
        func mirrored(_ i: Int, _ n: Int) -> Int { i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i }
        var map = [Double](repeating: 0, count: x.width * x.height)
        for i in map.indices {
            for c in 0..<3 {
                let window = (-3...3).flatMap { dy in
                    (-3...3).map { dx in
                        3 * (mirrored(i / x.width + dy, x.height) * x.width + mirrored(i % x.width + dx, x.width)) + c
                    }
                }
                let a = window.map { Double(x.pixels[$0]) }
                let b = window.map { Double(y.pixels[$0]) }
                let (ma, mb) = (a.reduce(0, +) / 49, b.reduce(0, +) / 49)
                let va = a.map { ($0 - ma) * ($0 - ma) }.reduce(0, +) / 48
                let vb = b.map { ($0 - mb) * ($0 - mb) }.reduce(0, +) / 48
                let cov = zip(a, b).map { ($0 - ma) * ($1 - mb) }.reduce(0, +) / 48
                map[i] +=
                    (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
            }
        }
        return map
    }

    @Test(arguments: sizes) func `variants give the same bits, with a mask and without`(_ width: Int, _ height: Int) {
        let scene = Scene(width, height)
        for mask in [nil, scene.mask] {
            let expected = sums(scene.x, scene.y, mask: mask, TB_ISA_PORTABLE).map(\.bitPattern)
            for variant in Variant.all {
                let bits = sums(scene.x, scene.y, mask: mask, variant.isa).map(\.bitPattern)
                #expect(bits == expected, "\(variant.testDescription)")
            }
        }
    }

    @Test(arguments: sizes) func `the sums are those of the definition`(_ width: Int, _ height: Int) {
        let scene = Scene(width, height)
        let map = naiveMap(scene.x, scene.y)
        let ours = sums(scene.x, scene.y, mask: scene.mask)
        let foreground = map.indices.filter { scene.mask[$0] != 0 }.map { map[$0] }.reduce(0, +)
        let all = map.reduce(0, +)
        let scale = Double(3 * scene.pixels)
        #expect(abs(ours[0] - all) / scale < 1e-12)
        #expect(abs(ours[1] - foreground) / scale < 1e-12)
        #expect(abs(ours[2] - (all - foreground)) / scale < 1e-12)
    }

    @Test(arguments: sizes) func `a picture is exactly like itself`(_ width: Int, _ height: Int) {
        let scene = Scene(width, height)
        let inside = scene.mask.count { $0 != 0 }
        let expected = [3 * scene.pixels, 3 * inside, 3 * (scene.pixels - inside)].map(Double.init)
        #expect(sums(scene.y, scene.y, mask: scene.mask) == expected)
    }

    @Test(arguments: sizes) func `the order of the two pictures plays no part`(_ width: Int, _ height: Int) {
        let scene = Scene(width, height)
        #expect(sums(scene.x, scene.y, mask: scene.mask) == sums(scene.y, scene.x, mask: scene.mask))
    }

    @Test(arguments: sizes) func `foreground and background add up to the whole`(_ width: Int, _ height: Int) {
        let scene = Scene(width, height)
        let masked = sums(scene.x, scene.y, mask: scene.mask)
        #expect(abs(masked[1] + masked[2] - masked[0]) < 1e-9)
        let unmasked = sums(scene.x, scene.y)
        #expect(unmasked == [masked[0], 0, 0])
    }

    @Test func `extremes do not overflow`() {
        let black = Picture("black", 20, 20) { _, _, _ in 0 }
        let white = Picture("white", 20, 20) { _, _, _ in 255 }
        let checker = Picture("checker", 20, 20) { x, y, _ in (x + y) % 2 * 255 }
        let inverse = Picture("inverse", 20, 20) { x, y, _ in (x + y + 1) % 2 * 255 }
        for (x, y) in [(black, white), (white, white), (checker, inverse), (white, checker)] {
            let naive = naiveMap(x, y).reduce(0, +)
            for variant in Variant.all { #expect(abs(sums(x, y, variant.isa)[0] - naive) < 1e-9) }
        }
    }
}
