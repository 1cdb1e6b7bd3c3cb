internal import CFFmpeg
public import Tensors

/// Decodes a video file, as FFmpeg's program and decord do: colour matrix, range, rotation and edit lists are honoured, and
/// a picture of another size than the first is scaled to it.
public final class VideoReader: FrameReader {
    public let path: String
    public let size: FrameSize
    public let rate: Double
    public let tags: PictureTags?
    public let declaredFrames: Int?
    public let expectedFrames: Int?
    private let handle: OpaquePointer
    private let info: vr_info
    private let remarks: [String]
    private var damage = FrameDamage()
    private var count = 0
    private var ending: Ending?

    private enum Ending {
        case complete(warning: String?)
        case failed(FileError)
    }

    /// - Throws: `FileError.malformed`, when the file is no video that FFmpeg decodes.
    public init(path: String) throws(FileError) {
        guard try RandomAccessFile(path: path).size > 0 else {  // says why, when it cannot be read at all
            throw FileError(.malformed, file: path, "is empty; copy or make it again")
        }
        var reader: OpaquePointer?
        var info = vr_info()
        var why = Reason()
        let status = why.fill { vr_open(path, Int64(ArrayStream.mostPixels), &reader, &info, $0, $1) }
        guard status == VR_OK, let reader else { throw Self.failure(status, why.text, info, path) }
        handle = reader
        self.path = path
        self.info = info
        size = FrameSize(width: Int(info.width), height: Int(info.height))
        rate = info.rate_num > 0 ? Double(info.rate_num) / Double(info.rate_den) : 0
        tags = PictureTags(info)
        declaredFrames = info.samples > 0 ? Int(info.samples) : nil
        expectedFrames = info.estimate > 0 ? Int(info.estimate) : nil
        remarks = Self.remarks(info).map { "\(path): \($0)" }
    }

    deinit { vr_close(handle) }

    public var warnings: [String] {
        var lines = remarks + damage.warnings(path: path)
        if case .complete(let warning?) = ending { lines.append(warning) }
        return lines
    }

    public func next() throws(FileError) -> Frame? {
        switch ending {
        case .complete: return nil
        case .failed(let error): throw error
        case nil: break
        }
        var picture = vr_picture()
        var status = VR_OK
        var why = Reason()
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * size.pixels) { buffer, filled in
            status = why.fill { vr_next(handle, buffer.baseAddress!, &picture, $0, $1) }
            filled = status == VR_OK ? buffer.count : 0
        }
        do throws(FileError) {
            switch status {
            case VR_OK: try take(picture)
            case VR_END:
                ending = .complete(warning: try end(picture))
                return nil
            default: throw failure("fails to decode at frame \(count) (\(why.text))")
            }
        } catch {
            ending = .failed(error)
            throw error
        }
        return Frame(width: size.width, height: size.height, pixels: pixels)
    }

    private func take(_ picture: vr_picture) throws(FileError) {
        if picture.lost > 0 {
            try checkBytes()
            let what = picture.lost == 1 ? "a frame" : "\(picture.lost) frames"
            throw failure("has lost \(what) before frame \(count): all frames behind would be compared with wrong ones")
        }
        let isTurned = info.rotation % 180 != 0
        let own = FrameSize(
            width: Int(isTurned ? picture.height : picture.width),
            height: Int(isTurned ? picture.width : picture.height))
        let hole = UInt32(VR_HOLE)
        damage.add(
            count, damagedSince: picture.damage & ~hole == 0 ? nil : Int(picture.since),
            isBehindHole: picture.damage & hole != 0, size: own)
        count += 1
    }

    /// Looks whether all is there, by the file's index and its outermost structure: durations say nothing of that.
    private func end(_ picture: vr_picture) throws(FileError) -> String? {
        try checkBytes()
        guard picture.missing == 0, picture.lost == 0 else { throw failure("is truncated or damaged: \(decoded)") }
        guard picture.damage & UInt32(VR_HOLE) != 0 else { return nil }
        let place = "cannot be read behind frame \(count - 1)"
        // What follows the end that the file declares is no part of the video.
        guard info.declared_bytes < info.bytes else { throw failure("is damaged and \(place)") }
        return "\(path): \(place): frames may be missing at its end"
    }

    /// - Throws: `FileError`, when the file ends before what it declares.
    private func checkBytes() throws(FileError) {
        guard info.declared_bytes > info.bytes || info.samples_cut > 0 else { return }
        let bytes = info.declared_bytes > info.bytes ? "\(info.bytes) of \(info.declared_bytes) bytes are there, " : ""
        throw failure("is truncated: \(bytes)\(decoded)")
    }

    private var decoded: String { "\(count) \(declaredFrames.map { "of \($0) " } ?? "")frames decode" }

    private func failure(_ what: String) -> FileError {
        FileError(.malformed, file: path, what + "; copy or make it again")
    }

    private static func failure(_ status: vr_status, _ why: String, _ info: vr_info, _ path: String) -> FileError {
        if info.declared_bytes > info.bytes, status == VR_NOT_VIDEO || status == VR_NO_PICTURES {
            return FileError(
                .malformed, file: path,
                "is truncated: \(info.bytes) of \(info.declared_bytes) bytes are there, and no frame decodes (\(why)); copy or make it again"
            )
        }
        if status == VR_NO_PICTURES, isAnimatedWebP(path) {
            return FileError(
                .unsupported, file: path,
                "is an animated WebP, which is not read; make a GIF of it, or a folder of pictures (`anim_dump` of the package webp does)"
            )
        }
        return switch status {
        case VR_UNREADABLE: FileError(.unreadable, file: path, "cannot be read (\(why))")
        case VR_UNSUPPORTED:
            FileError(.unsupported, file: path, "cannot be decoded here: \(why); encode it with another codec")
        case VR_TOO_LARGE:
            FileError(.unsupported, file: path, "is not read, because \(why); scale them to 8K or less")
        case VR_NO_MEMORY: FileError(.unreadable, file: path, "cannot be read, because \(why)")
        default:
            FileError(
                .malformed, file: path,
                "is not a video that can be decoded (\(why)); check it with `ffprobe`, then copy or make it again")
        }
    }

    private static func isAnimatedWebP(_ path: String) -> Bool {
        guard let header = try? RandomAccessFile(path: path).read(21, at: 0) else { return false }
        return header[8..<16].elementsEqual("WEBPVP8X".utf8) && header[20] & 2 != 0
    }

    /// What is to be said of the whole file.
    private static func remarks(_ info: vr_info) -> [String] {
        var lines: [String] = []
        if info.other_angle != 0 {
            lines.append(
                "asks to be turned by \(info.other_angle) degrees, which is no quarter turn: it is read as stored")
        }
        if info.video_streams > 1 {
            lines.append("holds \(info.video_streams) video streams: the one of number \(info.stream) is read")
        }
        return lines
    }
}

extension VideoReader: NumberedPixels {
    func numbers() -> PictureNumbers? {
        var (bits, opacityBits) = (Int32(0), Int32(0))
        vr_numbers(handle, nil, nil, &bits, &opacityBits)
        guard bits > 0 || opacityBits > 0 else { return nil }
        var brightest = [UInt16](repeating: 0, count: size.pixels)
        var opacity = brightest
        vr_numbers(handle, &brightest, &opacity, &bits, &opacityBits)
        return PictureNumbers(
            brightest: bits > 0 ? PixelNumbers(values: brightest, bits: Int(bits)) : nil,
            opacity: opacityBits > 0 ? PixelNumbers(values: opacity, bits: Int(opacityBits)) : nil)
    }
}

/// The libraries that decode and encode videos.
public enum FFmpegLibraries {
    public static var versions: String { String(cString: vr_libraries()) }
}

extension PictureTags {
    fileprivate init(_ info: vr_info) {
        let matrix = withUnsafeBytes(of: info.matrix) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        self.init(
            pixelAspect: info.aspect_num > 0
                ? PixelAspect(width: Int(info.aspect_num), height: Int(info.aspect_den)) : nil,
            rotation: Int(info.rotation), isMirrored: info.mirrored != 0,
            isRGB: info.rgb != 0, isFullRange: info.full_range < 0 ? nil : info.full_range == 1,
            matrix: matrix.isEmpty ? nil : matrix)
    }
}

/// Room for the text of a failure.
private struct Reason {
    private var bytes = [CChar](repeating: 0, count: 300)

    mutating func fill(_ body: (UnsafeMutablePointer<CChar>, Int) -> vr_status) -> vr_status {
        bytes.withUnsafeMutableBufferPointer { body($0.baseAddress!, $0.count) }
    }

    /// As it was written, without what a terminal would obey.
    var text: String {
        let plain = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.map { $0 < 32 || $0 == 127 ? 63 : $0 }
        return String(decoding: plain, as: UTF8.self)
    }
}
