internal import Foundation
internal import Tensors

/// A file or folder under a temporary name beside its final one, until it is complete.
struct UnfinishedFile {
    /// The temporary name: hidden, in the same folder, of the same suffix.
    let path: String
    private let finalPath: String
    private let isFolder: Bool

    /// Makes the folder when it is one; a file is left to who writes it.
    init(path finalPath: String, isFolder: Bool) throws(FileError) {
        let url = URL(fileURLWithPath: finalPath)  // absolute, without a slash at the end
        self.finalPath = url.path
        self.isFolder = isFolder
        let parent = url.deletingLastPathComponent().path
        let owner = Self.mark + Self.host + "-"
        let unique = "\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let suffix = url.pathExtension.isEmpty ? "" : "." + url.pathExtension
        let stem = url.deletingPathExtension().lastPathComponent
        let hidden = ".\(isFolder ? url.lastPathComponent : stem)" + owner
        path = "\(parent)/\(hidden)\(unique)\(isFolder ? "" : suffix)"

        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: parent, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw FileError(.unreadable, file: finalPath, "cannot be written: the folder \(parent) does not exist")
        }
        guard access(parent, W_OK | X_OK) == 0 else { throw failure("cannot be written", file: finalPath) }
        if FileManager.default.fileExists(atPath: self.finalPath, isDirectory: &isDirectory) {
            guard isDirectory.boolValue == isFolder else {
                throw FileError(
                    .unreadable, file: finalPath,
                    isFolder ? "is a file, not a folder; name another" : "is a folder; name a file in it")
            }
            try checkReplaceable()
        }
        Self.removeLeftovers(hidden, in: parent)
        if isFolder, mkdir(path, 0o777) != 0 { throw failure("cannot be written", file: finalPath) }
    }

    /// Gives it its final name, after its bytes are on the disk; what had that name is replaced.
    func commit() throws(FileError) {
        if isFolder, FileManager.default.fileExists(atPath: finalPath) {
            try checkReplaceable()
            let old = path + "-old"
            guard rename(finalPath, old) == 0 else { throw failure("cannot be replaced", file: finalPath) }
            guard rename(path, finalPath) == 0 else {
                let reason = failure("cannot be written", file: finalPath)
                _ = rename(old, finalPath)
                throw reason
            }
            try? FileManager.default.removeItem(atPath: old)
            return
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be completed", file: finalPath) }
        let synced = fsync(descriptor) == 0
        let reason = failure("cannot be completed", file: finalPath)
        close(descriptor)
        guard synced else { throw reason }
        guard rename(path, finalPath) == 0 else { throw failure("cannot be written", file: finalPath) }
    }

    func discard() { try? FileManager.default.removeItem(atPath: path) }

    private static let mark = ".partial-"

    private static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What processes of this machine that have ended left of the same video.
    private static func removeLeftovers(_ hidden: String, in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(hidden) {
            guard let owner = name.dropFirst(hidden.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                owner > 0, kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    /// A folder is replaced only when nothing but images of an earlier run can be lost.
    private func checkReplaceable() throws(FileError) {
        guard !isFolder || VideoKind.isImageFolder(finalPath) else {
            throw FileError(
                .unreadable, file: finalPath, "holds other files than numbered PNG images; name another folder")
        }
    }
}

/// With the system's reason for the last call that failed.
private func failure(_ what: String, file: String) -> FileError {
    FileError(.unreadable, file: file, "\(what) (\(String(cString: strerror(errno)))); \(writeRemedy)")
}
