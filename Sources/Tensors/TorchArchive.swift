internal import Foundation

/// The tensors of a file that `torch.save` or TorchScript wrote: a zip archive of one pickle and the numbers.
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

    /// - Throws: `FileError`: `.forbidden` for a pickle that names a function of its own, `.unsupported` for packed members
    ///   and elements that are not read, `.malformed` for what contradicts itself.
    public init(path: String) throws(FileError) {
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
        var found: [String: StoredTensor] = [:]
        var budget = storage.count + 1 << 28
        for (name, index) in try PickledTree(machine, file: path).tensors(under: root) {
            guard found[name] == nil else {
                throw FileError(.malformed, file: path, "holds two tensors named '\(name)'; rename one and save again")
            }
            found[name] = try reader.tensor(machine.tensors[index], name: name, budget: &budget)
        }
        self.path = path
        tensors = found
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

    /// A view of the member's bytes, or a copy where the tensor does not lie there aligned, in order and without gaps.
    /// - Parameter budget: bytes that copies may still take.
    func tensor(_ tensor: PickledTensor, name: String, budget: inout Int) throws(FileError) -> StoredTensor {
        let element = tensor.storage.element
        guard tensor.storage.key.utf8.count <= 64, !tensor.storage.key.contains("/") else {
            throw FileError(.malformed, file: path, "has tensor '\(name)' whose storage has no plain name")
        }
        let extent = try extent("data/" + tensor.storage.key)
        let available = min(tensor.storage.count, extent.count / element.size)
        guard let size = byteCount(tensor.shape, element), let last = tensor.lastIndex, tensor.offset >= 0,
            last < available || (size == 0 && tensor.offset <= available)
        else {
            throw FileError(
                .malformed, file: path,
                "has tensor '\(name)' of shape \(tensor.shape) that reaches outside its storage of \(available) numbers"
            )
        }
        let isView = tensor.isDense || size == 0
        let offset = size == 0 ? extent.lowerBound : extent.lowerBound + tensor.offset * element.size
        // Numbers that are not aligned are copied too.
        if !isView || !offset.isMultiple(of: element.size) { budget -= size }
        guard budget >= 0 else {
            throw FileError(
                .unsupported, file: path,
                "has tensors that repeat their numbers beyond the file's size ('\(name)'); save them with .contiguous()"
            )
        }
        if isView {
            return StoredTensor(name: name, element: element, shape: tensor.shape, storage: storage, offset: offset)
        }
        return StoredTensor(name: name, element: element, shape: tensor.shape) { copy in
            storage.withBytes { tensor.gather(from: UnsafeRawBufferPointer(rebasing: $0[extent]), into: copy) }
        }
    }
}

extension PickledTensor {
    /// Position of the last number in the storage; nil for strides or sizes that are negative or overflow.
    fileprivate var lastIndex: Int? {
        var last = offset
        for (size, stride) in zip(shape, strides) {
            guard size >= 0, stride >= 0 else { return nil }
            let (span, overflows) = max(0, size - 1).multipliedReportingOverflow(by: stride)
            let (sum, overflowsToo) = last.addingReportingOverflow(span)
            guard !overflows, !overflowsToo else { return nil }
            last = sum
        }
        return last
    }

    /// Whether the numbers follow each other in row-major order.
    fileprivate var isDense: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }

    /// Copies the numbers into row-major order. All positions were checked.
    fileprivate func gather(from source: UnsafeRawBufferPointer, into copy: UnsafeMutableRawBufferPointer) {
        let size = storage.element.size
        var index = [Int](repeating: 0, count: shape.count)
        var position = offset
        for target in stride(from: 0, to: copy.count, by: size) {
            for byte in 0..<size { copy[target + byte] = source[position * size + byte] }
            for axis in shape.indices.reversed() {
                index[axis] += 1
                position &+= strides[axis]  // a dimension of 1 may have any stride
                guard index[axis] == shape[axis] else { break }
                position &-= strides[axis] &* shape[axis]
                index[axis] = 0
            }
        }
    }
}

/// Walks the containers of a pickle for the tensors in them.
private struct PickledTree {
    private let machine: PickleMachine
    private let file: String

    /// Containers within each other, and values altogether, at most.
    private static let mostDepth = 64
    private static let mostVisits = 1 << 18
    /// Values in all containers, each counted as often as a path leads to it.
    private static let mostValues = 1 << 22
    private static let mostNameBytes = 1024

    init(_ machine: PickleMachine, file: String) {
        self.machine = machine
        self.file = file
    }

    /// Names and indices of all tensors. A container that holds itself, or one that is shared so often that the tree has
    /// no end, is an error.
    func tensors(under root: Pickle.Value) throws(FileError) -> [(name: String, index: Int)] {
        if case .tensor(let index) = root { return [("data", index)] }
        var found: [(name: String, index: Int)] = []
        var open: [(value: Pickle.Value, name: String, depth: Int)] = [(root, "", 0)]
        var (visits, values) = (0, 0)
        while let (value, name, depth) = open.popLast() {
            visits += 1
            guard visits <= Self.mostVisits, depth <= Self.mostDepth, name.utf8.count <= Self.mostNameBytes else {
                throw FileError(
                    .malformed, file: file,
                    "has containers that hold themselves or are nested without end; save a plain state_dict")
            }
            let count =
                switch value {
                case .dictionary(let index): machine.dictionaries[index].count
                case .sequence(let index): machine.sequences[index].count
                default: 0
                }
            guard count <= Self.mostValues - values else {
                throw FileError(.malformed, file: file, "has more values in its containers than a checkpoint can")
            }
            values += count
            let prefix = name.isEmpty ? "" : name + "."
            switch value {
            case .tensor(let index): found.append((name, index))
            case .dictionary(let index):
                for (key, value) in machine.dictionaries[index] where value.mayHoldTensors {
                    open.append((value, prefix + key, depth + 1))
                }
            case .sequence(let index):
                for (i, value) in machine.sequences[index].enumerated() where value.mayHoldTensors {
                    open.append((value, prefix + String(i), depth + 1))
                }
            default: break
            }
            guard open.count <= Self.mostVisits else {
                throw FileError(.malformed, file: file, "has more containers than a checkpoint can")
            }
        }
        return found
    }
}

extension Pickle.Value {
    fileprivate var mayHoldTensors: Bool {
        switch self {
        case .tensor, .dictionary, .sequence: true
        default: false
        }
    }
}
