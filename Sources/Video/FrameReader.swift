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
    /// What a person should know about the frames that were given; known after the last.
    var warning: String? { get }
    /// The next frame, or nil after the last.
    /// - Throws: `FileError`, when the data is damaged or ends before what the container declares.
    func next() throws(FileError) -> Frame?
}

/// Opens a video file, or a folder of PNG images in the order of their names.
/// - Throws: `FileError`.
public func openFrames(_ path: String) throws(FileError) -> any FrameReader {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw FileError(.unreadable, file: path, "does not exist; check its name")
    }
    return isDirectory.boolValue ? try ImageFolderReader(path: path) : try VideoReader(path: path)
}

/// Decodes a video file through OpenCV's FFmpeg backend.
public final class VideoReader: FrameReader {
    public let path: String
    public let size: FrameSize
    public let rate: Double
    public let declaredFrames: Int?
    public private(set) var warning: String?
    private let handle: OpaquePointer
    private var count = 0

    /// - Throws: `FileError.malformed`, when the file is no video that FFmpeg decodes.
    public init(path: String) throws(FileError) {
        _ = try RandomAccessFile(path: path)  // says why, when it cannot be read at all
        var reader: OpaquePointer?
        var info = ocv_video_info()
        // FFmpeg takes a relative path with a colon for a protocol.
        let absolute = URL(fileURLWithPath: path).path
        guard ocv_reader_open(absolute, &reader, &info) == OCV_OK, let reader else {
            throw FileError(
                .malformed, file: path,
                "is not a video that can be decoded; check it with `ffprobe`, then copy or make it again")
        }
        guard FrameSize(width: Int(info.width), height: Int(info.height)).isReadable else {
            ocv_reader_close(reader)
            throw FileError(
                .malformed, file: path, "declares a picture of \(info.width)x\(info.height); copy or make it again")
        }
        handle = reader
        self.path = path
        size = FrameSize(width: Int(info.width), height: Int(info.height))
        rate = info.fps.isFinite && info.fps > 0 ? info.fps : 0
        declaredFrames = (1...1 << 24).contains(info.frame_count) ? Int(info.frame_count) : nil
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
        let said = "\(count) of \(declaredFrames) frames decode"
        // An edit list hides frames of a sound MP4 file, which then ends where its boxes say.
        guard isWholeMP4(path) else {
            throw FileError(.malformed, file: path, "is truncated or damaged: \(said); copy or make it again")
        }
        warning = "\(path): \(said); the file is trimmed or damaged"
    }
}

/// Whether the top-level boxes of an MP4 file fill it to its end; false for other containers.
private func isWholeMP4(_ path: String) -> Bool {
    guard let file = try? RandomAccessFile(path: path) else { return false }
    var offset = 0
    while offset + 8 <= file.size {
        guard let header = try? file.read(min(16, file.size - offset), at: offset) else { return false }
        let size = header[..<4].reduce(0) { $0 << 8 | Int($1) }
        if offset == 0, Array(header[4..<8]) != Array("ftyp".utf8) { return false }
        let large = header.count == 16 ? header[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : 0
        let length = size == 0 ? file.size - offset : size == 1 ? Int(exactly: large) ?? 0 : size
        guard length >= 8, length <= file.size - offset else { return false }
        offset += length
    }
    return offset == file.size
}

/// Reads a folder of PNG images, all of one size, in the order of their names.
public final class ImageFolderReader: FrameReader {
    public let path: String
    public let size: FrameSize
    public let rate = 0.0
    public var declaredFrames: Int? { files.count }
    public var warning: String? { nil }
    private let files: [String]
    private var index = 0

    /// - Throws: `FileError`, when the folder has no PNG images or the first cannot be decoded.
    public init(path: String) throws(FileError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw FileError(.unreadable, file: path, "cannot be listed; check its permissions")
        }
        files = names.filter { $0.lowercased().hasSuffix(".png") }.sorted().map { path + "/" + $0 }
        guard let first = files.first else {
            throw FileError(.malformed, file: path, "holds no PNG images; name a folder of 0000.png, 0001.png, …")
        }
        self.path = path
        size = try Frame(path: first).size
    }

    public func next() throws(FileError) -> Frame? {
        guard index < files.count else { return nil }
        let frame = try Frame(path: files[index])
        guard frame.size == size else {
            throw FileError(
                .malformed, file: files[index],
                "is \(frame.size), but the folder's first image is \(size); make them one size")
        }
        index += 1
        return frame
    }
}

extension Frame {
    /// A PNG image.
    /// - Throws: `FileError`.
    public init(path file: String) throws(FileError) {
        // The header is looked at first: a small file can declare a picture that fills the memory.
        let header = try RandomAccessFile(path: file).read(24, at: 0)
        func number(_ at: Int) -> Int { header[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard header.starts(with: [0x89, 0x50, 0x4e, 0x47]), FrameSize(width: number(16), height: number(20)).isReadable
        else {
            throw FileError(.malformed, file: file, "is not a PNG image of a readable size; make it again")
        }
        var pixels: UnsafeMutablePointer<UInt8>?
        var width: Int32 = 0
        var height: Int32 = 0
        guard ocv_read_image(file, &pixels, &width, &height) == OCV_OK, let pixels else {
            throw FileError(.malformed, file: file, "is not an image that can be decoded; make it again")
        }
        defer { ocv_free(pixels) }
        let bytes = Array(UnsafeBufferPointer(start: pixels, count: 3 * Int(width) * Int(height)))
        self.init(width: Int(width), height: Int(height), pixels: bytes)
    }
}
