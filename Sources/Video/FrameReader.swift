internal import COpenCV
import Foundation
public import Tensors

/// Frames of one video from front to back, one in memory at a time.
public protocol FrameReader: AnyObject {
    var path: String { get }
    var size: FrameSize { get }
    /// Frames a second; 0 where that means nothing.
    var rate: Double { get }
    /// How many frames the container says it has; nil when it does not say.
    var declaredFrames: Int? { get }
    /// The next frame, or nil after the last.
    /// - Throws: `FileError`, when the data is damaged or ends before what the container declares.
    func next() throws(FileError) -> Frame?
}

/// Opens a video file, or a folder of PNG images in the order of their names.
/// - Throws: `FileError`.
public func openFrames(_ path: String) throws(FileError) -> any FrameReader {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw FileError(.unreadable, file: path, "does not exist")
    }
    return isDirectory.boolValue ? try ImageFolderReader(path: path) : try VideoReader(path: path)
}

/// Decodes a video file through OpenCV's FFmpeg backend.
public final class VideoReader: FrameReader {
    public let path: String
    public let size: FrameSize
    public let rate: Double
    public let declaredFrames: Int?
    private let handle: OpaquePointer
    private var count = 0

    /// - Throws: `FileError.malformed`, when the file is no video that FFmpeg decodes.
    public init(path: String) throws(FileError) {
        _ = try RandomAccessFile(path: path)  // says why, when it cannot be read at all
        var reader: OpaquePointer?
        var info = ocv_video_info()
        guard ocv_reader_open(path, &reader, &info) == OCV_OK, let reader else {
            throw FileError(
                .malformed, file: path,
                "is not a video that can be decoded; check it with `ffprobe`, then copy or make it again")
        }
        guard info.width > 0, info.height > 0 else {
            ocv_reader_close(reader)
            throw FileError(.malformed, file: path, "declares no picture size; it holds no video")
        }
        handle = reader
        self.path = path
        size = FrameSize(width: Int(info.width), height: Int(info.height))
        rate = info.fps.isFinite && info.fps > 0 ? info.fps : 0
        declaredFrames = info.frame_count > 0 ? Int(info.frame_count) : nil
    }

    deinit { ocv_reader_close(handle) }

    public func next() throws(FileError) -> Frame? {
        var status = OCV_OK
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * size.pixels) { buffer, filled in
            status = ocv_reader_next(handle, buffer.baseAddress!, Int32(size.width), Int32(size.height))
            filled = status == OCV_OK ? buffer.count : 0
        }
        switch status {
        case OCV_OK:
            count += 1
            return Frame(width: size.width, height: size.height, pixels: pixels)
        case OCV_END:
            try checkEnd()
            return nil
        case OCV_SIZE:
            throw FileError(
                .unsupported, file: path, "changes its picture size at frame \(count); encode it at one size")
        default:
            throw FileError(
                .malformed, file: path, "fails to decode at frame \(count): \(String(cString: ocv_last_error()))")
        }
    }

    /// Containers without an index only estimate their length, so a frame or two in a hundred is no damage.
    private func checkEnd() throws(FileError) {
        guard count > 0 else {
            throw FileError(.malformed, file: path, "holds no frame that decodes; copy or make it again")
        }
        guard let declaredFrames, declaredFrames - count >= 2, count * 50 < declaredFrames * 49 else { return }
        throw FileError(
            .malformed, file: path,
            "is truncated or damaged: \(count) of \(declaredFrames) frames decode; copy or make it again")
    }
}

/// Reads a folder of PNG images, all of one size, in the order of their names.
public final class ImageFolderReader: FrameReader {
    public let path: String
    public let size: FrameSize
    public let rate = 0.0
    public var declaredFrames: Int? { files.count }
    private let files: [String]
    private var index = 0

    /// - Throws: `FileError`, when the folder has no PNG images or the first cannot be decoded.
    public init(path: String) throws(FileError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw FileError(.unreadable, file: path, "cannot be listed")
        }
        files = names.filter { $0.lowercased().hasSuffix(".png") }.sorted().map { path + "/" + $0 }
        guard let first = files.first else {
            throw FileError(.malformed, file: path, "holds no PNG images")
        }
        self.path = path
        size = try ImageFolderReader.decode(first).size
    }

    public func next() throws(FileError) -> Frame? {
        guard index < files.count else { return nil }
        let frame = try Self.decode(files[index])
        guard frame.size == size else {
            throw FileError(.malformed, file: files[index], "is \(frame.size), but the folder's first image is \(size)")
        }
        index += 1
        return frame
    }

    private static func decode(_ file: String) throws(FileError) -> Frame {
        var pixels: UnsafeMutablePointer<UInt8>?
        var width: Int32 = 0
        var height: Int32 = 0
        guard ocv_read_image(file, &pixels, &width, &height) == OCV_OK, let pixels else {
            throw FileError(.malformed, file: file, "is not an image that can be decoded")
        }
        defer { ocv_free(pixels) }
        let bytes = Array(UnsafeBufferPointer(start: pixels, count: 3 * Int(width) * Int(height)))
        return Frame(width: Int(width), height: Int(height), pixels: bytes)
    }
}
