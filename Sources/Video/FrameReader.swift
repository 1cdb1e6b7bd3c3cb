import Foundation
public import Tensors

/// Frames of one video from front to back, one in memory at a time.
public protocol FrameReader: AnyObject {
    var path: String { get }
    var size: FrameSize { get }
    /// Frames a second; 0 where that means nothing.
    var rate: Double { get }
    /// How its pictures are to be shown; nil for pictures in a folder, which say nothing of that.
    var tags: PictureTags? { get }
    /// How many frames the container lists; nil when it has no list.
    var declaredFrames: Int? { get }
    /// About how many frames there are, for progress and previews; nil when nothing says so.
    var expectedFrames: Int? { get }
    /// What a person should know about the frames given so far, a sentence each, with the file's name.
    var warnings: [String] { get }
    /// The next frame, or nil after the last.
    /// - Throws: `FileError`, when frames are lost or the data end before what the container declares.
    func next() throws(FileError) -> Frame?
}

/// Opens a video file, a still picture as a video of one frame, or a folder of pictures in the order of their numbers.
/// - Throws: `FileError`.
public func openFrames(_ path: String) throws(FileError) -> any FrameReader {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw FileError(.unreadable, file: path, "does not exist; check its name")
    }
    return isDirectory.boolValue ? try ImageFolderReader(path: path) : try VideoReader(path: path)
}

/// What reading a video through has shown.
public struct FrameSurvey: Sendable, Equatable {
    public let size: FrameSize
    /// Frames that there are, or that were asked for.
    public let frames: Int
    /// As `FrameReader.warnings`.
    public let warnings: [String]

    /// - Parameter limit: frames read at most.
    /// - Throws: `FileError`, when the video is damaged or has no frame.
    public init(of path: String, limit: Int = .max) throws(FileError) {
        let reader = try openFrames(path)
        var count = 0
        while count < limit, try reader.next() != nil { count += 1 }
        guard count > 0 else { throw FileError(.malformed, file: path, "holds no frame; copy or make it again") }
        size = reader.size
        frames = count
        warnings = reader.warnings
    }
}
