public import Video

/// The picture sizes that the published model works at (spec §1.6).
public enum WorkingSize {
    /// Each with the aspect ratio that stands for it.
    static let published: [(aspect: Double, size: FrameSize)] = [
        (16.0 / 9, FrameSize(width: 1280, height: 704)), (4.0 / 3, FrameSize(width: 960, height: 704)),
        (1, FrameSize(width: 960, height: 960)), (3.0 / 4, FrameSize(width: 704, height: 960)),
        (9.0 / 16, FrameSize(width: 704, height: 1280)),
    ]

    /// The published size whose aspect ratio is nearest, in squared distance; the wider one of two that are as near.
    /// Frames are stretched to it, never cropped.
    public static func nearest(to size: FrameSize) -> FrameSize {
        let aspect = Double(size.width) / Double(size.height)
        var best = published[0]
        for candidate in published where square(candidate.aspect - aspect) < square(best.aspect - aspect) {
            best = candidate
        }
        return best.size
    }

    /// The size that a model of this configuration works at for a video of `size`: one of the published sizes when its own
    /// is one of them, else its own.
    public static func of(_ size: FrameSize, clip: ClipConfiguration) -> FrameSize {
        let own = FrameSize(width: clip.width, height: clip.height)
        return published.contains { $0.size == own } ? nearest(to: size) : own
    }

    private static func square(_ x: Double) -> Double { x * x }
}
