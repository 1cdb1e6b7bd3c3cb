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
        var parser = JSONParser(bytes, file: file)
        self = try parser.document()
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

/// Reads one document from front to back.
private struct JSONParser {
    private let bytes: [UInt8]
    private let file: String
    private var position = 0

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    mutating func document() throws(FileError) -> JSON {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
            throw malformed("begins with a byte-order mark (save it as UTF-8 without one)")
        }
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw malformed("has more after its end") }
        return value
    }

    private func malformed(_ what: String) -> FileError {
        let before = bytes[..<position]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // Characters, of which bytes from 0x80 to 0xbf only continue one.
        let column = before[start...].count { $0 & 0xc0 != 0x80 } + 1
        return FileError(
            .malformed, file: file, "is not valid JSON: it \(what) at line \(line), column \(column)")
    }

    /// What a comma promised is not there.
    private func checkAfterComma(_ end: Character) throws(FileError) {
        if next == end.asciiValue { throw malformed("has a comma before its closing '\(end)'") }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func accept(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(FileError) -> JSON {
        guard depth <= JSON.mostDepth else { throw malformed("is nested more than \(JSON.mostDepth) deep") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some: return try number()
        case nil: throw malformed("ends early")
        }
    }

    private mutating func word(_ text: String, _ value: JSON) throws(FileError) -> JSON {
        guard bytes[position...].starts(with: text.utf8) else { throw malformed("has no value") }
        position += text.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(FileError) -> [JSON.Member] {
        position += 1
        var members: [JSON.Member] = []
        var keys: Set<String> = []
        skipSpace()
        if accept("}") { return members }
        repeat {
            skipSpace()
            try checkAfterComma("}")
            guard next == UInt8(ascii: "\"") else { throw malformed("has no key") }
            let key = try string()
            guard keys.insert(key).inserted else { throw malformed("has the key '\(key.prefix(200))' twice") }
            skipSpace()
            guard accept(":") else { throw malformed("has no colon") }
            members.append(JSON.Member(key: key, value: try value(depth: depth + 1)))
            skipSpace()
        } while accept(",")
        guard accept("}") else { throw malformed("has neither a comma nor the end of an object") }
        return members
    }

    private mutating func array(depth: Int) throws(FileError) -> [JSON] {
        position += 1
        var values: [JSON] = []
        skipSpace()
        if accept("]") { return values }
        repeat {
            skipSpace()
            try checkAfterComma("]")
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while accept(",")
        guard accept("]") else { throw malformed("has neither a comma nor the end of a list") }
        return values
    }

    private mutating func number() throws(FileError) -> JSON {
        let start = position
        var isWhole = true
        _ = accept("-")
        let leadsWithZero = next == UInt8(ascii: "0")
        let whole = try digits()
        guard whole == 1 || !leadsWithZero else { throw malformed("has a number that starts with 0") }
        if accept(".") {
            isWhole = false
            _ = try digits()
        }
        if accept("e") || accept("E") {
            isWhole = false
            if !accept("+") { _ = accept("-") }
            _ = try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw malformed("has a number out of range") }
        return .number(value)
    }

    /// How many digits were read; at least one.
    private mutating func digits() throws(FileError) -> Int {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw malformed("has no value") }
        return position - start
    }

    private mutating func string() throws(FileError) -> String {
        position += 1
        var text: [UInt8] = []
        while true {
            let start = position
            while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                position += 1
            }
            text += bytes[start..<position]
            guard let byte = next, byte >= 0x20 else { throw malformed("has a string that does not end") }
            position += 1
            if byte == UInt8(ascii: "\"") { break }
            text += try escape()
        }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw malformed("has a string that is not UTF-8")
        }
        return string
    }

    /// The bytes that the characters after a backslash stand for.
    private mutating func escape() throws(FileError) -> [UInt8] {
        let plain: [UInt8: UInt8] = [
            0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09,
        ]
        guard let byte = next else { throw malformed("has a string that does not end") }
        position += 1
        if let character = plain[byte] { return [character] }
        guard byte == UInt8(ascii: "u") else { throw malformed("has an unknown escape") }
        var code = UInt32(try hexadecimal())
        if 0xd800..<0xdc00 ~= code, accept("\\"), accept("u") {
            let low = UInt32(try hexadecimal())
            guard 0xdc00..<0xe000 ~= low else { throw malformed("has half a character") }
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw malformed("has half a character") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(FileError) -> UInt16 {
        guard bytes.count - position >= 4,
            bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
            let value = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw malformed("has an unknown escape") }
        position += 4
        return value
    }
}
