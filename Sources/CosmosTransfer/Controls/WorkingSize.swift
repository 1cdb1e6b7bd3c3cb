public import Video

/// The picture size that a model works at for a video: the one rule for single videos and suites (spec §1.6).
///
/// The published model works at five sizes alone, and takes the one nearest in shape. A model of another size works at the
/// video's own where it can, as it was not made for a screen; else at its own. Frames are stretched to it, never cropped.
public enum WorkingSize {
    /// Each with the aspect ratio that stands for it.
    static let published: [(aspect: Double, size: FrameSize)] = [
        (16.0 / 9, FrameSize(width: 1280, height: 704)), (4.0 / 3, FrameSize(width: 960, height: 704)),
        (1, FrameSize(width: 960, height: 960)), (3.0 / 4, FrameSize(width: 704, height: 960)),
        (9.0 / 16, FrameSize(width: 704, height: 1280)),
    ]

    /// The published size whose aspect ratio is nearest, in squared distance; the wider one of two that are as near.
    public static func nearest(to size: FrameSize) -> FrameSize {
        let aspect = Double(size.width) / Double(size.height)
        var best = published[0]
        for candidate in published where square(candidate.aspect - aspect) < square(best.aspect - aspect) {
            best = candidate
        }
        return best.size
    }

    /// The size that a model works at for a video of `size`.
    public static func of(_ size: FrameSize, model: ModelConfiguration) -> FrameSize {
        let own = FrameSize(width: model.clip.width, height: model.clip.height)
        if published.contains(where: { $0.size == own }) { return nearest(to: size) }
        return fits(size, model) ? size : own
    }

    /// Whether a picture is made of whole tokens, and of no more than the model has places for.
    private static func fits(_ size: FrameSize, _ model: ModelConfiguration) -> Bool {
        let dit = model.dit ?? TransformerConfiguration()
        let edge = (model.tokenizer ?? TokenizerConfiguration()).spatialCompression
        return size.width.isMultiple(of: edge * dit.patch[2]) && size.height.isMultiple(of: edge * dit.patch[1])
            && size.width <= edge * dit.maxSize[1] && size.height <= edge * dit.maxSize[0]
    }

    private static func square(_ x: Double) -> Double { x * x }
}
