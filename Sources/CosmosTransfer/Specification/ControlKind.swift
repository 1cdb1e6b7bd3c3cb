public import Video

/// The kinds of control videos that the model was published with; raw values are the keys of a specification.
public enum ControlKind: String, Sendable, CaseIterable {
    case vis, edge, depth, seg, keypoint, upscale, hdmap, lidar

    /// Whether it can be made from the input video by a preset (spec §6.2, §6.3).
    public var hasPreset: Bool { self == .vis || self == .edge }

    /// How its video is brought to the working size (spec §1.6); labels must not mix.
    public var interpolation: Interpolation { self == .seg ? .nearest : .bilinear }
}
