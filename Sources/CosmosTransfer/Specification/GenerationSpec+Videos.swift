internal import Experiment
public import Video

extension GenerationSpec {
    /// Frames that are read of a video at most (spec §1.6).
    public static let mostFrames = 5000

    /// The size to work at: the one for the first control video that is given, else for the input video (spec §1.6).
    /// - Throws: `FileError`, when that cannot be opened; `BenchError`, when there is neither.
    public func workingSize(clip: ClipConfiguration) throws -> FrameSize {
        let given = controls.lazy.compactMap { if case .video(let path) = $0.source { path } else { nil } }.first
        guard let path = given ?? inputVideo else {
            throw BenchError(
                .unusableInput, "there is neither a control video nor an input video to take the size from")
        }
        return WorkingSize.of(try openFrames(path).size, clip: clip)
    }

    /// The input video at a size; nil where there is none.
    public func inputSource(_ size: FrameSize) -> SourceVideo? {
        inputVideo.map { SourceVideo(path: $0) { $0.resized(to: size, .area) } }
    }

    /// A control's video at a size: the given one, or one made from the input video by a preset, at that size.
    public func source(of control: Control, _ size: FrameSize) throws -> SourceVideo {
        if case .video(let path) = control.source {
            let interpolation = control.kind.interpolation
            return SourceVideo(path: path) { $0.resized(to: size, interpolation) }
        }
        guard let input = inputSource(size) else {
            throw BenchError(.unusableInput, "control '\(control.kind.rawValue)' has no video to be made from")
        }
        guard case .preset(let strength) = control.source else { return input }
        switch control.kind {
        case .edge:
            let edges = EdgeControl(strength)
            return input.followed { edges($0) }
        default:
            let vis = VisControl(strength)
            return input.followed { vis($0) }
        }
    }

    /// Frames of the shortest of the input video and the control videos, 5000 at most, counted by decoding them.
    /// - Throws: `FileError`, when one is damaged.
    public func frameCount() throws -> Int {
        var paths = controls.compactMap { if case .video(let path) = $0.source { path } else { nil } }
        if let inputVideo { paths.append(inputVideo) }
        var shortest = Self.mostFrames
        for path in Set(paths).sorted() {
            shortest = min(shortest, try SourceVideo(path: path) { $0 }.count(limit: shortest))
        }
        return shortest
    }
}
