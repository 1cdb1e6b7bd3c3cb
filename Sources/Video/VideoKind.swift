internal import Foundation
internal import Tensors

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

    /// nil for a folder of images.
    var codec: VideoCodec? {
        switch self {
        case .mp4: .h264
        case .mkv: .ffv1
        case .images: nil
        }
    }

    /// How many bytes a video takes, about; few videos take less. A pixel of real videos took 0.37 to 1.1 bytes as FFV1,
    /// 0.0056 as H.264 at the official rate factor, and 1.1 as PNG.
    func bytes(_ size: FrameSize, frames: Int) -> Int {
        let perPixel =
            switch self {
            case .mp4: 0.005
            case .mkv: 0.4
            case .images: 1.0
            }
        return Int(Double(size.pixels) * Double(frames) * perPixel)
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
}
