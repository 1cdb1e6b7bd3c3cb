import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct SafetensorsTests {
    private let folder = TemporaryFolder()
    private static let archives = Places.repository.appendingPathComponent("Fixtures/references/archives").path

    private func read(_ bytes: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.write(bytes, to: "a.safetensors"))
    }

    private func error(_ bytes: [UInt8]) throws -> FileError {
        let error = #expect(throws: FileError.self) { try read(bytes) }
        return try #require(error)
    }

    private func error(header: String, data: [UInt8] = [], stated: UInt64? = nil) throws -> FileError {
        try error(safetensorsBytes(header: header, data: data, statedLength: stated))
    }

    @Test func `every element type of a file from the format's own library is read`() throws {
        let file = try SafetensorsFile(path: Self.archives + "/kinds.safetensors")
        #expect(file.metadata == ["format": "pt"])
        #expect(file.tensors.count == 10)
        for (name, tensor) in file.tensors {
            #expect(tensor.element == ElementType(safetensors: name))
            #expect(tensor.shape == [2, 3])
            #expect(tensor.floats() == (name == "BOOL" ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5]), "\(name)")
        }
    }

    @Test func `what is written is read back, in any element type`() throws {
        let path = folder.file("w.safetensors")
        var tensors: [String: StoredTensor] = [:]
        for (i, element) in ElementType.allCases.enumerated() {
            let name = "t.\(element) \"\\\n\u{e9}"
            tensors[name] = StoredTensor(name: name, element: element, shape: [3, i]) { bytes in
                for at in bytes.indices { bytes[at] = UInt8(truncatingIfNeeded: at & 1) }
            }
        }
        tensors["scalar"] = StoredTensor(name: "scalar", Tensor(shape: [], values: [7]))
        try SafetensorsWriter.write(tensors, to: path, metadata: ["a": "b\"c"])
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["a": "b\"c"])
        #expect(Set(file.tensors.keys) == Set(tensors.keys))
        for (name, tensor) in tensors {
            let read = try #require(file.tensors[name])
            #expect(read.element == tensor.element && read.shape == tensor.shape && read.name == name)
            #expect(read.withBytes { Array($0) } == tensor.withBytes { Array($0) })
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w.safetensors"])
    }

    @Test func `numbers made while writing are the same for any number of threads`() throws {
        let entries = [
            SafetensorsWriter.Entry(name: "big", element: .float32, shape: [3, 700_001]),
            SafetensorsWriter.Entry(name: "small", element: .uint8, shape: [5]),
            SafetensorsWriter.Entry(name: "none", element: .float32, shape: [0]),
        ]
        for threads in [1, 2, 5] {
            try SafetensorsWriter.write(
                entries, to: folder.file("\(threads)"), pool: WorkerPool(threads: threads)
            ) { entry, range, bytes in
                for (i, at) in range.enumerated() {
                    if entry.element == .float32 {
                        bytes.storeBytes(of: Float(at), toByteOffset: 4 * i, as: Float.self)
                    } else {
                        bytes[i] = UInt8(at)
                    }
                }
            }
        }
        let one = try Data(contentsOf: URL(fileURLWithPath: folder.file("1")))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("2"))) == one)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("5"))) == one)
        let tensors = try SafetensorsFile(path: folder.file("1")).tensors
        #expect(tensors["big"]?.floats().enumerated().allSatisfy { Float($0.offset) == $0.element } == true)
        #expect(tensors["small"]?.floats() == [0, 1, 2, 3, 4])
    }

    @Test func `a file that cannot be written leaves nothing behind`() throws {
        try folder.write("a file", to: "plain")
        for path in [folder.file("plain") + "/x.safetensors", folder.file("absent/x.safetensors")] {
            let error = #expect(throws: FileError.self) {
                try SafetensorsWriter.write(["a": Tensor(shape: [1], values: [1])], to: path)
            }
            #expect(error?.code == .unreadable)
        }
        let entries = [
            SafetensorsWriter.Entry(name: "a", element: .float32, shape: [1]),
            SafetensorsWriter.Entry(name: "a", element: .float32, shape: [1]),
        ]
        #expect(throws: FileError.self) {
            try SafetensorsWriter.write(entries, to: folder.file("x")) { _, _, bytes in _ = bytes }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plain"])
    }

    @Test func `unaligned numbers are read`() throws {
        let header = "{" + safetensorsEntry("a", "F32", "[1]", "0", "4") + "}"
        for spaces in 0..<8 {
            let bytes = safetensorsBytes(
                header: header + String(repeating: " ", count: spaces), data: littleEndian(Float(1.5).bitPattern))
            #expect(try read(bytes).tensors["a"]?.floats() == [1.5])
        }
    }

    @Test func `tensors over each other are refused before any is copied`() throws {
        // A sparse file of 1 TiB whose numbers are not aligned: no memory holds a copy of one of them.
        let end = 1 << 40
        let entries = ["a", "b"].map { safetensorsEntry($0, "F32", "[\(end / 4)]", "0", "\(end)") }
        var header = "{\(entries.joined(separator: ","))}"
        if header.utf8.count.isMultiple(of: 2) { header += " " }
        try folder.write(safetensorsBytes(header: header, data: []), to: "sparse.safetensors")
        let path = folder.file("sparse.safetensors")
        truncate(path, 8 + header.utf8.count + end)
        let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path) }
        #expect(error?.reason.contains("overlap") == true)
    }

    @Test func `headers that lie about the file are refused`() throws {
        let good = safetensorsEntry("a", "F32", "[2]", "0", "8")
        let eight = [UInt8](repeating: 0, count: 8)
        #expect(try read(safetensorsBytes(header: "{\(good)}", data: eight)).tensors.count == 1)
        #expect(try error(Array(safetensorsBytes(header: "{\(good)}", data: eight).prefix(5))).code == .malformed)
        let cases: [(what: String, header: String, bytes: Int, says: String)] = [
            ("truncated data", "{\(good)}", 4, "0..8 of the 4"),
            ("bytes that belong to none", "{\(good)}", 12, "4 bytes after its last tensor"),
            ("a hole", "{" + safetensorsEntry("a", "F32", "[1]", "4", "8") + "}", 8, "before 'a'"),
            (
                "an overlap", "{\(good)," + safetensorsEntry("b", "F32", "[2]", "4", "12") + "}", 12,
                "'b' and 'a' that overlap"
            ),
            ("the same bytes", "{\(good)," + safetensorsEntry("b", "F32", "[2]", "0", "8") + "}", 8, "overlap"),
            ("a wrong size", "{" + safetensorsEntry("a", "F32", "[3]", "0", "8") + "}", 8, "shape [3]"),
            (
                "an overflow", "{" + safetensorsEntry("a", "F32", "[4611686018427387904,4]", "0", "8") + "}", 8,
                "does not take"
            ),
            (
                "an overflow behind a zero",
                "{" + safetensorsEntry("a", "F32", "[4611686018427387904,4,0]", "0", "0") + "}", 0, "does not take"
            ),
            (
                "an overflow of the bytes", "{" + safetensorsEntry("a", "F64", "[2305843009213693952]", "0", "8") + "}",
                8, "does not"
            ),
            (
                "a size beyond Int", "{" + safetensorsEntry("a", "F32", "[99999999999999999999]", "0", "8") + "}", 8,
                "size"
            ),
            ("a negative size", "{" + safetensorsEntry("a", "F32", "[-2]", "0", "8") + "}", 8, "no whole number"),
            ("a fraction", "{" + safetensorsEntry("a", "F32", "[2.0]", "0", "8") + "}", 8, "no whole number"),
            ("negative offsets", "{" + safetensorsEntry("a", "F32", "[2]", "-8", "0") + "}", 8, "-8..0"),
            ("offsets in disorder", "{" + safetensorsEntry("a", "F32", "[2]", "8", "0") + "}", 8, "8..0"),
            (
                "huge offsets",
                "{" + safetensorsEntry("a", "F32", "[2]", "9223372036854775800", "9223372036854775807") + "}",
                8, "of the 8"
            ),
            ("three offsets", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#, 8, "data_offsets"),
            ("no offsets", #"{"a":{"dtype":"F32","shape":[2]}}"#, 8, "data_offsets"),
            ("no shape", #"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#, 8, "shape"),
            ("no type", #"{"a":{"shape":[2],"data_offsets":[0,8]}}"#, 8, "dtype"),
            ("a name twice", "{\(good),\(good)}", 8, "'a' twice"),
            ("an entry that is no object", #"{"a":7}"#, 8, "dtype"),
            ("metadata that is no object", #"{"__metadata__":[]}"#, 0, "__metadata__"),
            ("metadata that is no text", #"{"__metadata__":{"a":1}}"#, 0, "__metadata__.a"),
            ("no JSON", "{nonsense", 0, "not valid JSON"),
            ("a list", "[]", 0, "does not start with"),
            ("text after the header", "{} x", 0, "more after its end"),
            ("deep nesting", "{\"a\":" + String(repeating: "[", count: 100_000), 0, "nested"),
        ]
        for (what, header, bytes, says) in cases {
            let error = try error(header: header, data: [UInt8](repeating: 0, count: bytes))
            #expect(error.code == .malformed, "\(what)")
            #expect(error.reason.contains(says), "\(what): \(error)")
        }
    }

    @Test func `a header longer than the file is refused before anything is read`() throws {
        for length in [3, 1 << 20, UInt64.max, 1 << 63, UInt64.max - 7] {
            #expect(try error(header: "{}", stated: length).code == .malformed)
        }
        // A sparse file: longer than any header may be.
        let path = folder.file("sparse.safetensors")
        try folder.write(littleEndian(UInt64(100_000_001)) + [UInt8(ascii: "{")], to: "sparse.safetensors")
        truncate(path, 200_000_000)
        #expect(#expect(throws: FileError.self) { try SafetensorsFile(path: path) }?.code == .unsupported)
    }

    @Test func `an element type that is not read is named`() throws {
        let error = try error(
            header: "{" + safetensorsEntry("a", "F8_E4M3", "[2]", "0", "2") + "}", data: [0, 0])
        #expect(error.code == .unsupported)
        #expect(error.reason.contains("'a' of type F8_E4M3"))
    }

    @Test func `shards are read through their index`() throws {
        try SafetensorsWriter.write(["a": Tensor(shape: [1], values: [1])], to: folder.file("m-1.safetensors"))
        try SafetensorsWriter.write(["b": Tensor(shape: [1], values: [2])], to: folder.file("m-2.safetensors"))
        let path = try folder.write(
            #"{"metadata":{"total_size":8},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"#,
            to: "m.safetensors.index.json")
        let tensors = try TensorFile.read(path: path)
        #expect(tensors.mapValues { $0.floats() } == ["a": [1], "b": [2]])
    }

    @Test func `an index that leads elsewhere is refused`() throws {
        try SafetensorsWriter.write(["a": Tensor(shape: [1], values: [1])], to: folder.file("m-1.safetensors"))
        let places = [
            #""../m-1.safetensors""#, #""/etc/passwd""#, #""x/m-1.safetensors""#, #""..""#, #""""#, "7",
            #""m\\x.safetensors""#, #""m\u0000.safetensors""#, #""absent.safetensors""#,
        ]
        for place in places {
            let path = try folder.write(#"{"weight_map":{"a":\#(place)}}"#, to: "m.safetensors.index.json")
            let error = #expect(throws: FileError.self) { try TensorFile.read(path: path) }
            #expect(error?.code == (place.contains("absent") ? .unreadable : .malformed), "\(place)")
        }
        for text in [#"{"weight_map":{"b":"m-1.safetensors"}}"#, #"{"weight_map":[]}"#, "{}", "[", ""] {
            let path = try folder.write(text, to: "m.safetensors.index.json")
            #expect(throws: FileError.self) { try TensorFile.read(path: path) }
        }
    }

    @Test func `damaged files are read or refused, never more`() throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.archives + "/kinds.safetensors")))
        var random = SeededRandom(5)
        var refused = 0
        for round in 0..<3000 {
            var bytes = random.damaged(whole)
            if round % 3 == 0 { bytes = Array(bytes.prefix(Int(random.next() % UInt64(bytes.count + 1)))) }
            do throws(FileError) {
                let file = try SafetensorsFile(path: (try? folder.write(bytes, to: "damaged")) ?? "")
                for tensor in file.tensors.values { _ = tensor.floats() }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 1500)
    }
}
