import Foundation
import TestSupport
import Testing
import Video

/// Edge maps against the definition in metrics.md §4, written out plainly.
@Suite struct CannyTests {
    /// Channels of one byte a pixel each: three of RGB, or one of luma.
    private func planes(_ frame: Frame, _ input: Canny.Input) -> [[Int]] {
        let channels: [[Int]] = (0..<3).map { c in
            stride(from: c, to: frame.pixels.count, by: 3).map { Int(frame.pixels[$0]) }
        }
        guard input == .gray else { return channels }
        return [
            (0..<frame.size.pixels).map { (i: Int) -> Int in
                let sum = 9798 * channels[0][i] + 19235 * channels[1][i] + 3735 * channels[2][i]
                return (sum + 16384) >> 15
            }
        ]
    }

    private func edges(_ frame: Frame, _ input: Canny.Input, low: Int, high: Int) -> [UInt8] {
        let (width, height) = (frame.width, frame.height)
        var dx = [Int](repeating: 0, count: width * height)
        var dy = dx
        var magnitude = dx
        for plane in planes(frame, input) {
            for y in 0..<height {
                for x in 0..<width {
                    func at(_ i: Int, _ j: Int) -> Int {
                        plane[min(max(y + j, 0), height - 1) * width + min(max(x + i, 0), width - 1)]
                    }
                    let gx = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1)
                    let gy = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1)
                    let i = y * width + x
                    if abs(gx) + abs(gy) > magnitude[i] { (dx[i], dy[i], magnitude[i]) = (gx, gy, abs(gx) + abs(gy)) }
                }
            }
        }
        func m(_ x: Int, _ y: Int) -> Int {
            (0..<width).contains(x) && (0..<height).contains(y) ? magnitude[y * width + x] : 0
        }
        var isWeak = [Bool](repeating: false, count: width * height)
        var open: [Int] = []
        for y in 0..<height {
            for x in 0..<width {
                let i = y * width + x
                guard magnitude[i] > low else { continue }
                let (ax, ay) = (abs(dx[i]), abs(dy[i]) << 15)
                let t = ax * 13573
                let isPeak: Bool
                if ay < t {
                    isPeak = m(x, y) > m(x - 1, y) && m(x, y) >= m(x + 1, y)
                } else if ay > t + (ax << 16) {
                    isPeak = m(x, y) > m(x, y - 1) && m(x, y) >= m(x, y + 1)
                } else {
                    let s = (dx[i] < 0) != (dy[i] < 0) ? -1 : 1
                    isPeak = m(x, y) > m(x - s, y - 1) && m(x, y) > m(x + s, y + 1)
                }
                guard isPeak else { continue }
                if magnitude[i] > high { open.append(i) } else { isWeak[i] = true }
            }
        }
        var result = [UInt8](repeating: 0, count: width * height)
        while let i = open.popLast() {
            result[i] = 255
            for y in max(i / width - 1, 0)...min(i / width + 1, height - 1) {
                for x in max(i % width - 1, 0)...min(i % width + 1, width - 1) where isWeak[y * width + x] {
                    isWeak[y * width + x] = false
                    open.append(y * width + x)
                }
            }
        }
        return result
    }

    private static let frames: [(name: String, frame: Frame)] = [
        ("scene", GoldenScene(1, 48, 64, seed: 1, shift: 0, noise: 12).frame(0)),
        ("noisy scene", GoldenScene(1, 71, 99, seed: 2, shift: 3, noise: 40).frame(0)), ("noise", .noise(53, 37)),
        ("one pixel", .noise(1, 1)), ("one row", .noise(40, 1)), ("one column", .noise(1, 40)),
        ("constant", Frame(width: 20, height: 20, pixels: [UInt8](repeating: 77, count: 1200))),
        (
            "step",
            Frame(width: 30, height: 20, colours: (0..<600).map { $0 % 30 + $0 / 30 < 25 ? 0xff0000 : 0x0000ff })
        ),
    ]

    @Test(arguments: [Canny.Input.rgb, .gray]) func `edges of made pictures are those of the definition`(
        _ input: Canny.Input
    ) {
        for (name, frame) in Self.frames {
            for (low, high) in [(100, 200), (20, 50), (300, 400)] {
                let ours = Canny(input: input, low: Double(low), high: Double(high))(frame)
                #expect(ours.size == frame.size)
                expectEqual(ours.pixels, edges(frame, input, low: low, high: high), "\(name), \(low) and \(high)")
            }
        }
    }

    @Test(arguments: [Canny.Input.rgb, .gray]) func `edges of a decoded frame are those of the definition`(
        _ input: Canny.Input
    ) throws {
        let reader = try VideoReader(path: Places.recorded + "/dataset/videos/task_0001.mp4")
        let frame = try #require(try reader.next())
        let ours = Canny(input: input)(frame).pixels
        expectEqual(ours, edges(frame, input, low: 100, high: 200))
        #expect(ours.contains(255))
    }
}
