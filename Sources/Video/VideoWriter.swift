internal import Foundation
public import Tensors

/// Writes RGB frames to a video of the kind that the path's suffix names.
///
/// - `.mp4`: H.264, 4:2:0, lossy; what the official tool writes.
/// - `.mkv`: FFV1; reading it back gives the same bytes.
/// - a name without a suffix, or one that ends in `/`: a folder of `000000.png`, `000001.png`, …
///
/// Frames go to a hidden temporary name in the same folder, which takes the final name in `finish`. So the final name
/// never shows a part of a video, however the process ends.
public final class VideoWriter {
    public let path: String
    public let size: FrameSize
    /// Frames a second.
    public let rate: Double
    /// Frames written so far.
    public private(set) var count = 0
    let kind: VideoKind
    let target: UnfinishedFile
    private let encoder: FrameEncoder?
    private var isFinished = false

    /// x264's constant rate factor of the official tool's files.
    public static let officialRateFactor = 25

    /// - Parameters:
    ///   - rate: frames a second, above 0 and up to 1000; a folder of images keeps none.
    ///   - rateFactor: x264's constant rate factor of an MP4 file, 0 (largest) ... 51 (smallest).
    /// - Throws: `FileError`, when a file of that name or with frames of that size cannot be written.
    public init(
        path: String, size: FrameSize, rate: Double, rateFactor: Int = officialRateFactor
    ) throws(FileError) {
        kind = try VideoKind(path: path)
        guard size.isReadable else {
            throw FileError(.unsupported, file: path, "cannot hold frames of \(size): give a size of 1x1 up to 8K")
        }
        guard rate > 0, rate <= 1000 else {
            throw FileError(.unsupported, file: path, "cannot have \(rate) frames a second: give 1 to 1000")
        }
        if kind == .mp4, size.width % 2 != 0 || size.height % 2 != 0 {
            throw FileError(
                .unsupported, file: path,
                "cannot hold frames of \(size): MP4 files have even sizes; write a .mkv file or a folder of PNG images")
        }
        self.path = path
        self.size = size
        self.rate = rate
        let target = try UnfinishedFile(path: path, isFolder: kind == .images)
        self.target = target
        encoder = try kind.codec.map { codec throws(FileError) in
            try FrameEncoder(
                codec, size: size, rate: rate, rateFactor: rateFactor, to: target.descriptor, named: path)
        }
    }

    /// Adds a frame of the video's size.
    /// - Throws: `FileError.unreadable`, when the system refuses the bytes; the video is lost then.
    public func append(_ frame: Frame) throws(FileError) {
        precondition(frame.size == size && !isFinished)
        if let encoder {
            try encoder.append(frame)
        } else {
            try frame.write(to: target.path + "/" + VideoKind.imageName(count), named: path)
        }
        count += 1
    }

    /// Completes the video and gives it its name. Nothing can be added after that.
    /// - Throws: `FileError.unreadable`; then there is no video of that name, or the one that was there before.
    public func finish() throws(FileError) {
        try complete()
        try target.commit()
    }

    /// Writes what is left; the video keeps its temporary name.
    func complete() throws(FileError) {
        precondition(!isFinished)
        guard count > 0 else { throw FileError(.unreadable, file: path, "would be a video without frames") }
        isFinished = true
        try encoder?.finish()
    }
}

/// What a person can do about a file that cannot be written.
let writeRemedy = "check the folder, its permissions and the free space on its disk"
