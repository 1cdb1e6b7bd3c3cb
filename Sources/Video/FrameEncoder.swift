internal import CFFmpeg
internal import Tensors

/// Encodes frames into an open file through FFmpeg's libraries.
///
/// OpenCV's own writer would do without them, but its colour conversion darkens pictures by two levels, and it reports
/// neither a full disk nor any other failure.
final class FrameEncoder {
    private let name: String
    private let codec: VideoCodec
    private let writer: OpaquePointer

    /// - Parameters:
    ///   - descriptor: the file, open for writing at its beginning; it stays the caller's to close.
    ///   - name: the file as a person knows it, for errors.
    /// - Throws: `FileError`, when there is no such encoder, or it cannot begin.
    init(
        _ codec: VideoCodec, size: FrameSize, rate: Double, rateFactor: Int, to descriptor: Int32, named name: String
    ) throws(FileError) {
        (self.name, self.codec) = (name, codec)
        var writer: OpaquePointer?
        let code = codec.encoder.withCString { encoder in
            var options = vw_options(
                encoder: encoder, is_lossless: codec.isLossless ? 1 : 0, width: Int32(size.width),
                height: Int32(size.height), rate: rate, rate_factor: Int32(rateFactor),
                threads: 4)  // always as many, because x264's bytes depend on it
            return vw_open(descriptor, &options, &writer)
        }
        guard code == 0, let writer else { throw Self.failure(code, codec, name) }
        self.writer = writer
    }

    deinit { vw_close(writer) }

    /// - Throws: `FileError`, when the system refuses the bytes; the video is lost then.
    func append(_ frame: Frame) throws(FileError) {
        let code = vw_append(writer, frame.pixels)
        guard code == 0 else { throw Self.failure(code, codec, name) }
    }

    /// Writes what is left. Nothing can be added after that.
    func finish() throws(FileError) {
        let code = vw_finish(writer)
        guard code == 0 else { throw Self.failure(code, codec, name) }
    }

    /// Of the library that encodes.
    static var libraryVersion: String { text(vw_version) }

    private static func failure(_ code: Int32, _ codec: VideoCodec, _ name: String) -> FileError {
        guard code != vw_no_encoder else {
            return FileError(
                .unreadable, file: name,
                "cannot be written: this machine's libavcodec has no encoder '\(codec.encoder)'; \(codec.remedy)")
        }
        return FileError(
            .unreadable, file: name, "cannot be written (\(text { vw_reason(code, $0, $1) })); \(writeRemedy)")
    }
}

/// How a video file's frames are encoded.
struct VideoCodec: Sendable {
    /// As FFmpeg names it.
    let encoder: String
    let isLossless: Bool

    /// What the official tool writes: H.264, 4:2:0.
    static let h264 = VideoCodec(encoder: "libx264", isLossless: false)
    static let ffv1 = VideoCodec(encoder: "ffv1", isLossless: true)

    /// What to do where it is missing. Debian's library has both; some that are built by hand do not.
    var remedy: String {
        "install Debian's, with: apt-get install --reinstall libavcodec\(FrameEncoder.libraryVersion.prefix { $0 != "." })"
    }
}

/// What a C function writes into a buffer.
private func text(_ write: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    write(&buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
