public import Tensors

/// A frame written with one of the encoders that are used, to see whether this machine has it.
public struct EncoderTrial: Sendable {
    /// What needs it, as "mkv videos".
    public let name: String
    private let suffix: String
    private let how: String

    public static let all = [
        EncoderTrial(
            name: "mp4 videos", suffix: ".mp4", how: "H.264 by libx264, libavcodec \(FrameEncoder.libraryVersion)"),
        EncoderTrial(name: "mkv videos", suffix: ".mkv", how: "FFV1, libavcodec \(FrameEncoder.libraryVersion)"),
        EncoderTrial(name: "pictures", suffix: "", how: "PNG, OpenCV \(OpenCVLibrary.version)"),
    ]

    /// - Parameter folder: where it is written, and removed again.
    /// - Returns: what wrote it.
    /// - Throws: `FileError` that says what is missing and what to do.
    public func run(in folder: String) throws(FileError) -> String {
        let size = FrameSize(width: 64, height: 64)
        try VideoRehearsal([folder + "/transferbench-trial" + suffix], size: size, rate: 24, frames: 1).run()
        return how
    }
}
