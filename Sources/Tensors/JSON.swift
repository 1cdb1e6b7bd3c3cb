internal import Foundation

/// A JSON document, read strictly: members keep their order, a key that occurs twice is an error, and nesting is bounded,
/// so that no file can exhaust the stack.
public enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits an Int.
    case integer(Int)
    /// Any other number; always finite.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public let key: String
        public let value: JSON

        public init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// Arrays and objects within each other at most.
    static let mostDepth = 64

    /// - Throws: `FileError.malformed`, naming the line and column where the text stops being JSON.
    public init(_ bytes: [UInt8], file: String) throws(FileError) {
        var stream = JSONStream(bytes, file: file)
        self = try stream.tree()
        try stream.end()
    }

    /// A file that holds a JSON document of at most `limit` bytes.
    public init(path: String, limit: Int = 1 << 26) throws(FileError) {
        try self.init(RandomAccessFile(path: path).readAll(limit: limit), file: path)
    }

    /// The member under `key`; nil when this is no object or has no such member.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// What the value is, as a person says it.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension JSONStream {
    /// The value that comes next with all that it holds.
    mutating func tree() throws(FileError) -> JSON {
        switch try kind() {
        case .null:
            try null()
            return .null
        case .bool: return .bool(try bool())
        case .number: return try numberTree()
        case .string: return .string(try string())
        case .array:
            var values: [JSON] = []
            try array { stream, _ throws(FileError) in values.append(try stream.tree()) }
            return .array(values)
        case .object:
            var members: [JSON.Member] = []
            try object { stream, key throws(FileError) in
                members.append(JSON.Member(key: key, value: try stream.tree()))
            }
            return .object(members)
        }
    }
}
