internal import COpenCV
internal import Foundation
public import Tensors

extension Frame {
    /// The frame as JPEG, scaled down so that it is at most `width` pixels wide and four times that high.
    public func thumbnail(width limit: Int, quality: Int = 80) -> [UInt8] {
        let size = FrameSize(
            width: min(width, limit), height: min(4 * limit, max(1, height * min(width, limit) / width)))
        let scaled = resized(to: size, .area)
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = ocv_encode_jpeg(
            scaled.pixels, Int32(scaled.width), Int32(scaled.height), Int32(quality), &bytes, &count)
        guard status == OCV_OK, let bytes else { return [] }
        defer { ocv_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Writes the frame as an image of the kind that the path's extension names.
    /// - Parameter name: the file as a person knows it; nil for the path.
    /// - Throws: `FileError.unreadable`, when it cannot be written.
    public func write(to path: String, named name: String? = nil) throws(FileError) {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let suffix = "." + (path as NSString).pathExtension
        guard ocv_encode_image(suffix, pixels, Int32(width), Int32(height), &bytes, &count) == OCV_OK, let bytes else {
            throw FileError(
                .unsupported, file: name ?? path, "is no kind of image that is written here; use .png or .jpg")
        }
        defer { ocv_free(bytes) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw refusal("cannot be written", errno, file: name ?? path) }
        let code = writeFully(UnsafeRawBufferPointer(start: bytes, count: count), to: descriptor, at: 0)
        let isClosed = close(descriptor) == 0
        guard code == 0, isClosed else {
            throw refusal("cannot be written", code == 0 ? errno : code, file: name ?? path)
        }
    }
}

/// The OpenCV library that resizes, finds edges and reads and writes still images.
public enum OpenCVLibrary {
    public static var version: String { String(cString: ocv_version()) }
    /// Makes each call use one thread: frames are spread over threads instead, so that results do not depend on the number.
    public static func useOneThreadPerCall() { ocv_set_threads(1) }
}
