internal import Foundation
public import Tensors

/// Videos that are going to be written. Whatever would keep them from it is found here, before hours of work: the encoder,
/// the name, the folder, the space.
public struct VideoRehearsal: Sendable {
    private let paths: [String]
    private let size: FrameSize
    private let rate: Double
    private let frames: Int
    private let times: Int

    /// - Parameters:
    ///   - paths: of videos of one size and length, in one folder or several.
    ///   - frames: of each; for the space that they will take.
    ///   - times: how many videos each path stands for, with names as long in the same folder.
    public init(_ paths: [String], size: FrameSize, rate: Double, frames: Int, times: Int = 1) {
        (self.paths, self.size, self.rate, self.frames, self.times) = (paths, size, rate, frames, times)
    }

    /// Looks at every video's place, encodes a frame of the first one beside its own, and removes that again.
    /// - Throws: `FileError` that says what keeps a video from being written.
    public func run() throws(FileError) {
        guard let first = paths.first else { return }
        for path in paths.dropFirst() { try Self.checkPlace(path) }
        let writer = try VideoWriter(path: first, size: size, rate: rate)
        let grey = [UInt8](repeating: 128, count: 3 * size.pixels)
        try writer.append(Frame(width: size.width, height: size.height, pixels: grey))
        try writer.complete()
        try checkSpace(of: writer)
    }

    /// Looks at the place of a video, whoever is going to write it.
    /// - Throws: `FileError` that says why there can be no video of that name.
    public static func checkPlace(_ path: String) throws(FileError) {
        let kind = try VideoKind(path: path)
        try UnfinishedFile.checkPlace(URL(fileURLWithPath: path), named: path, isFolder: kind == .images)
    }

    /// Looks for the space of all.
    private func checkSpace(of writer: VideoWriter) throws(FileError) {
        let each = writer.kind.bytes(size, frames: frames)
        let folder = URL(fileURLWithPath: writer.target.path).deletingLastPathComponent().path
        var disk = statvfs()
        if statvfs(folder, &disk) == 0 {
            let free = Double(disk.f_bavail) * Double(disk.f_frsize)
            let count = paths.count * times
            guard free >= Double(each) * Double(count) else {
                let videos = count == 1 ? "it takes" : "it and \(count - 1) more take"
                throw FileError(
                    .unreadable, file: writer.path,
                    "has no room: \(videos) about \(shown(each * count)) and the disk of \(folder) has "
                        + "\(shown(Int(free))) free; make room or name another folder")
            }
        }
        // A limit on the size of files shows when one is made so long.
        guard writer.target.descriptor >= 0, ftruncate(writer.target.descriptor, off_t(each)) != 0, errno == EFBIG
        else { return }
        throw FileError(
            .unreadable, file: writer.path,
            "has no room for about \(shown(each)) (\(String(cString: strerror(EFBIG)))); raise the limit (ulimit -f)")
    }
}

/// Bytes as a person reads them.
private func shown(_ bytes: Int) -> String {
    bytes < 1_000_000 ? "\(max(1, bytes / 1000)) kB" : String(format: "%.1f MB", Double(bytes) / 1e6)
}
