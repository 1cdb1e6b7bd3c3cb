internal import Experiment
import Foundation
internal import Results

/// Hashes files, once for as long as their size and time of change stay the same: the store remembers.
struct ContentHasher {
    private let store: Store?
    private var fresh: [(artifact: Artifact, modified: Int)] = []

    init(store: Store?) { self.store = store }

    /// A file's size and hash; a folder's are those of its files in order.
    mutating func artifact(_ path: String) throws(BenchError) -> Artifact {
        if isFolder(path) {
            var parts: [Artifact] = []
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() {
                parts.append(try artifact(path + "/" + name))
            }
            return Artifact(
                path: path, bytes: parts.map(\.bytes).reduce(0, +),
                sha256: Identity(of: parts.flatMap { [stem($0.path), $0.sha256] }).hex)
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw BenchError(.unusableInput, "\(path) cannot be read (\(String(cString: strerror(errno))))")
        }
        let modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        if let known = try store?.knownHash(path: path, bytes: Int(status.st_size), modified: modified) {
            return Artifact(path: path, bytes: Int(status.st_size), sha256: known)
        }
        let artifact = try Artifact(hashing: path)
        fresh.append((artifact, modified))
        if fresh.count >= 100 { try flush() }
        return artifact
    }

    /// Writes what was hashed since the last time.
    mutating func flush() throws(BenchError) {
        if !fresh.isEmpty { try store?.remember(fresh) }
        fresh = []
    }
}
