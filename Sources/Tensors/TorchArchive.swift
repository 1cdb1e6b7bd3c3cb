internal import Foundation

/// The tensors of a file that `torch.save` or TorchScript wrote: a zip archive of one pickle and the numbers, or, before
/// PyTorch 1.6, pickles with the numbers behind them.
///
/// Tensors are views of the mapped file. The pickle is read, never run: only the names that tensors are saved with are
/// known, and all others are refused. Members of the archive are neither unpacked nor written anywhere.
public struct TorchArchive: Sendable {
    public let path: String
    /// Tensors under the keys and attributes that lead to them, joined by dots: `encoder.conv_in.0.conv3d.weight`.
    /// A list's elements are `0`, `1`, …; a tensor that is the whole file is `data`.
    public let tensors: [String: StoredTensor]

    private static let remedy = "copy it again, or save it with torch.save"
    /// The largest pickle that is read; a 7B checkpoint's has some hundred kilobytes.
    private static let mostPickleBytes = 1 << 25

    /// Whether a file begins as one of torch.save does.
    public static func isTorch(_ path: String) throws(FileError) -> Bool {
        let file = try RandomAccessFile(path: path)
        let start = try file.read(min(64, file.size), at: 0)
        return start.starts(with: [0x50, 0x4b, 0x03, 0x04]) || LegacyTorchFile.isLegacy(start)
    }

    /// - Parameter isWanted: says of a name whether its tensor is read. In old files numbers may lie at odd addresses, and
    ///   what is read of them is copied.
    /// - Throws: `FileError`: `.forbidden` for a pickle that names a function of its own, `.unsupported` for packed members
    ///   and elements that are not read, `.malformed` for what contradicts itself.
    public init(path: String, where isWanted: (String) -> Bool = { _ in true }) throws(FileError) {
        if let old = try LegacyTorchFile(path: path) {
            self.path = path
            tensors = try old.tensors(where: isWanted)
            return
        }
        let archive = try ZipArchive(path: path, remedy: Self.remedy)
        let members = try Self.members(of: archive)
        guard
            let pickle = members.keys.filter({ $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }).min(by: {
                $0.count < $1.count
            })
        else {
            throw FileError(.malformed, file: path, "is a zip archive without 'data.pkl'; \(Self.remedy)")
        }
        let prefix = String(pickle.dropLast("data.pkl".count))
        let storage = try ByteStorage(mapping: path)
        let reader = Members(archive: archive, members: members, prefix: prefix, storage: storage)
        if members[prefix + "byteorder"] != nil {
            guard try reader.bytes("byteorder", limit: 16) == Array("little".utf8) else {
                throw FileError(
                    .unsupported, file: path, "was saved on a big-endian machine; save it on a little-endian one")
            }
        }
        var machine = PickleMachine(
            try reader.bytes("data.pkl", limit: Self.mostPickleBytes), file: path, readsTensors: true)
        let root = try machine.run()
        var budget = PickledTensor.copyBudget(of: storage)
        self.path = path
        tensors = try PickledTree(machine, file: path).stored(under: root, where: isWanted) {
            (tensor, name) throws(FileError) in
            try reader.tensor(tensor, name: name, budget: &budget)
        }
    }

    /// Members by name. Nothing is ever written under these names; absurd ones mean that the file is not what it seems.
    private static func members(of archive: ZipArchive) throws(FileError) -> [String: ZipArchive.Member] {
        var members: [String: ZipArchive.Member] = [:]
        for member in archive.members {
            let name = member.name
            let isAbsurd =
                name.isEmpty || name.utf8.count > 1024 || name.hasPrefix("/") || name.contains("\\")
                || name.unicodeScalars.contains { $0.value < 32 } || name.split(separator: "/").contains("..")
            guard !isAbsurd else {
                throw FileError(
                    .malformed, file: archive.file.path,
                    "has a member named '\(name.prefix(200))', which torch never writes; \(remedy)")
            }
            guard members.updateValue(member, forKey: name) == nil else {
                throw FileError(.malformed, file: archive.file.path, "has two members named '\(name)'; \(remedy)")
            }
        }
        return members
    }
}

/// Gives the bytes of an archive's members.
private struct Members {
    let archive: ZipArchive
    let members: [String: ZipArchive.Member]
    let prefix: String
    let storage: ByteStorage

    private var path: String { archive.file.path }

    /// Where a member's bytes lie; it must be stored as it is.
    private func extent(_ name: String) throws(FileError) -> Range<Int> {
        guard let member = members[prefix + name] else {
            throw FileError(.malformed, file: path, "lacks its member '\(name)'; copy it again")
        }
        guard member.method == .stored, member.size == member.packedSize else {
            throw FileError(
                .unsupported, file: path,
                "holds '\(name)' compressed, which torch.save never does; it is not unpacked: save it with torch.save")
        }
        let extent = try archive.extent(member)
        guard extent.upperBound <= storage.count else {
            throw FileError(.malformed, file: path, "is truncated inside '\(name)'; copy it again")
        }
        return extent
    }

    func bytes(_ name: String, limit: Int) throws(FileError) -> [UInt8] {
        let extent = try extent(name)
        guard extent.count <= limit else {
            throw FileError(
                .unsupported, file: path, "has '\(name)' of \(extent.count) bytes; at most \(limit) are read")
        }
        return storage.withBytes { Array($0[extent]) }
    }

    func tensor(_ tensor: PickledTensor, name: String, budget: inout Int) throws(FileError) -> StoredTensor {
        guard tensor.storage.key.utf8.count <= 64, !tensor.storage.key.contains("/") else {
            throw FileError(.malformed, file: path, "has tensor '\(name)' whose storage has no plain name")
        }
        return try tensor.stored(
            name: name, in: storage, at: try extent("data/" + tensor.storage.key), file: path, budget: &budget)
    }
}
