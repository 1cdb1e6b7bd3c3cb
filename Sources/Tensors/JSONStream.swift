/// Reads a JSON document from front to back, value by value, without building a tree: for files of a hundred megabytes that
/// hold records of a few known keys. As strict as `JSON`: a key that occurs twice is an error, nesting is bounded.
public struct JSONStream {
    /// What comes next.
    public enum Kind: Sendable {
        case null, bool, number, string, array, object

        /// As a person says it.
        public var name: String {
            switch self {
            case .null: "null"
            case .bool: "a boolean"
            case .number: "a number"
            case .string: "a string"
            case .array: "a list"
            case .object: "an object"
            }
        }
    }

    let bytes: [UInt8]
    private let file: String
    let readsNaN: Bool
    var position = 0
    private var depth = 0
    /// The keys so far of all objects that are open, the innermost last.
    private var keys: [String] = []

    /// - Parameter readsNaN: also takes the bare words NaN, Infinity and -Infinity, which Python writes, for numbers.
    public init(_ bytes: [UInt8], file: String, readsNaN: Bool = false) {
        self.bytes = bytes
        self.file = file
        self.readsNaN = readsNaN
    }

    /// Nothing but space may follow.
    public mutating func end() throws(FileError) {
        skipSpace()
        guard position == bytes.count else { throw malformed("has more after its end") }
    }

    /// The kind of the value that comes next, which is not read yet.
    public mutating func kind() throws(FileError) -> Kind {
        skipSpace()
        switch next {
        case 0xef where position == 0 && bytes.starts(with: [0xef, 0xbb, 0xbf]):
            throw malformed("begins with a byte-order mark (save it as UTF-8 without one)")
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case .some: return .number
        case nil: throw malformed("ends early")
        }
    }

    /// Calls `member` for each key of the object that comes next; it reads the value, or skips it.
    public mutating func object(_ member: (inout JSONStream, String) throws(FileError) -> Void) throws(FileError) {
        try open("{")
        let first = keys.count
        var many: Set<String> = []
        skipSpace()
        if !accept("}") {
            repeat {
                skipSpace()
                try checkAfterComma("}")
                guard next == UInt8(ascii: "\"") else { throw malformed("has no key") }
                let key = try string()
                // A few keys are compared one by one; only long objects need a set.
                if keys.count - first == 32 { many = Set(keys[first...]) }
                let isNew = many.isEmpty ? !keys[first...].contains(key) : many.insert(key).inserted
                guard isNew else { throw malformed("has the key '\(key.prefix(200))' twice") }
                keys.append(key)
                skipSpace()
                guard accept(":") else { throw malformed("has no colon") }
                try member(&self, key)
                skipSpace()
            } while accept(",")
            guard accept("}") else { throw malformed("has neither a comma nor the end of an object") }
        }
        keys.removeSubrange(first...)
        depth -= 1
    }

    /// The first member that is wanted of the object that comes next, with a stream that stands before its value: for a look
    /// ahead. Nothing is read here.
    public func first(_ isWanted: (String) -> Bool) throws(FileError) -> (key: String, value: JSONStream)? {
        var ahead = self
        try ahead.open("{")
        ahead.skipSpace()
        if ahead.accept("}") { return nil }
        repeat {
            ahead.skipSpace()
            guard ahead.next == UInt8(ascii: "\"") else { throw ahead.malformed("has no key") }
            let key = try ahead.string()
            ahead.skipSpace()
            guard ahead.accept(":") else { throw ahead.malformed("has no colon") }
            if isWanted(key) { return (key, ahead) }
            try ahead.skip()
            ahead.skipSpace()
        } while ahead.accept(",")
        return nil
    }

    /// Calls `element` for each place of the list that comes next; it reads the value, or skips it.
    public mutating func array(_ element: (inout JSONStream, Int) throws(FileError) -> Void) throws(FileError) {
        try open("[")
        skipSpace()
        if !accept("]") {
            var index = 0
            repeat {
                skipSpace()
                try checkAfterComma("]")
                try element(&self, index)
                index += 1
                skipSpace()
            } while accept(",")
            guard accept("]") else { throw malformed("has neither a comma nor the end of a list") }
        }
        depth -= 1
    }

    public mutating func bool() throws(FileError) -> Bool {
        skipSpace()
        if next == UInt8(ascii: "t") {
            try word("true")
            return true
        }
        try word("false")
        return false
    }

    public mutating func null() throws(FileError) {
        skipSpace()
        try word("null")
    }

    /// Reads a value of any kind and forgets it.
    public mutating func skip() throws(FileError) {
        switch try kind() {
        case .null: try null()
        case .bool: _ = try bool()
        case .number: _ = try number()
        case .string: _ = try string()
        case .array: try array { stream, _ throws(FileError) in try stream.skip() }
        case .object: try object { stream, _ throws(FileError) in try stream.skip() }
        }
    }

    public mutating func string() throws(FileError) -> String {
        skipSpace()
        guard accept("\"") else { throw malformed("has no value") }
        let start = position
        skipPlainCharacters()
        if next == UInt8(ascii: "\"") {
            position += 1
            return try text(bytes[start..<position - 1])
        }
        var characters = Array(bytes[start..<position])
        while true {
            guard let byte = next, byte >= 0x20 else { throw malformed("has a string that does not end") }
            position += 1
            if byte == UInt8(ascii: "\"") { return try text(characters[...]) }
            characters += try escape()
            let start = position
            skipPlainCharacters()
            characters += bytes[start..<position]
        }
    }

    private mutating func skipPlainCharacters() {
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    }

    private func text(_ characters: ArraySlice<UInt8>) throws(FileError) -> String {
        guard let text = String(validating: characters, as: UTF8.self) else {
            throw malformed("has a string that is not UTF-8")
        }
        return text
    }

    func malformed(_ what: String) -> FileError {
        let before = bytes[..<position]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // Characters, of which bytes from 0x80 to 0xbf only continue one.
        let column = before[start...].count { $0 & 0xc0 != 0x80 } + 1
        return FileError(.malformed, file: file, "is not valid JSON: it \(what) at line \(line), column \(column)")
    }

    /// What a comma promised is not there.
    private func checkAfterComma(_ end: Unicode.Scalar) throws(FileError) {
        if next == UInt8(ascii: end) { throw malformed("has a comma before its closing '\(end)'") }
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte <= 0x20, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func open(_ bracket: Unicode.Scalar) throws(FileError) {
        skipSpace()
        guard accept(bracket) else { throw malformed("has no value") }
        depth += 1
        guard depth <= JSON.mostDepth else { throw malformed("is nested more than \(JSON.mostDepth) deep") }
    }

    mutating func word(_ text: StaticString) throws(FileError) {
        let isHere = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard isHere else { throw malformed("has no value") }
        position += text.utf8CodeUnitCount
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
