public import Experiment
import Foundation
public import Results

/// Hashes files, once for as long as their inode, size and times of change stay the same: the store remembers.
public struct ContentHasher {
    private let store: Store?
    private var fresh: [(artifact: Artifact, stamp: String)] = []

    /// - Parameter store: remembers hashes; nil hashes anew.
    public init(store: Store?) { self.store = store }

    /// A file's size and hash; a folder's are those of the PNG images in it.
    /// - Throws: `BenchError` 65, when it cannot be read or is no regular file.
    public mutating func artifact(_ path: String) throws(BenchError) -> Artifact {
        if isFolder(path) {
            var parts: [(name: String, artifact: Artifact)] = []
            for name in imageNames(in: path) { parts.append((name, try artifact(path + "/" + name))) }
            return Artifact(
                path: path, bytes: parts.map(\.artifact.bytes).reduce(0, +),
                sha256: Identity(of: parts.flatMap { [$0.name, $0.artifact.sha256] }).hex)
        }
        let (stamp, bytes) = try FileStamp.of(path)
        if let known = try store?.knownHash(path: path, bytes: bytes, stamp: stamp) {
            return Artifact(path: path, bytes: bytes, sha256: known)
        }
        let artifact = try Artifact(hashing: path)
        fresh.append((artifact, stamp))
        if fresh.count >= 100 { try flush() }
        return artifact
    }

    /// Writes what was hashed since the last time, to a store that may be written.
    public mutating func flush() throws(BenchError) {
        if !fresh.isEmpty, let store, store.isWritable { try store.remember(fresh) }
        fresh = []
    }
}

/// What changes when a file does: inode, and times of change of data and of inode.
enum FileStamp {
    /// - Throws: `BenchError` 65, when the path is no regular file.
    static func of(_ path: String) throws(BenchError) -> (stamp: String, bytes: Int) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw BenchError(
                .unusableInput, "\(path) cannot be read (\(String(cString: strerror(errno)))); check its name")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw BenchError(.unusableInput, "\(path) is not a regular file; name a file that holds the data itself")
        }
        let (data, inode) = (status.st_mtim, status.st_ctim)
        return (
            "\(status.st_dev).\(status.st_ino).\(data.tv_sec).\(data.tv_nsec).\(inode.tv_sec).\(inode.tv_nsec)",
            Int(status.st_size)
        )
    }

    /// One text for all files of a pair: it changes when any of them does.
    static func of(_ paths: [String]) -> String {
        paths.flatMap { path in isFolder(path) ? imageNames(in: path).map { path + "/" + $0 } : [path] }
            .map { path in
                do throws(BenchError) { return try of(path).stamp } catch { return "gone" }
            }.joined(separator: " ")
    }
}

private func imageNames(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.lowercased().hasSuffix(".png") }.sorted()
}
