public import Video

extension SourceVideo {
    /// A video as generation takes it in, or presets do.
    public static func input(path: String, size: FrameSize) -> SourceVideo {
        SourceVideo(path: path) { $0.resized(to: size, .area) }
    }

    /// A control's own video, brought to the working size as its kind asks for (spec §1.6).
    public static func control(_ kind: ControlKind, path: String, size: FrameSize) -> SourceVideo {
        SourceVideo(path: path) { $0.resized(to: size, kind.interpolation) }
    }

    /// The control that a preset makes of this video; itself for kinds that have none (spec §6.2, §6.3).
    public func control(_ kind: ControlKind, _ strength: ControlStrength) -> SourceVideo {
        switch kind {
        case .edge:
            let edge = EdgeControl(strength)
            return followed { edge($0) }
        case .vis:
            let vis = VisControl(strength)
            return followed { vis($0) }
        default: return self
        }
    }
}
