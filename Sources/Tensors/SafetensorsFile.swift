internal import Foundation

/// The tensors of a `.safetensors` file, mapped: opening copies no numbers.
///
/// The header is checked as the format's own library does, so that no tensor lies outside the file, over another one, or
/// beside bytes that belong to none.
public struct SafetensorsFile: Sendable {
    public let path: String
    /// Tensors by name.
    public let tensors: [String: StoredTensor]
    /// The texts of `__metadata__`.
    public let metadata: [String: String]

    /// The longest header that is read, as in the format's own library.
    static let mostHeaderBytes = 100_000_000

    /// - Throws: `FileError`, naming the tensor where one is at fault.
    public init(path: String) throws(FileError) {
        self.path = path
        let storage = try ByteStorage(mapping: path)
        let (header, start) = try Self.header(of: storage, path: path)
        guard case .object(let members) = header else {
            throw FileError(.malformed, file: path, "has a header that is no object; copy or make the file again")
        }
        var entries: [Entry] = []
        var metadata: [String: String] = [:]
        for member in members {
            if member.key == "__metadata__" {
                metadata = try Self.texts(member.value, path: path)
                continue
            }
            entries.append(try Entry(member, available: storage.count - start, path: path))
        }
        try Self.checkCover(&entries, of: storage.count - start, path: path)
        // Only now: a tensor that is not aligned is copied, and what overlaps would be copied once for each.
        var tensors: [String: StoredTensor] = [:]
        for entry in entries {
            tensors[entry.name] = StoredTensor(
                name: entry.name, element: entry.element, shape: entry.shape, storage: storage,
                offset: start + entry.bytes.lowerBound)
        }
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The parsed header and the position of the first number.
    private static func header(of storage: ByteStorage, path: String) throws(FileError) -> (JSON, Int) {
        guard storage.count >= 8 else {
            throw FileError(.malformed, file: path, "is too short to be a safetensors file; copy or make it again")
        }
        let stated = storage.withBytes { $0.loadUnaligned(as: UInt64.self).littleEndian }
        guard stated <= UInt64(storage.count - 8) else {
            throw FileError(
                .malformed, file: path,
                "says that its header has \(stated) bytes, more than the file; it is truncated or no safetensors file")
        }
        guard stated <= UInt64(mostHeaderBytes) else {
            throw FileError(
                .unsupported, file: path,
                "has a header of \(stated) bytes; at most \(mostHeaderBytes) are read")
        }
        let size = Int(stated)
        let text = storage.withBytes { Array($0[8..<8 + size]) }
        guard text.first == UInt8(ascii: "{") else {
            throw FileError(.malformed, file: path, "is not a safetensors file: its header does not start with '{'")
        }
        return (try JSON(text, file: path), 8 + size)
    }

    private static func texts(_ value: JSON, path: String) throws(FileError) -> [String: String] {
        guard case .object(let members) = value else {
            throw FileError(
                .malformed, file: path, "has '__metadata__' that is \(value.kind), not an object of strings")
        }
        var texts: [String: String] = [:]
        for member in members {
            guard case .string(let text) = member.value else {
                throw FileError(.malformed, file: path, "has '__metadata__.\(member.key)' that is no string")
            }
            texts[member.key] = text
        }
        return texts
    }

    /// Tensors must fill the bytes after the header, in any order, each byte once.
    private static func checkCover(_ entries: inout [Entry], of size: Int, path: String) throws(FileError) {
        entries.sort {
            ($0.bytes.lowerBound, $0.bytes.upperBound, $0.name) < ($1.bytes.lowerBound, $1.bytes.upperBound, $1.name)
        }
        var end = 0
        var previous = "the header"
        for entry in entries {
            guard entry.bytes.lowerBound >= end else {
                throw FileError(
                    .malformed, file: path,
                    "has tensors '\(entry.name)' and '\(previous)' that overlap; copy or make it again")
            }
            guard entry.bytes.lowerBound == end else {
                throw FileError(
                    .malformed, file: path,
                    "has bytes before '\(entry.name)' that belong to no tensor; copy or make it again")
            }
            if !entry.bytes.isEmpty { previous = entry.name }
            end = entry.bytes.upperBound
        }
        guard end == size else {
            throw FileError(
                .malformed, file: path,
                "has \(size - end) bytes after its last tensor that belong to none; copy or make it again")
        }
    }

    /// One line of the header.
    private struct Entry {
        let name: String
        let element: ElementType
        let shape: [Int]
        /// Counted from the end of the header.
        let bytes: Range<Int>

        init(_ member: JSON.Member, available: Int, path: String) throws(FileError) {
            let name = member.key
            func malformed(_ what: String) -> FileError {
                FileError(
                    .malformed, file: path, "has tensor '\(name.prefix(200))' \(what); copy or make the file again")
            }
            guard case .string(let type) = member.value["dtype"] else { throw malformed("without a 'dtype'") }
            guard let element = ElementType(safetensors: type) else {
                throw FileError(
                    .unsupported, file: path,
                    "has tensor '\(name.prefix(200))' of type \(type.prefix(20)), which is not read; save it as F32 or BF16"
                )
            }
            guard case .array(let sizes) = member.value["shape"] else { throw malformed("without a 'shape'") }
            var shape: [Int] = []
            for size in sizes {
                guard case .integer(let size) = size, size >= 0 else {
                    throw malformed("with a size that is no whole number")
                }
                shape.append(size)
            }
            guard case .array(let offsets) = member.value["data_offsets"], offsets.count == 2,
                case .integer(let begin) = offsets[0], case .integer(let end) = offsets[1]
            else { throw malformed("without two 'data_offsets'") }
            guard begin >= 0, begin <= end, end <= available else {
                throw malformed("at bytes \(begin)..\(end) of the \(available) that the file has")
            }
            guard let size = byteCount(shape, element), size == end - begin else {
                throw malformed("whose shape \(shape) does not take the \(end - begin) bytes it is given")
            }
            self.name = name
            self.element = element
            self.shape = shape
            bytes = begin..<end
        }
    }
}

/// Bytes of a dense tensor; nil when they do not fit an Int.
func byteCount(_ shape: [Int], _ element: ElementType) -> Int? {
    // A size of 0 must not hide that the others overflow: their product is taken elsewhere, in any order.
    var total = element.size
    for size in shape {
        guard size >= 0 else { return nil }
        let (product, overflow) = total.multipliedReportingOverflow(by: max(1, size))
        guard !overflow else { return nil }
        total = product
    }
    return shape.contains(0) ? 0 : total
}

extension ElementType {
    private static let safetensorsNames: [ElementType: String] = [
        .float64: "F64", .float32: "F32", .float16: "F16", .bfloat16: "BF16", .int64: "I64", .int32: "I32",
        .int16: "I16", .int8: "I8", .uint8: "U8", .bool: "BOOL",
    ]

    /// The type of that name in a safetensors header; nil for one that is not read.
    init?(safetensors name: String) {
        guard let type = Self.safetensorsNames.first(where: { $0.value == name })?.key else { return nil }
        self = type
    }

    var safetensorsName: String { Self.safetensorsNames[self] ?? rawValue }

    /// Whether numbers of this type have a fraction.
    public var isFloating: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        case .int64, .int32, .int16, .int8, .uint8, .bool: false
        }
    }
}
