import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct PickleTests {
    /// A list of most opcodes that plain data is written with: what each stands for is asserted below.
    private static let sample: [UInt8] = {
        let parts: [[UInt8]] = [
            [0x80, 4, 0x95, 99, 0, 0, 0, 0, 0, 0, 0],  // protocol 4, frame
            op("]"), [0x94], op("("),  // the outer list, in the memo as 0
            op("N"), [0x88, 0x89], op("J") + [0xfe, 0xff, 0xff, 0xff], op("K") + [200], op("M") + [0x10, 0x27],
            [0x8a, 5, 0, 0, 0, 0, 1], [0x8a, 2, 0xff, 0x7f], [0x8a, 1, 0x80], [0x8a, 0],
            op("G") + [0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
            [0x8c, 2] + Array("hi".utf8), op("X") + [3, 0, 0, 0] + Array("abc".utf8),
            [0x8d, 1, 0, 0, 0, 0, 0, 0, 0] + Array("z".utf8),
            op("C") + [2, 7, 8], op("B") + [1, 0, 0, 0, 9], [0x8e, 0, 0, 0, 0, 0, 0, 0, 0],
            op(")"), op("K") + [1, 0x85], op("K") + [1] + op("K") + [2, 0x86], op("N") + op("N") + op("N") + [0x87],
            op("(") + op("K") + [5] + op("l"), op("(") + op("K") + [6] + op("K") + [7] + op("t"),
            op("}") + [0x8c, 1] + Array("k".utf8) + op("K") + [3] + op("s"),
            op("}") + op("(") + [0x8c, 1] + Array("u".utf8) + op("K") + [4] + op("u"),
            op("(") + [0x8c, 1] + Array("d".utf8) + op("K") + [5] + op("d"),
            op("]") + op("q") + [77] + op("K") + [8] + op("a"), op("h") + [77], op("j") + [77, 0, 0, 0],
            op("e"), op("."),
        ]
        return Array(parts.joined())
    }()

    private static func op(_ character: Character) -> [UInt8] { [character.asciiValue ?? 0] }

    private func op(_ character: Character) -> [UInt8] { Self.op(character) }

    private func parse(_ bytes: [UInt8]) throws(FileError) -> Pickle { try Pickle(bytes, file: "test.pkl") }

    /// The code of the error that the bytes give; nil when they parse.
    private func code(_ bytes: [UInt8]) -> FileError.Code? {
        do throws(FileError) {
            _ = try parse(bytes)
            return nil
        } catch {
            #expect(error.file == "test.pkl")
            return error.code
        }
    }

    @Test func `every opcode of plain data gives its value`() throws {
        let pickle = try parse(Self.sample)
        let values = try #require(pickle.elements(pickle.root))
        #expect(
            values.prefix(17) == [
                .none, .bool(true), .bool(false), .integer(-2), .integer(200), .integer(10000), .integer(1 << 32),
                .integer(32767), .integer(-128), .integer(0), .float(1.5), .string("hi"), .string("abc"), .string("z"),
                .bytes([7, 8]), .bytes([9]), .bytes([]),
            ])
        let lists = values[17..<23].map { pickle.elements($0) }
        #expect(
            lists == [
                [], [.integer(1)], [.integer(1), .integer(2)], [.none, .none, .none], [.integer(5)],
                [.integer(6), .integer(7)],
            ])
        #expect(pickle.value("k", of: values[23]) == .integer(3))
        #expect(pickle.value("u", of: values[24]) == .integer(4))
        #expect(pickle.value("d", of: values[25]) == .integer(5))
        #expect(pickle.elements(values[26]) == [.integer(8)])
        #expect(values[27] == values[26] && values[28] == values[26])
        #expect(values.count == 29)
    }

    @Test func `asking a value for what it does not hold gives nil`() throws {
        let pickle = try parse(op("}") + op("."))
        #expect(pickle.elements(pickle.root) == nil)
        #expect(pickle.elements(nil) == nil)
        #expect(pickle.value("absent", of: pickle.root) == nil)
        #expect(pickle.value("absent", of: .integer(1)) == nil)
    }

    @Test(arguments: ["task_0000", "task_0001", "task_0002"]) func `pickles that Python wrote are read`(
        _ name: String
    ) throws {
        let path = Places.recorded + "/dataset/sam2_pkls/\(name).pkl"
        try withKnownAbsence(of: path) {
            let pickle = try Pickle(try RandomAccessFile(path: path).readAll(limit: 1 << 20), file: path)
            let entries = try #require(pickle.elements(pickle.root))
            let phrases = entries.map { pickle.value("phrase", of: $0) }
            if name == "task_0000" {
                let expected = ["table", "robot arm", "robot arm", "gripper", "cup", "apple"]
                #expect(phrases == expected.map { .string($0) })
            }
            for entry in entries {
                let code = pickle.value("segmentation_mask_rle", of: entry)
                let shape = pickle.elements(pickle.value("mask_shape", of: code))
                #expect(shape == [.integer(25), .integer(192), .integer(320)])
                let data = pickle.value("data", of: code)
                #expect(pickle.elements(pickle.value("size", of: data)) == [.integer(25 * 192 * 320), .integer(1)])
                guard case .bytes(let counts) = pickle.value("counts", of: data) else {
                    Issue.record("counts are no bytes")
                    continue
                }
                #expect(counts.count > 1000)
            }
        }
    }

    static let runningCode: [(name: String, bytes: [UInt8])] = [
        ("GLOBAL", op("c") + Array("os\nsystem\n".utf8)),
        ("STACK_GLOBAL", [0x8c, 2] + Array("os".utf8) + [0x8c, 6] + Array("system".utf8) + [0x93]),
        ("REDUCE", op("N") + op(")") + op("R")), ("BUILD", op("N") + op("}") + op("b")),
        ("INST", op("(") + op("i") + Array("os\nsystem\n".utf8)), ("OBJ", op("(") + op("N") + op("o")),
        ("NEWOBJ", op("N") + op(")") + [0x81]), ("NEWOBJ_EX", op("N") + op(")") + op("}") + [0x92]),
        ("EXT1", [0x82, 1]), ("EXT2", [0x83, 1, 0]), ("EXT4", [0x84, 1, 0, 0, 0]),
        ("PERSID", op("P") + Array("id\n".utf8)), ("BINPERSID", op("N") + op("Q")),
    ]

    @Test(arguments: runningCode) func `an opcode that would run code is refused by name`(
        _ name: String, _ bytes: [UInt8]
    ) throws {
        for prefix in [[], [0x80, 4], op("]"), op("(")] {
            let error = #expect(throws: FileError.self) { try parse(prefix + bytes + op(".")) }
            #expect(error?.code == .forbidden)
            #expect(error?.reason.contains("opcode \(name) at byte") == true)
            #expect(error?.reason.contains("save plain lists") == true)
        }
    }

    @Test func `such an opcode is refused before its operands are looked at`() {
        for opcode in Array("cRbioPQ".utf8) + [0x81, 0x82, 0x83, 0x84, 0x92, 0x93] {
            #expect(code([opcode]) == .forbidden, "\(opcode)")
        }
    }

    @Test func `a pickle that ends anywhere before its end is malformed`() {
        for length in 0..<Self.sample.count {
            #expect(code(Array(Self.sample.prefix(length))) == .malformed, "\(length) bytes")
        }
        #expect(code(Self.sample) == nil)
    }

    @Test func `bytes that are no pickle are malformed`() {
        let cases: [(String, [UInt8])] = [
            ("unknown opcode", [0xff]), ("stop without a value", op(".")), ("two values", op("N") + op("N") + op(".")),
            ("an open mark", op("N") + op("(") + op(".")), ("append to nothing", op("K") + [1] + op("a") + op(".")),
            ("append to an integer", op("K") + [1] + op("K") + [2] + op("a") + op(".")),
            ("set on a list", op("]") + op("N") + op("N") + op("s") + op(".")),
            ("a key without a value", op("}") + op("(") + op("N") + op("u") + op(".")),
            ("no mark", op("]") + op("e") + op(".")), ("a recall of nothing", op("h") + [0] + op(".")),
            ("a memo of nothing", [0x94] + op(".")), ("a short tuple", op("N") + [0x87] + op(".")),
            ("a tuple across a mark", op("N") + op("(") + op("N") + [0x86] + op("t") + op(".")),
            ("a pop across a mark", op("]") + op("N") + op("(") + op("a") + op(".")),
            ("text that is not UTF-8", [0x8c, 2, 0xc3, 0x28] + op(".")),
            ("a length beyond Int", [0x8e] + [UInt8](repeating: 0xff, count: 8) + op(".")),
            ("a length beyond the file", op("B") + [0xff, 0xff, 0xff, 0x7f] + op(".")),
            ("an integer of nine bytes", [0x8a, 9] + [UInt8](repeating: 1, count: 9) + op(".")),
        ]
        for (name, bytes) in cases { #expect(code(bytes) == .malformed, "\(name)") }
    }

    @Test func `a list that holds itself is read, and not followed`() throws {
        let pickle = try parse(op("]") + [0x94] + op("h") + [0] + op("a") + op("."))
        #expect(pickle.elements(pickle.root) == [pickle.root])
        let dictionary = try parse(op("}") + [0x94] + [0x8c, 1] + Array("d".utf8) + op("h") + [0] + op("s") + op("."))
        #expect(dictionary.value("d", of: dictionary.root) == dictionary.root)
    }

    @Test func `deep nesting does not exhaust the stack`() throws {
        let depth = 200_000
        let brackets = [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        let appends = [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1)
        var pickle = try parse(brackets + appends + op("."))
        var value = pickle.root
        var levels = 1
        while let inner = pickle.elements(value)?.first {
            value = inner
            levels += 1
        }
        #expect(levels == depth)
        pickle = try parse(op(")") + [UInt8](repeating: 0x85, count: depth) + op("."))
        #expect(pickle.elements(pickle.root)?.count == 1)
        #expect(code([UInt8](repeating: UInt8(ascii: "("), count: depth)) == .malformed)
    }

    @Test func `damaged pickles are read or refused, never more`() throws {
        var random = SeededRandom(11)
        var refused = 0
        for _ in 0..<4000 where code(random.damaged(Self.sample)) != nil { refused += 1 }
        #expect(refused > 1000)
        let noise = (0..<2000).map { _ in random.bytes(40) }
        #expect(noise.allSatisfy { code($0) != nil })
    }
}

/// Runs a test on a fixture file, or says that it is absent.
private func withKnownAbsence(of path: String, _ body: () throws -> Void) throws {
    guard FileManager.default.fileExists(atPath: path) else {
        print("SKIPPED: \(path) is absent")
        return
    }
    try body()
}
