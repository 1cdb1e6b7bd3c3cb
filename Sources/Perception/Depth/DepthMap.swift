public import Video

/// Depth of one frame as a network gives it: one float32 a pixel, row by row.
public struct DepthMap: Sendable, Equatable {
    public let size: FrameSize
    public let values: [Float]
}

/// Bilinear resizing that puts the first and last samples of both grids over each other (PyTorch's `align_corners`), in
/// float32.
struct CornerAlignedResize: Sendable {
    let source: FrameSize
    let target: FrameSize
    private let rows: [Tap]
    private let columns: [Tap]

    /// The two samples that one is made of, and the share of the second.
    private struct Tap {
        let low, high: Int
        let share: Float
    }

    init(from source: FrameSize, to target: FrameSize) {
        self.source = source
        self.target = target
        rows = Self.taps(source.height, target.height)
        columns = Self.taps(source.width, target.width)
    }

    private static func taps(_ n: Int, _ m: Int) -> [Tap] {
        let step = m > 1 ? Float(n - 1) / Float(m - 1) : 0
        return (0..<m).map { i in
            let place = step * Float(i)
            let low = min(Int(place), n - 1)
            return Tap(low: low, high: min(low + 1, n - 1), share: min(max(place - Float(low), 0), 1))
        }
    }

    func callAsFunction(_ values: UnsafeBufferPointer<Float>) -> DepthMap {
        precondition(values.count == source.pixels)
        guard source != target else { return DepthMap(size: target, values: Array(values)) }
        // Each source row is stretched once and kept, even ones before odd ones, while it is one of the two that are mixed.
        var stretched = [Float](repeating: 0, count: 2 * target.width)
        var kept = [-1, -1]
        let out = [Float](unsafeUninitializedCapacity: target.pixels) { out, filled in
            stretched.withUnsafeMutableBufferPointer { stretched in
                for (y, tap) in rows.enumerated() {
                    for row in [tap.low, tap.high] where kept[row & 1] != row {
                        kept[row & 1] = row
                        stretch(values, row, into: stretched.baseAddress! + (row & 1) * target.width)
                    }
                    let above = stretched.baseAddress! + (tap.low & 1) * target.width
                    let below = stretched.baseAddress! + (tap.high & 1) * target.width
                    let line = out.baseAddress! + y * target.width
                    let (old, new) = (1 - tap.share, tap.share)
                    for x in 0..<target.width { line[x] = above[x] * old + below[x] * new }
                }
            }
            filled = target.pixels
        }
        return DepthMap(size: target, values: out)
    }

    private func stretch(
        _ values: UnsafeBufferPointer<Float>, _ row: Int, into line: UnsafeMutablePointer<Float>
    ) {
        let start = row * source.width
        for (x, tap) in columns.enumerated() {
            line[x] = values[start + tap.low] * (1 - tap.share) + values[start + tap.high] * tap.share
        }
    }
}
