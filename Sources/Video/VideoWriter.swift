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
    private let kind: VideoKind
    private let target: UnfinishedFile
    private let encoder: FrameEncoder?
    private var isFinished = false

    /// Where the frames are until `finish`: what a process that must end at once should remove.
    public var unfinishedPath: String { target.path }

    /// x264's constant rate factor of the official tool's files.
    public static let officialRateFactor = 25

    /// - Parameters:
    ///   - rate: frames a second, above 0 and up to 1000; a folder of images keeps none.
    ///   - rateFactor: x264's constant rate factor of an MP4 file, 0 (largest) ... 51 (smallest).
    ///   - program: the FFmpeg program; it writes MP4 and MKV files.
    /// - Throws: `FileError`, when a file of that name or with frames of that size cannot be written.
    public init(
        path: String, size: FrameSize, rate: Double, rateFactor: Int = officialRateFactor, program: String = "ffmpeg"
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
        target = try UnfinishedFile(path: path, isFolder: kind == .images)
        encoder =
            switch kind {
            case .images: nil
            case .mp4, .mkv:
                try FrameEncoder(
                    program: program, arguments: kind.arguments(size, rate, rateFactor), file: target.path, named: path)
            }
    }

    deinit {
        guard !isFinished else { return }
        encoder?.cancel()
        target.discard()
    }

    /// Adds a frame of the video's size.
    /// - Throws: `FileError.unreadable`, when the system refuses the bytes; the video is lost then.
    public func append(_ frame: Frame) throws(FileError) {
        precondition(frame.size == size && !isFinished)
        if let encoder {
            try encoder.write(frame.pixels)
        } else {
            let file = target.path + "/" + VideoKind.imageName(count)
            do throws(FileError) { try frame.write(to: file) } catch {
                throw FileError(.unreadable, file: path, "cannot be written at frame \(count); \(writeRemedy)")
            }
        }
        count += 1
    }

    /// Completes the video and gives it its name. Nothing can be added after that.
    /// - Throws: `FileError.unreadable`; then there is no video of that name, or the one that was there before.
    public func finish() throws(FileError) {
        precondition(!isFinished)
        guard count > 0 else { throw FileError(.unreadable, file: path, "would be a video without frames") }
        try encoder?.finish()
        try target.commit()
        isFinished = true
    }
}

/// What a person can do about a file that cannot be written.
let writeRemedy = "check the folder, its permissions and the free space on its disk"

/// What kind of video a path's suffix names.
enum VideoKind: Equatable {
    case mp4, mkv, images

    init(path: String) throws(FileError) {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        switch (name as NSString).pathExtension.lowercased() {
        case _ where path.hasSuffix("/"): self = .images
        case "mp4": self = .mp4
        case "mkv": self = .mkv
        case "": self = .images
        default:
            throw FileError(
                .unsupported, file: path,
                "has no suffix of a video that is written here: use .mp4, .mkv (lossless), or a folder's name ending in /"
            )
        }
        guard !name.isEmpty, name != ".", name != ".." else {
            throw FileError(.unsupported, file: path, "names no file; give the video a name")
        }
    }

    static func imageName(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
    }

    /// Whether this folder holds nothing but images that such a writer made.
    static func isImageFolder(_ path: String) -> Bool {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return false }
        return names.allSatisfy { $0.wholeMatch(of: /[0-9]{6,}\.png/) != nil }
    }

    /// FFmpeg's arguments between program and file. The number of threads is fixed, because x264's bytes depend on it.
    func arguments(_ size: FrameSize, _ rate: Double, _ rateFactor: Int) -> [String] {
        let input = [
            "-v", "error", "-nostdin", "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", "\(size)", "-framerate",
            rate == rate.rounded() ? String(Int(rate)) : "\(rate)", "-i", "pipe:0",
        ]
        let codec =
            self == .mp4
            ? ["-c:v", "libx264", "-crf", String(rateFactor), "-pix_fmt", "yuv420p"]
            : ["-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", "4", "-pix_fmt", "bgr0"]
        return input + codec
            + ["-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-y", "-f"]
            + [self == .mp4 ? "mp4" : "matroska"]
    }
}
