public import Tensors
public import Video

/// Gives one foreground mask after another (not 0 in the foreground), nil after the last.
public typealias MaskSequence = () throws(FileError) -> Plane?

/// The videos of one condition, which differ in the prompt alone.
public struct DiversityInputs: Sendable {
    /// Files or folders of PNG images, two or more.
    public var videos: [String]
    /// Opens the foreground masks of the condition, one for each frame; nil scores whole frames only.
    public var foreground: (@Sendable () throws(FileError) -> MaskSequence)?

    public init(videos: [String], foreground: (@Sendable () throws(FileError) -> MaskSequence)? = nil) {
        self.videos = videos
        self.foreground = foreground
    }

    /// With the masks of a video or of a folder of PNG images.
    public init(videos: [String], foreground path: String) {
        self.init(videos: videos) { () throws(FileError) in
            let reader = try ForegroundReader(path: path)
            return { () throws(FileError) in try reader.nextHeld() }
        }
    }
}
