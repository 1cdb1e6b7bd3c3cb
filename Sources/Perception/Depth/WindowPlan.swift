/// How a video is cut into windows for a network that sees several frames at once, as Video-Depth-Anything does it.
///
/// The first window is the first `length` frames. Every later one brings `step` new frames behind `overlap` frames of the
/// window before it: its first frame, the one at `length * 3 / 8`, and its last `blend`. As the first frame of every window
/// is the first frame of the one before, all windows begin with the video's first frame. Windows begin at frames 0, step,
/// 2 * step ... while there is such a frame; what lies beyond the end is the last frame again.
struct WindowPlan: Sendable, Equatable {
    /// Frames in a window.
    let length: Int
    /// Its frames that the window before has too.
    let overlap: Int
    /// The last of those, which both windows' depth is mixed over.
    let blend: Int

    /// Those of Video-Depth-Anything; they scale with the length that a network was exported with. In windows shorter than
    /// 16 the second keyframe would lie in the overlap, where it is not a frame of the window's own.
    init(length: Int = 32) {
        precondition(length >= 16)
        self.length = length
        blend = length / 4
        overlap = blend + 2
    }

    /// Frames that a window adds.
    var step: Int { length - overlap }

    /// The places in the window before of the frames that a window begins with: 0, 12, 24, 25 ... 31.
    var keyframes: [Int] { [0, length * 3 / 8] + (length - blend..<length) }
}

/// Depth of the window before as one's own, up to a factor and a constant: a network that sees windows gives each its own.
struct DepthFit: Sendable, Equatable {
    let scale: Float
    let shift: Float

    /// The least-squares factor and constant that bring `depth` to `wanted`, over all pixels of all frames, in double
    /// precision; 1 and 0 where `depth` is the same everywhere.
    init(_ depth: [[Float]], to wanted: [[Float]]) {
        var (xx, x, xy, y, n) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (frame, target) in zip(depth, wanted) {
            for i in frame.indices {
                let (a, b) = (Double(frame[i]), Double(target[i]))
                xx += a * a
                x += a
                xy += a * b
                y += b
            }
            n += Double(frame.count)
        }
        let determinant = xx * n - x * x
        guard determinant > 1e-12 * xx * n else {
            (scale, shift) = (1, 0)
            return
        }
        scale = Float((n * xy - x * y) / determinant)
        shift = Float((xx * y - x * xy) / determinant)
    }

    /// Nothing is nearer than infinitely far: inverse depth below 0 becomes 0.
    func callAsFunction(_ depth: [Float]) -> [Float] { depth.map { max(0, $0 * scale + shift) } }
}
