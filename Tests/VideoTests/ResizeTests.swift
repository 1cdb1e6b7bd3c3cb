import Foundation
import TestSupport
import Testing
import Video

/// Resampling against the formulas of metrics.md §1.1, written out plainly.
@Suite struct ResizeTests {
    struct Sizes: Sendable, CustomTestStringConvertible {
        let from: FrameSize
        let to: FrameSize
        var testDescription: String { "\(from) to \(to)" }

        init(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
            from = FrameSize(width: a, height: b)
            to = FrameSize(width: c, height: d)
        }
    }

    // MARK: the formulas

    /// A target index's two source indices and the fixed-point weights, in 1/2048.
    private struct LinearTap {
        var first: Int
        var second: Int
        var weights: (Int, Int)
    }

    private func linearTaps(_ n: Int, _ m: Int, isArea: Bool, isHorizontal: Bool) -> [LinearTap] {
        let scale = Double(n) / Double(m)
        return (0..<m).map { d in
            var i: Int
            var f: Float
            if isArea {
                i = Int((Double(d) * scale).rounded(.down))
                f = Float(Double(d + 1) - Double(i + 1) / scale)
                f = f <= 0 ? 0 : f - f.rounded(.down)
            } else {
                f = Float((Double(d) + 0.5) * scale - 0.5)
                i = Int(f.rounded(.down))
                f -= Float(i)
            }
            if isHorizontal, i < 0 || i >= n - 1 {
                i = min(max(i, 0), n - 1)
                f = 0
            }
            let weights = (((1 - f) * 2048).rounded(.toNearestOrEven), (f * 2048).rounded(.toNearestOrEven))
            return LinearTap(
                first: min(max(i, 0), n - 1), second: min(max(i + 1, 0), n - 1),
                weights: (Int(weights.0), Int(weights.1)))
        }
    }

    private func linear(_ frame: Frame, to size: FrameSize, isArea: Bool) -> [UInt8] {
        let columns = linearTaps(frame.width, size.width, isArea: isArea, isHorizontal: true)
        let rows = linearTaps(frame.height, size.height, isArea: isArea, isHorizontal: false)
        var out: [UInt8] = []
        for row in rows {
            for column in columns {
                for c in 0..<3 {
                    func across(_ y: Int) -> Int {
                        let first = Int(frame.pixels[3 * (y * frame.width + column.first) + c])
                        let second = Int(frame.pixels[3 * (y * frame.width + column.second) + c])
                        return first * column.weights.0 + second * column.weights.1
                    }
                    let above = (row.weights.0 * (across(row.first) >> 4)) >> 16
                    let below = (row.weights.1 * (across(row.second) >> 4)) >> 16
                    out.append(UInt8((above + below + 2) >> 2))
                }
            }
        }
        return out
    }

    /// Each target index's source indices and their shares.
    private func areaTaps(_ n: Int, _ m: Int) -> [[(index: Int, weight: Float)]] {
        let scale = Double(n) / Double(m)
        return (0..<m).map { d in
            let (a, b) = (Double(d) * scale, Double(d) * scale + scale)
            let cell = min(scale, Double(n) - a)
            let last = min(Int(b.rounded(.down)), n - 1)
            let first = min(Int(a.rounded(.up)), last)
            var taps: [(index: Int, weight: Float)] = []
            if Double(first) - a > 1e-3 { taps.append((first - 1, Float((Double(first) - a) / cell))) }
            for i in first..<last { taps.append((i, Float(1 / cell))) }
            if b - Double(last) > 1e-3 { taps.append((last, Float(min(min(b - Double(last), 1), cell) / cell))) }
            return taps
        }
    }

    private func area(_ frame: Frame, to size: FrameSize) -> [UInt8] {
        let columns = areaTaps(frame.width, size.width)
        let rows = areaTaps(frame.height, size.height)
        let (kx, ky) = (frame.width / size.width, frame.height / size.height)
        let isWhole = frame.width % size.width == 0 && frame.height % size.height == 0
        var out: [UInt8] = []
        for y in 0..<size.height {
            for x in 0..<size.width {
                for c in 0..<3 {
                    func pixel(_ row: Int, _ column: Int) -> UInt8 {
                        frame.pixels[3 * (row * frame.width + column) + c]
                    }
                    if isWhole {
                        var sum = 0
                        for row in 0..<ky { for column in 0..<kx { sum += Int(pixel(y * ky + row, x * kx + column)) } }
                        let mean = (Float(sum) * Float(1 / Double(kx * ky))).rounded(.toNearestOrEven)
                        out.append(UInt8(kx == 2 && ky == 2 ? (sum + 2) >> 2 : Int(mean)))
                        continue
                    }
                    var total: Float = 0
                    for row in rows[y] {
                        var across: Float = 0
                        for column in columns[x] { across += Float(pixel(row.index, column.index)) * column.weight }
                        total += across * row.weight
                    }
                    out.append(UInt8(min(max(total.rounded(.toNearestOrEven), 0), 255)))
                }
            }
        }
        return out
    }

    // MARK: tests

    @Test(arguments: [
        Sizes(32, 24, 64, 48), Sizes(30, 20, 47, 33), Sizes(17, 9, 64, 40), Sizes(60, 20, 31, 45),
        Sizes(48, 36, 64, 48),
        Sizes(5, 4, 5, 9),
    ]) func `bilinear gives the bytes of the formula`(_ sizes: Sizes) {
        let frame = Frame.noise(sizes.from.width, sizes.from.height)
        expectEqual(frame.resized(to: sizes.to, .bilinear).pixels, linear(frame, to: sizes.to, isArea: false))
    }

    @Test(arguments: [
        Sizes(64, 48, 32, 24), Sizes(64, 48, 16, 16), Sizes(60, 30, 20, 30), Sizes(100, 72, 64, 48),
        Sizes(47, 33, 30, 20),
        Sizes(130, 40, 7, 39), Sizes(384, 224, 320, 192),
    ]) func `area gives the bytes of the formula`(_ sizes: Sizes) {
        let frame = Frame.noise(sizes.from.width, sizes.from.height)
        expectEqual(frame.resized(to: sizes.to, .area).pixels, area(frame, to: sizes.to))
    }

    @Test(arguments: [Sizes(30, 40, 50, 20), Sizes(40, 30, 41, 30), Sizes(20, 20, 13, 33)])
    func `area with an axis that grows is the other linear scheme`(_ sizes: Sizes) {
        let frame = Frame.noise(sizes.from.width, sizes.from.height)
        expectEqual(frame.resized(to: sizes.to, .area).pixels, linear(frame, to: sizes.to, isArea: true))
    }

    @Test(arguments: [Sizes(30, 20, 47, 33), Sizes(47, 33, 30, 20), Sizes(7, 90, 91, 6), Sizes(3, 3, 1, 1)])
    func `nearest takes the pixel at floor(i source / target)`(_ sizes: Sizes) {
        let (from, to) = (sizes.from, sizes.to)
        let bytes = Frame.noise(from.width, from.height).pixels
        let labels = Plane(width: from.width, height: from.height, pixels: Array(bytes.prefix(from.pixels)))
        let depth = DepthFrame(width: from.width, height: from.height, values: labels.pixels.map { Double($0) / 7 })
        var expected: [UInt8] = []
        for y in 0..<to.height {
            for x in 0..<to.width {
                let row = min(Int(floor(Double(y) * (Double(from.height) / Double(to.height)))), from.height - 1)
                let column = min(Int(floor(Double(x) * (Double(from.width) / Double(to.width)))), from.width - 1)
                expected.append(labels.pixels[row * from.width + column])
            }
        }
        #expect(labels.nearest(to) == Plane(width: to.width, height: to.height, pixels: expected))
        #expect(depth.nearest(to).values == expected.map { Double($0) / 7 })
    }

    @Test func `depth maps keep their means and their range`() {
        var random = SeededRandom(4)
        let values = (0..<60 * 40).map { _ in Double.random(in: 1...9, using: &random) }
        let map = DepthFrame(width: 60, height: 40, values: values)
        let half = map.resized(to: FrameSize(width: 30, height: 20), .area)
        for (x, y) in [(0, 0), (29, 19), (7, 11)] {
            let at = 2 * y * 60 + 2 * x
            let mean = (values[at] + values[at + 1] + values[at + 60] + values[at + 61]) / 4
            #expect(abs(half.values[y * 30 + x] - mean) < 1e-12)
        }
        let uneven = map.resized(to: FrameSize(width: 37, height: 23), .area)
        let means = (values.reduce(0, +) / 2400, uneven.values.reduce(0, +) / Double(37 * 23))
        #expect(abs(means.0 - means.1) < 1e-5)
        let larger = map.resized(to: FrameSize(width: 90, height: 77), .bilinear)
        #expect(larger.values.allSatisfy { (1...9).contains($0) })
    }

    @Test func `the same size is the same frame, and height alone chooses the scheme`() {
        let frame = Frame.noise(20, 10)
        for scheme in [Interpolation.bilinear, .area] { #expect(frame.resized(to: frame.size, scheme) == frame) }
        #expect(Interpolation.forResizing(height: 10, to: 11) == .bilinear)
        #expect(Interpolation.forResizing(height: 10, to: 10) == .area)
        #expect(Interpolation.forResizing(height: 10, to: 9) == .area)
    }
}
