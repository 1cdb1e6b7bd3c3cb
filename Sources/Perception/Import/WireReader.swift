internal import Tensors

/// One field of a message in Protocol Buffers' wire format.
struct WireField {
    enum Value {
        case integer(UInt64)
        /// 4 or 8 bytes, whose meaning the message's own definition says.
        case fixed(UInt64)
        /// A text, message or list: where it lies in the file.
        case bytes(Range<Int>)
    }

    let number: Int
    let value: Value
}

/// Walks the fields of messages in a file. Only what is asked for is read; what is skipped, such as the weights of a
/// network, is not.
final class WireReader {
    private let file: RandomAccessFile
    private let kind: String
    private var window: [UInt8] = []
    private var windowStart = 0
    private var fieldsLeft: Int

    private static let windowBytes = 1 << 16

    /// - Parameters:
    ///   - kind: what the file should be, for the sentence about one that is not.
    ///   - mostFields: how many fields are walked at most, in all messages together.
    init(_ file: RandomAccessFile, kind: String, mostFields: Int) {
        self.file = file
        self.kind = kind
        fieldsLeft = mostFields
    }

    /// Calls `body` for each field of the message that lies at `range`.
    func walk(_ range: Range<Int>, _ body: (WireField) throws(FileError) -> Void) throws(FileError) {
        var position = range.lowerBound
        while position < range.upperBound {
            fieldsLeft -= 1
            guard fieldsLeft >= 0 else { throw malformed("it has more fields than any such file") }
            let key = try varint(&position, end: range.upperBound)
            guard let number = Int(exactly: key >> 3), (1..<1 << 29).contains(number) else {
                throw malformed("it has a field of number \(key >> 3) at byte \(position)")
            }
            switch key & 7 {
            case 0: try body(WireField(number: number, value: .integer(try varint(&position, end: range.upperBound))))
            case 1:
                try body(
                    WireField(number: number, value: .fixed(try fixed(8, &position, end: range.upperBound))))
            case 2:
                let length = try varint(&position, end: range.upperBound)
                guard length <= UInt64(range.upperBound - position) else {
                    if range.upperBound == file.size {
                        throw FileError(
                            .malformed, file: file.path,
                            "is truncated, or is no \(kind): \(length) bytes at \(position) lie beyond its end; "
                                + "copy or export it again")
                    }
                    throw malformed("\(length) bytes at \(position) lie beyond the message that holds them")
                }
                let content = position..<position + Int(length)
                position = content.upperBound
                try body(WireField(number: number, value: .bytes(content)))
            case 5:
                try body(
                    WireField(number: number, value: .fixed(try fixed(4, &position, end: range.upperBound))))
            default: throw malformed("it has an unknown kind of field at byte \(position)")
            }
        }
    }

    /// The text at `range`, of at most `limit` bytes.
    func text(_ range: Range<Int>, limit: Int = 1024) throws(FileError) -> String {
        guard range.count <= limit else { throw malformed("it has a name of \(range.count) bytes") }
        guard range.lowerBound >= windowStart, range.upperBound <= windowStart + window.count else {
            return try text(file.read(range.count, at: range.lowerBound)[...])
        }
        return try text(window[(range.lowerBound - windowStart)..<(range.upperBound - windowStart)])
    }

    /// Integers that stand in one field, at most `limit` of them.
    func packed(_ range: Range<Int>, limit: Int) throws(FileError) -> [UInt64] {
        var values: [UInt64] = []
        var position = range.lowerBound
        while position < range.upperBound {
            guard values.count < limit else { throw malformed("it has a list of more than \(limit) numbers") }
            values.append(try varint(&position, end: range.upperBound))
        }
        return values
    }

    func malformed(_ what: String) -> FileError {
        FileError(.malformed, file: file.path, "is damaged, or is no \(kind): \(what); copy or export it again")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(FileError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw malformed("it has a name that is not UTF-8")
        }
        return text
    }

    private func byte(at position: Int) throws(FileError) -> UInt8 {
        if position < windowStart || position >= windowStart + window.count {
            window = try file.read(min(Self.windowBytes, file.size - position), at: position)
            windowStart = position
        }
        return window[position - windowStart]
    }

    private func varint(_ position: inout Int, end: Int) throws(FileError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw malformed("it ends inside a number at byte \(position)") }
            let next = try byte(at: position)
            position += 1
            value |= UInt64(next & 127) << shift
            if next < 128 { return value }
        }
        throw malformed("it has a number of more than ten bytes at byte \(position)")
    }

    private func fixed(_ count: Int, _ position: inout Int, end: Int) throws(FileError) -> UInt64 {
        guard count <= end - position else { throw malformed("it ends inside a number at byte \(position)") }
        var value: UInt64 = 0
        for i in 0..<count { value |= UInt64(try byte(at: position + i)) << UInt64(8 * i) }
        position += count
        return value
    }
}
