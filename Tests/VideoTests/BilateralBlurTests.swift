import Foundation
import TestSupport
import Testing
import Video

@Suite struct BilateralBlurTests {
    /// The medium preset's exact means at one pixel, from metrics.md §2.
    private func means(_ frame: Frame, _ x: Int, _ y: Int) -> SIMD3<Double> {
        func mirrored(_ i: Int, _ n: Int) -> Int { i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i }
        func colour(_ x: Int, _ y: Int) -> SIMD3<Double> {
            let at = 3 * (mirrored(y, frame.height) * frame.width + mirrored(x, frame.width))
            return SIMD3(Double(frame.pixels[at]), Double(frame.pixels[at + 1]), Double(frame.pixels[at + 2]))
        }
        let centre = colour(x, y)
        var sums = SIMD3<Double>.zero
        var weights = 0.0
        for dy in -15...15 {
            for dx in -15...15 where dx * dx + dy * dy <= 225 {
                let value = colour(x + dx, y + dy)
                let difference = value - centre
                let distance = abs(difference.x) + abs(difference.y) + abs(difference.z)
                let weight =
                    exp(Double(dx * dx + dy * dy) * -0.5 / (100 * 100)) * exp(distance * distance * -0.5 / (150 * 150))
                sums += weight * value
                weights += weight
            }
        }
        return sums / weights
    }

    /// Scene C of the golden vectors, where OpenCV's single-precision sums break a near tie the other way.
    @Test func `bytes are the rounded means of the definition`() {
        for t in 0..<3 {
            let scene = GoldenScene(3, 72, 100, seed: 4, shift: 1, noise: 10).frame(t)
            let frame = scene.resized(to: FrameSize(width: 64, height: 48), .area)
            let blurred = BilateralBlur()(frame)
            #expect(blurred.size == frame.size)
            var expected: [UInt8] = []
            for y in 0..<frame.height {
                for x in 0..<frame.width {
                    let mean = means(frame, x, y)
                    for c in 0..<3 { expected.append(UInt8(mean[c].rounded())) }
                }
            }
            expectEqual(blurred.pixels, expected, "frame \(t)")
        }
    }

    @Test func `the medium preset is the default, and an even diameter counts as the next odd one`() {
        let blur = BilateralBlur()
        #expect(blur.diameter == 30 && blur.sigmaColor == 150 && blur.sigmaSpace == 100)
        let frame = Frame.noise(50, 40)
        #expect(BilateralBlur(diameter: 31)(frame) == blur(frame))
        #expect(BilateralBlur(diameter: 32)(frame) != blur(frame))
    }
}
