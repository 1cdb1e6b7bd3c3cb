import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Archives as an attacker would make them.
@Suite struct HostileArchiveTests {
    private let folder = TemporaryFolder()
    private typealias P = TorchPickle

    private func read(_ bytes: [UInt8]) throws -> [String: StoredTensor] {
        try TorchArchive(path: folder.write(bytes, to: "a.pt")).tensors
    }

    private func error(_ bytes: [UInt8]) throws -> FileError {
        let error = #expect(throws: FileError.self) { try read(bytes) }
        return try #require(error)
    }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).flatMap { littleEndian(Float($0).bitPattern) } }

    private func tensor(offset: Int = 0, shape: [Int], strides: [Int], stated: Int = 6, stored: Int = 6) -> [UInt8] {
        P.archive(
            P.dictionary([
                ("t", P.tensor(P.storage("FloatStorage", "0", stated), offset: offset, shape: shape, strides: strides))
            ]), storages: [("0", bytes(stored))])
    }

    @Test func `views, offsets and strides give the numbers that they mean`() throws {
        #expect(try read(tensor(shape: [2, 3], strides: [3, 1]))["t"]?.floats() == [0, 1, 2, 3, 4, 5])
        #expect(try read(tensor(offset: 2, shape: [2, 2], strides: [2, 1]))["t"]?.floats() == [2, 3, 4, 5])
        #expect(try read(tensor(shape: [3, 2], strides: [1, 3]))["t"]?.floats() == [0, 3, 1, 4, 2, 5])
        #expect(try read(tensor(offset: 1, shape: [2, 2], strides: [0, 1]))["t"]?.floats() == [1, 2, 1, 2])
        #expect(try read(tensor(offset: 5, shape: [1, 1], strides: [.max, 4]))["t"]?.floats() == [5])
        #expect(try read(tensor(offset: 3, shape: [1, 2, 1], strides: [.max, 2, .max]))["t"]?.floats() == [3, 5])
        #expect(try read(tensor(offset: 6, shape: [0], strides: [1]))["t"]?.floats() == [])
        #expect(try read(tensor(shape: [], strides: []))["t"]?.floats() == [0])
    }

    @Test func `tensors that reach outside their storage are refused`() throws {
        let big = 1 << 62
        let cases: [(what: String, bytes: [UInt8])] = [
            ("too long", tensor(shape: [7], strides: [1])),
            ("a late start", tensor(offset: 1, shape: [6], strides: [1])),
            ("a negative start", tensor(offset: -1, shape: [2], strides: [1])),
            ("a negative stride", tensor(offset: 5, shape: [2], strides: [-1])),
            ("a negative size", tensor(shape: [-1, 3], strides: [3, 1])),
            ("a wide stride", tensor(shape: [2, 2], strides: [5, 1])),
            ("an overflowing stride", tensor(shape: [3], strides: [big])),
            ("an overflowing sum", tensor(offset: .max, shape: [2], strides: [1])),
            ("an overflowing shape", tensor(shape: [big, 4], strides: [0, 0])),
            ("a hidden overflow", tensor(shape: [0, big, 4], strides: [0, 0, 0])),
            ("a storage shorter than stated", tensor(shape: [6], strides: [1], stored: 5)),
            ("a storage stated shorter", tensor(shape: [6], strides: [1], stated: 5)),
            ("an empty tensor outside", tensor(offset: 7, shape: [0], strides: [1])),
            ("a negative count", tensor(shape: [1], strides: [1], stated: -1)),
        ]
        for (what, bytes) in cases { #expect(try error(bytes).code == .malformed, "\(what)") }
    }

    @Test func `a small file cannot ask for a large copy`() throws {
        let error = try error(tensor(shape: [1 << 20, 1 << 12], strides: [0, 0]))
        #expect(error.code == .unsupported)
        #expect(error.reason.contains("'t'"))
    }

    @Test func `views that are not aligned cannot be copied beyond the file's size`() throws {
        // A view of bytes needs no copy; the same views as float32 of a member at an odd position need one each.
        let count = 1 << 20
        for (type, size, isRefused) in [("ByteStorage", 1, false), ("FloatStorage", 4, true)] {
            let storage = P.storage(type, "0", count)
            let tensors = (0..<80).map {
                ("t\($0)", P.tensor(storage, offset: 0, shape: [count], strides: [1]))
            }
            let pickle = P.whole(P.dictionary(tensors))
            let positions = ["a", "aa"].map { prefix in
                let entry = ZipEntry(stored: [UInt8](repeating: 0, count: count * size), name: prefix + "/data/0")
                return zipArchive([ZipEntry(stored: pickle, name: prefix + "/data.pkl"), entry])
            }
            // One of the two names puts the numbers at a position that no float32 has.
            let outcomes = try positions.map { archive in
                do { return try read(archive).count } catch let error as FileError {
                    #expect(error.code == .unsupported)
                    return 0
                }
            }
            #expect(outcomes.contains(0) == isRefused && outcomes.allSatisfy { [0, 80].contains($0) })
        }
        #expect(try read(tensor(shape: [2, 3], strides: [3, 1]))["t"]?.floats() == [0, 1, 2, 3, 4, 5])
    }

    @Test func `a wide container that many paths lead to is refused`() throws {
        for (open, close, width) in [("](", "e", 3000), ("}(", "u", 2000)] {
            var wide = Array(open.utf8)
            for i in 0..<width {
                if open == "}(" { wide += P.text("k\(i)") }
                wide += P.integer(i)
            }
            wide += Array("\(close)q".utf8)
            wide.append(0)
            func archive(_ recalls: Int) -> [UInt8] {
                var list = Array("](".utf8) + wide
                for _ in 0..<recalls { list += [UInt8(ascii: "h"), 0] }
                list += Array("e".utf8)
                return P.archive(list, storages: [])
            }
            #expect(try read(archive(10)).isEmpty)
            #expect(try error(archive(5000)).reason.contains("more values"))
        }
    }

    @Test func `other functions than those of tensors are refused by name`() throws {
        let calls: [(module: String, name: String)] = [
            ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("__builtin__", "exec"),
            ("subprocess", "Popen"),
            ("torch.hub", "load"), ("torch", "load"), ("torch.storage", "_load_from_bytes"), ("numpy", "array"),
            ("collections", "Counter"), ("torch._utils", "_rebuild_qtensor"), ("torch", "ComplexFloatStorage"),
            ("__torch__os", "system"), ("torch.jit._pickle", "build_tensor_from_id"), ("", ""),
        ]
        for (module, name) in calls {
            let call = P.call(P.global(module, name), [P.text("echo")])
            for root in [call, P.dictionary([("a", call)]), P.global(module, name)] {
                let error = try error(P.archive(root, storages: []))
                #expect(error.code == .forbidden, "\(module).\(name)")
                #expect(error.reason.contains("'\(module).\(name)'"))
            }
            let stacked = P.text(module) + P.text(name) + [0x93]
            #expect(try error(P.archive(stacked, storages: [])).code == .forbidden)
        }
    }

    @Test func `opcodes that find code in other ways are refused`() throws {
        let opcodes: [[UInt8]] = [
            Array("(ios\nsystem\n".utf8), [0x82, 1], [0x83, 1, 0], [0x84, 1, 0, 0, 0], Array("Pid\n".utf8),
            Array("(No".utf8), Array("N)}".utf8) + [0x92],
        ]
        for opcode in opcodes { #expect(try error(P.archive(opcode, storages: [])).code == .forbidden) }
    }

    @Test func `calls with wrong arguments are malformed`() throws {
        let rebuild = P.global("torch._utils", "_rebuild_tensor_v2")
        let storage = P.storage("FloatStorage", "0", 6)
        let roots: [[UInt8]] = [
            P.call(rebuild, []), P.call(rebuild, [storage]), P.call(P.text("x"), []),
            rebuild + P.text("x") + Array("R".utf8),
            P.call(rebuild, [P.integer(0), P.integer(0), P.tuple([]), P.tuple([])]),
            P.call(rebuild, [storage, P.integer(0), P.tuple([P.text("x")]), P.tuple([P.integer(1)])]),
            P.call(rebuild, [storage, P.integer(0), P.tuple([P.integer(1)]), P.tuple([])]),
            P.call(P.global("torch._utils", "_rebuild_parameter"), []), P.text("x") + Array("Q".utf8),
            P.tuple([P.text("storage"), P.text("float"), P.text("0"), P.text("cpu"), P.integer(1)]) + Array("Q".utf8),
            P.tuple([P.text("module"), P.global("torch", "FloatStorage"), P.text("0")]) + Array("Q".utf8),
            P.call(P.global("collections", "OrderedDict"), [P.tuple([P.integer(1)])]),
            P.global("__torch__.M", "N") + Array(")".utf8) + [0x81] + P.integer(1) + Array("b".utf8),
            Array("N)".utf8) + [0x81], Array("R".utf8), Array("b".utf8), Array("ctorch".utf8), [0x93],
        ]
        for root in roots { #expect(try error(P.archive(root, storages: [("0", bytes(6))])).code == .malformed) }
    }

    @Test func `storages with odd keys are refused`() throws {
        for key in ["../0", "a/b", "", "absent", String(repeating: "9", count: 100)] {
            let tensor = P.tensor(P.storage("FloatStorage", key, 6), offset: 0, shape: [6], strides: [1])
            #expect(try error(P.archive(tensor, storages: [("0", bytes(6))])).code == .malformed, "\(key)")
        }
    }

    @Test func `containers that hold themselves or branch without end are refused`() throws {
        let memo = { (n: UInt8) in Array("q".utf8) + [n] }
        let recall = { (n: UInt8) in Array("h".utf8) + [n] }
        let list = Array("]".utf8) + memo(0) + recall(0) + Array("a".utf8)
        #expect(try error(P.archive(list, storages: [])).reason.contains("hold themselves"))
        let dictionary = Array("}".utf8) + memo(0) + P.text("d") + recall(0) + Array("s".utf8)
        #expect(try error(P.archive(dictionary, storages: [])).reason.contains("hold themselves"))
        // Forty lists, each holding the one before twice: 2^40 paths.
        var tower = Array("]".utf8) + memo(0)
        for level in 1...40 as ClosedRange<UInt8> {
            tower += Array("](".utf8) + recall(level - 1) + recall(level - 1) + Array("e".utf8) + memo(level)
        }
        #expect(try error(P.archive(Array("(".utf8) + tower + Array("t".utf8), storages: [])).code == .malformed)
        let deep = [UInt8](repeating: UInt8(ascii: "]"), count: 200) + [UInt8](repeating: UInt8(ascii: "a"), count: 199)
        #expect(try error(P.archive(deep, storages: [])).code == .malformed)
        #expect(try read(P.archive(Array("]".utf8) + memo(0) + Array("0}".utf8), storages: [])).isEmpty)
    }

    @Test func `a pickle that copies one dictionary again and again is stopped`() throws {
        let pairs =
            Array("](".utf8) + (0..<1000).flatMap { P.tuple([P.text("k\($0)"), P.integer($0)]) } + Array("e".utf8)
        var pickle = pairs + Array("q".utf8) + [0] + P.global("collections", "OrderedDict") + Array("q".utf8) + [1]
        for _ in 0..<2000 { pickle += Array("h".utf8) + [1] + Array("h".utf8) + [0] + [0x85] + Array("R".utf8) }
        #expect(try error(P.archive(pickle, storages: [])).code == .unsupported)
    }

    @Test func `member names that torch never writes are refused, and nothing is written`() throws {
        let pickle = ZipEntry(stored: P.whole(P.dictionary([])), name: "a/data.pkl")
        for name in [
            "../../evil", "/etc/passwd", "a\\..\\b", "a/../../b", "", "a\u{1}", String(repeating: "x", count: 2000),
        ] {
            let error = try error(zipArchive([pickle, ZipEntry(stored: [1], name: name)]))
            #expect(error.code == .malformed, "\(name)")
        }
        #expect(try error(zipArchive([pickle, pickle])).reason.contains("two members"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.pt"])
    }

    @Test func `zip bombs are never unpacked`() throws {
        var bomb = ZipEntry(deflated: P.whole(P.dictionary([])), name: "a/data.pkl")
        bomb.size = 1 << 40
        bomb.isZip64 = true
        #expect(try error(zipArchive([bomb])).code == .unsupported)
        var stored = ZipEntry(stored: P.whole(P.dictionary([])), name: "a/data.pkl")
        stored.size = 1 << 40
        stored.isZip64 = true
        #expect(try error(zipArchive([stored])).code == .unsupported)
        // A packed member that is not needed is not touched.
        let pickle = ZipEntry(stored: P.whole(P.dictionary([])), name: "a/data.pkl")
        bomb.name = "a/code/x.py"
        #expect(try read(zipArchive([pickle, bomb])).isEmpty)
    }

    @Test func `archives without their parts are refused`() throws {
        #expect(try error(zipArchive([])).reason.contains("data.pkl"))
        #expect(try error(zipArchive([ZipEntry(stored: [1], name: "x")])).reason.contains("data.pkl"))
        let pickle = ZipEntry(stored: P.whole(P.dictionary([])), name: "a/data.pkl")
        let order = ZipEntry(stored: Array("big".utf8), name: "a/byteorder")
        #expect(try error(zipArchive([pickle, order])).reason.contains("big-endian"))
        let path = try folder.write("PK\u{3}\u{4} and no more", to: "b.pt")
        #expect(throws: FileError.self) { try TensorFile.read(path: path) }
    }

    @Test func `a name that two paths lead to is refused`() throws {
        let tensor = P.tensor(P.storage("FloatStorage", "0", 6), offset: 0, shape: [6], strides: [1])
        let root = P.dictionary([("a.b", tensor), ("a", P.dictionary([("b", tensor)]))])
        #expect(try error(P.archive(root, storages: [("0", bytes(6))])).reason.contains("'a.b'"))
    }

    @Test func `noise in a valid archive is read or refused, never more`() throws {
        var random = SeededRandom(21)
        let storage = P.storage("FloatStorage", "0", 6)
        let valid = P.whole(
            P.dictionary([
                ("a", P.tensor(storage, offset: 1, shape: [2, 2], strides: [1, 2])),
                (
                    "b",
                    P.call(
                        P.global("torch._utils", "_rebuild_parameter"),
                        [P.tensor(storage, offset: 0, shape: [6], strides: [1])])
                ),
                (
                    "m",
                    P.global("__torch__.M", "N") + Array(")".utf8) + [0x81] + P.dictionary([("c", P.integer(3))])
                        + Array("b".utf8)
                ),
            ]))
        for _ in 0..<3000 {
            let pickle = random.damaged(valid)
            let archive = zipArchive([
                ZipEntry(stored: pickle, name: "a/data.pkl"), ZipEntry(stored: bytes(6), name: "a/data/0"),
            ])
            for tensor in (try? read(archive))?.values ?? [:].values { _ = tensor.floats() }
        }
    }
}
