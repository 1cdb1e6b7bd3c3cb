internal import COpenCV
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
    /// - Throws: `FileError.unreadable`, when it cannot be written.
    public func write(to path: String) throws(FileError) {
        guard ocv_write_image(path, pixels, Int32(width), Int32(height)) == OCV_OK else {
            throw FileError(.unreadable, file: path, "cannot be written")
        }
    }
}

/// The OpenCV library that decodes, resizes and finds edges.
public enum OpenCVLibrary {
    public static var version: String { String(cString: ocv_version()) }
    /// Whether it decodes through FFmpeg, as every command that reads videos needs.
    public static var decodesVideo: Bool { ocv_has_ffmpeg() != 0 }
    /// Makes each call use one thread: frames are spread over threads instead, so that results do not depend on the number.
    public static func useOneThreadPerCall() { ocv_set_threads(1) }
}
