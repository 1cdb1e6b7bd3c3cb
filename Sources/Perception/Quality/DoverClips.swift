internal import Video

/// The network's input, filled while frames are decoded: three clips of 3 x 32 x 224 x 224 normalised numbers. No frame is
/// kept.
struct DoverClips {
    private static let pixels = DoverSampling.side * DoverSampling.side
    /// Numbers of one clip.
    static let clip = 3 * DoverSampling.length * pixels

    let sampling: DoverSampling
    private(set) var values: [Float]
    /// By frame: which segments and places in them it fills.
    private let uses: [Int: [(segment: Int, place: Int)]]
    private let size: FrameSize
    private let tables: [[Float]]
    private let channels: [Int]

    /// - Parameters:
    ///   - mean: of bytes, by channel of the network; likewise `std`.
    ///   - isBGR: whether the network's first channel is blue.
    init(_ sampling: DoverSampling, size: FrameSize, mean: [Float], std: [Float], isBGR: Bool) {
        self.sampling = sampling
        self.size = size
        values = [Float](repeating: 0, count: DoverSampling.segments * Self.clip)
        var uses: [Int: [(segment: Int, place: Int)]] = [:]
        for (segment, frames) in sampling.frames.enumerated() {
            for (place, frame) in frames.enumerated() { uses[frame, default: []].append((segment, place)) }
        }
        self.uses = uses
        tables = (0..<3).map { c in (0...255).map { (Float($0) - mean[c]) / std[c] } }
        channels = isBGR ? [2, 1, 0] : [0, 1, 2]
    }

    /// Different frames that are needed.
    var frames: Int { uses.count }

    /// Takes what is needed of a frame.
    mutating func add(_ frame: Frame, at index: Int) {
        guard let places = uses[index] else { return }
        precondition(frame.size == size)
        let segments = Set(places.map(\.segment))
        for segment in segments {
            let picture = stitched(frame, segment: segment)
            for (other, place) in places where other == segment {
                for channel in 0..<3 {
                    let start = (segment * 3 + channel) * DoverSampling.length * Self.pixels + place * Self.pixels
                    let (table, source) = (tables[channel], channels[channel])
                    for i in 0..<Self.pixels { values[start + i] = table[Int(picture[3 * i + source])] }
                }
            }
        }
    }

    /// The 224x224 picture of a frame's fragments, interleaved RGB.
    private func stitched(_ frame: Frame, segment: Int) -> [UInt8] {
        let n = DoverSampling.fragment
        var picture = [UInt8](repeating: 0, count: 3 * Self.pixels)
        let enlarged = sampling.ratio < 1 ? EnlargedFrame(frame, ratio: sampling.ratio) : nil
        for i in 0..<DoverSampling.cells {
            for j in 0..<DoverSampling.cells {
                let (top, left) = (sampling.rows[segment][i][j], sampling.columns[segment][i][j])
                for y in 0..<n {
                    let to = 3 * ((i * n + y) * DoverSampling.side + j * n)
                    if let enlarged {
                        for x in 0..<n {
                            for c in 0..<3 { picture[to + 3 * x + c] = enlarged.value(top + y, left + x, c) }
                        }
                    } else {
                        let from = 3 * ((top + y) * frame.width + left)
                        picture.replaceSubrange(to..<to + 3 * n, with: frame.pixels[from..<from + 3 * n])
                    }
                }
            }
        }
        return picture
    }
}

/// A frame enlarged bilinearly by 1/ratio, computed where it is looked at. Bytes as torch's `interpolate` on v / 255 gives
/// them on the CPU, cut off after the multiplication by 255.
private struct EnlargedFrame {
    private let frame: Frame
    private let unit: [Float]
    private let rows: [Tap]
    private let columns: [Tap]

    private struct Tap {
        let first: Int
        let second: Int
        let weights: (Float, Float)
    }

    init(_ frame: Frame, ratio: Double) {
        self.frame = frame
        unit = (0...255).map { Float($0) / 255 }
        rows = Self.taps(frame.height, ratio)
        columns = Self.taps(frame.width, ratio)
    }

    /// Of as many places as the frame had before: fragments lie within them.
    private static func taps(_ n: Int, _ ratio: Double) -> [Tap] {
        let scale = Float(1 / (1 / ratio))
        return (0..<n).map { i in
            let place = max(0, scale * (Float(i) + 0.5) - 0.5)
            let first = min(Int(place), n - 1)
            let second = min(first + 1, n - 1)
            let weight = min(max(place - Float(first), 0), 1)
            return Tap(first: first, second: second, weights: (1 - weight, weight))
        }
    }

    func value(_ y: Int, _ x: Int, _ channel: Int) -> UInt8 {
        let (row, column) = (rows[y], columns[x])
        func at(_ y: Int, _ x: Int) -> Float { unit[Int(frame.pixels[3 * (y * frame.width + x) + channel])] }
        func along(_ y: Int) -> Float {
            (at(y, column.second) * column.weights.1).addingProduct(at(y, column.first), column.weights.0)
        }
        let value = (along(row.second) * row.weights.1).addingProduct(along(row.first), row.weights.0)
        return UInt8(max(0, min(255, value * 255)))
    }
}
