internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// A folder of map files, each named by the identity of what decides its content. Maps are made once and read from then on;
/// several processes may use one folder.
public struct MapCache: Sendable {
    public let folder: String

    public init(folder: String) { self.folder = folder }

    /// Where a map is or will be.
    public func path(for key: MapKey) -> String { shard(key) + "/" + key.identity.hex + MapFileReader.suffix }

    /// The map's file, when it is there and whole.
    public func existing(_ key: MapKey) -> String? {
        let path = path(for: key)
        guard let header = try? MapFileReader.check(path: path), header.kind == key.kind,
            header.origin.identity == key.network.hex, header.origin.clip == key.clip,
            header.origin.settings == key.settings
        else { return nil }
        return path
    }

    /// The map's file; made when it is absent or damaged. While one process makes it, others wait for it; should one not be
    /// able to wait, both make it, and the later file replaces an equal one.
    /// - Parameter make: writes the file of the path that it is given, with the key's network, clip and settings in it.
    /// - Throws: `BenchError` 65, when the folder cannot be used, or the map cannot be made.
    public func map(_ key: MapKey, make: (_ path: String) throws -> Void) throws -> String {
        if let path = existing(key) { return path }
        let shard = shard(key)
        do {
            try FileManager.default.createDirectory(atPath: shard, withIntermediateDirectories: true)
        } catch {
            throw BenchError(
                .unusableInput,
                "\(shard) cannot be made; check the permissions and the free space, or name another folder")
        }
        return try locked(shard) {
            // Someone else may have made it meanwhile.
            if let path = existing(key) { return path }
            try make(path(for: key))
            guard let path = existing(key) else {
                throw BenchError(
                    .unusableInput, "\(path(for: key)) is damaged as soon as it is written; check the disk")
            }
            return path
        }
    }

    // Called otherwise than a dataset's own folders, should both be one.
    private func shard(_ key: MapKey) -> String {
        folder + "/" + key.kind.rawValue + "-maps/" + key.identity.hex.prefix(2)
    }

    /// Runs `body` while no other process does for the same folder. The lock goes when its holder does, whatever ends it.
    private func locked<R>(_ folder: String, _ body: () throws -> R) rethrows -> R {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return try body() }
        defer { close(descriptor) }
        // A file system without locks costs work at most: files appear whole.
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
        return try body()
    }
}
