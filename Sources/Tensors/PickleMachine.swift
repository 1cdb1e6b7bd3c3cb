/// The stack machine behind `Pickle`: the opcodes that build plain data, and a refusal for all others.
struct PickleMachine {
    private let bytes: [UInt8]
    let file: String
    /// Whether the opcodes by which torch saves tensors are read too; `PickleMachine+Torch.swift` holds them.
    private let readsTensors: Bool
    /// Where the next opcode is read; once a pickle was run, where what follows it begins.
    private(set) var position: Int
    var stack: [Pickle.Value] = []
    private var marks: [Int] = []
    private var memo: [Int: Pickle.Value] = [:]
    private(set) var sequences: [[Pickle.Value]] = []
    var dictionaries: [[String: Pickle.Value]] = []
    var storages: [PickledStorage] = []
    var tensors: [PickledTensor] = []
    /// Dictionaries that stand for objects: those that take a state.
    var objects: Set<Int> = []
    /// Values copied from container to container so far.
    var copied = 0

    init(_ bytes: [UInt8], at position: Int = 0, file: String, readsTensors: Bool = false) {
        self.bytes = bytes
        self.position = position
        self.file = file
        self.readsTensors = readsTensors
    }

    /// Values and containers at most: files of masks have a few thousand, checkpoints some ten thousand.
    static let mostValues = 1 << 20

    mutating func run() throws(FileError) -> Pickle.Value {
        while true {
            guard stack.count + memo.count + sequences.count + dictionaries.count <= Self.mostValues else {
                throw FileError(
                    .unsupported, file: file,
                    "holds more than \(Self.mostValues) values; it is no file of masks or weights")
            }
            let start = position
            let opcode = UInt8(try unsigned(1))
            if opcode == UInt8(ascii: ".") {
                guard stack.count == 1, marks.isEmpty else { throw malformed("ends with a half-built value") }
                return stack[0]
            }
            try step(opcode, at: start)
        }
    }

    private mutating func step(_ opcode: UInt8, at start: Int) throws(FileError) {
        switch opcode {
        case 0x80: _ = try take(1)  // protocol
        case 0x95: _ = try take(8)  // frame
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
        case UInt8(ascii: "K"): stack.append(.integer(try unsigned(1)))
        case UInt8(ascii: "M"): stack.append(.integer(try unsigned(2)))
        case 0x8a: stack.append(.integer(try longInteger()))
        case UInt8(ascii: "G"):
            let pattern = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            stack.append(.float(Double(bitPattern: pattern)))
        case 0x8c: stack.append(.string(try text(try unsigned(1))))
        case UInt8(ascii: "X"): stack.append(.string(try text(try unsigned(4))))
        case 0x8d: stack.append(.string(try text(try unsigned(8))))
        case UInt8(ascii: "C"): stack.append(.bytes(Array(try take(try unsigned(1)))))
        case UInt8(ascii: "B"): stack.append(.bytes(Array(try take(try unsigned(4)))))
        case 0x8e: stack.append(.bytes(Array(try take(try unsigned(8)))))
        case UInt8(ascii: "]"), UInt8(ascii: ")"): pushSequence([])
        case UInt8(ascii: "l"), UInt8(ascii: "t"): pushSequence(try popToMark())
        case 0x85...0x87:
            let count = Int(opcode) - 0x84
            guard stack.count >= count else { throw malformed("takes more values than it has") }
            let values = Array(stack.suffix(count))
            stack.removeLast(count)
            pushSequence(values)
        case UInt8(ascii: "a"): try append([try pop()])
        case UInt8(ascii: "e"): try append(try popToMark())
        case UInt8(ascii: "}"): pushDictionary()
        case UInt8(ascii: "d"):
            let values = try popToMark()
            pushDictionary()
            try set(values)
        case UInt8(ascii: "s"):
            let value = try pop()
            try set([try pop(), value])
        case UInt8(ascii: "u"): try set(try popToMark())
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "q"): memo[try unsigned(1)] = try top()
        case UInt8(ascii: "r"): memo[try unsigned(4)] = try top()
        case UInt8(ascii: "h"): stack.append(try recalled(try unsigned(1)))
        case UInt8(ascii: "j"): stack.append(try recalled(try unsigned(4)))
        default:
            guard readsTensors, try torchStep(opcode) else { throw refusal(opcode, at: start) }
        }
    }

    private func refusal(_ opcode: UInt8, at start: Int) -> FileError {
        let running: [UInt8: String] = [
            UInt8(ascii: "c"): "GLOBAL", 0x93: "STACK_GLOBAL", UInt8(ascii: "R"): "REDUCE", UInt8(ascii: "b"): "BUILD",
            UInt8(ascii: "i"): "INST", UInt8(ascii: "o"): "OBJ", 0x81: "NEWOBJ", 0x92: "NEWOBJ_EX",
            0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", UInt8(ascii: "P"): "PERSID", UInt8(ascii: "Q"): "BINPERSID",
        ]
        if "pgFILSV".utf8.contains(opcode) {
            return FileError(
                .unsupported, file: file, "is a text pickle (protocol 0); save it with pickle protocol 3 or later")
        }
        guard let name = running[opcode] else {
            return malformed("has an unknown opcode \(opcode) at byte \(start)")
        }
        return FileError(
            .forbidden, file: file,
            "has the pickle opcode \(name) at byte \(start), which would run code; "
                + "save plain lists, dictionaries, strings and bytes (pickle protocol 3 or later)")
    }

    func malformed(_ what: String) -> FileError {
        FileError(.malformed, file: file, "is not a valid pickle: it \(what); write the file again")
    }

    // MARK: reading

    private mutating func take(_ count: Int) throws(FileError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else {
            throw malformed("ends at byte \(bytes.count) inside a value")
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func unsigned(_ size: Int) throws(FileError) -> Int {
        let value = try take(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let result = Int(exactly: value) else { throw malformed("has a length out of range") }
        return result
    }

    private mutating func longInteger() throws(FileError) -> Int {
        let digits = try take(try unsigned(1))
        guard digits.count <= 8 else { throw malformed("has an integer of \(digits.count) bytes") }
        let value = digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = 64 - 8 * digits.count
        return unused == 64 ? 0 : Int(Int64(bitPattern: value << UInt64(unused)) >> Int64(unused))
    }

    mutating func text(_ count: Int) throws(FileError) -> String {
        guard let string = String(validating: try take(count), as: UTF8.self) else {
            throw malformed("has a string that is not UTF-8")
        }
        return string
    }

    /// The text up to the next line feed.
    mutating func line() throws(FileError) -> String {
        guard let length = bytes[position...].firstIndex(of: 0x0a).map({ $0 - position }) else {
            throw malformed("ends at byte \(bytes.count) inside a value")
        }
        defer { position += 1 }
        return try text(length)
    }

    // MARK: the stack

    mutating func pop() throws(FileError) -> Pickle.Value {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw malformed("takes more values than it has")
        }
        return value
    }

    func top() throws(FileError) -> Pickle.Value {
        guard let value = stack.last else { throw malformed("takes more values than it has") }
        return value
    }

    private mutating func popToMark() throws(FileError) -> [Pickle.Value] {
        guard let mark = marks.popLast(), mark <= stack.count else {
            throw malformed("has no mark where one is needed")
        }
        let values = Array(stack[mark...])
        stack.removeLast(values.count)
        return values
    }

    private func recalled(_ key: Int) throws(FileError) -> Pickle.Value {
        guard let value = memo[key] else { throw malformed("recalls a value that it never stored") }
        return value
    }

    mutating func pushSequence(_ values: [Pickle.Value]) {
        sequences.append(values)
        stack.append(.sequence(sequences.count - 1))
    }

    mutating func pushDictionary() {
        dictionaries.append([:])
        stack.append(.dictionary(dictionaries.count - 1))
    }

    private mutating func append(_ values: [Pickle.Value]) throws(FileError) {
        guard case .sequence(let index) = try top() else { throw malformed("appends to something that is no list") }
        sequences[index] += values
    }

    mutating func set(_ values: [Pickle.Value]) throws(FileError) {
        guard case .dictionary(let index) = try top(), values.count.isMultiple(of: 2) else {
            throw malformed("sets items of something that is no dictionary")
        }
        for i in stride(from: 0, to: values.count, by: 2) {
            dictionaries[index][try key(values[i])] = values[i + 1]
        }
    }

    private func key(_ value: Pickle.Value) throws(FileError) -> String {
        if case .string(let key) = value, key.utf8.count <= 256 { return key }
        if case .integer(let number) = value, readsTensors { return String(number) }
        throw FileError(
            .unsupported, file: file, "has a dictionary key that is no short text; masks and weights have none")
    }
}
