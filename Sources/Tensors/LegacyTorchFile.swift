/// A file that `torch.save` wrote before PyTorch 1.6, or with `_use_new_zipfile_serialization=False`; torchvision's oldest
/// weights are such files.
///
/// Five pickles follow each other: a magic number, a version, facts about the machine, the object, and the keys of the
/// storages. Then come the storages in the order of those keys, each as its count of numbers in 8 bytes and the numbers.
struct LegacyTorchFile {
    private let path: String
    private let storage: ByteStorage
    private let machine: PickleMachine
    private let root: Pickle.Value
    /// Where the storages lie in the file, by key.
    private let extents: [String: Range<Int>]

    /// What every such file begins with, whatever the pickle's protocol: the magic number, as a long integer of 10 bytes.
    private static let magic: [UInt8] = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    private static let version = 1001
    /// The pickles altogether, at most; a 7B checkpoint's have some hundred kilobytes.
    private static let mostPickleBytes = 1 << 25

    static func isLegacy(_ start: some Collection<UInt8>) -> Bool {
        start.first == 0x80 && start.dropFirst(2).starts(with: magic)
    }

    /// Nil when the file is of another kind.
    /// - Throws: `FileError`, as `TorchArchive`.
    init?(path: String) throws(FileError) {
        let file = try RandomAccessFile(path: path)
        guard Self.isLegacy(try file.read(min(file.size, 64), at: 0)) else { return nil }
        let bytes = try file.read(min(file.size, Self.mostPickleBytes), at: 0)
        let malformed = FileError(
            .malformed, file: path, "begins as a file of an old torch.save, but does not go on as one; copy it again")

        var start = 2 + Self.magic.count
        func pickle() throws(FileError) -> (machine: PickleMachine, root: Pickle.Value) {
            var machine = PickleMachine(bytes, at: start, file: path, readsTensors: true)
            let root = try machine.run()
            start = machine.position
            return (machine, root)
        }
        guard try pickle().root == .integer(Self.version) else { throw malformed }
        let facts = try pickle()
        guard case .dictionary(let index) = facts.root else { throw malformed }
        guard facts.machine.dictionaries[index]["little_endian"] != .bool(false) else {
            throw FileError(
                .unsupported, file: path, "was saved on a big-endian machine; save it on a little-endian one")
        }
        (machine, root) = try pickle()
        let keys = try pickle()
        guard case .sequence(let list) = keys.root else { throw malformed }

        storage = try ByteStorage(mapping: path)
        self.path = path
        let sizes = Dictionary(
            machine.storages.map { ($0.key, ($0.element.size, $0.count)) }, uniquingKeysWith: { first, _ in first })
        var extents: [String: Range<Int>] = [:]
        var position = start
        for key in keys.machine.sequences[list] {
            guard case .string(let key) = key, extents[key] == nil, let (size, count) = sizes[key] else {
                throw malformed
            }
            guard storage.count - position >= 8 else { throw truncated(key) }
            let stated = storage.withBytes {
                Int64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Int64.self))
            }
            position += 8
            guard stated == count else {
                throw FileError(
                    .malformed, file: path,
                    "says that storage '\(key.prefix(64))' has \(stated) numbers where its tensors have \(count); copy it again"
                )
            }
            guard count <= (storage.count - position) / size else { throw truncated(key) }
            extents[key] = position..<position + count * size
            position += count * size
        }
        self.extents = extents
        func truncated(_ key: String) -> FileError {
            FileError(.malformed, file: path, "is truncated inside storage '\(key.prefix(64))'; copy it again")
        }
    }

    /// The tensors whose names are wanted.
    func tensors(where isWanted: (String) -> Bool) throws(FileError) -> [String: StoredTensor] {
        var budget = PickledTensor.copyBudget(of: storage)
        return try PickledTree(machine, file: path).stored(under: root, where: isWanted) {
            (tensor, name) throws(FileError) in
            guard let extent = extents[tensor.storage.key] else {
                throw FileError(.malformed, file: path, "lacks the numbers of tensor '\(name)'; copy it again")
            }
            return try tensor.stored(name: name, in: storage, at: extent, file: path, budget: &budget)
        }
    }
}
