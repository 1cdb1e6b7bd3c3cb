import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Archives that PyTorch made (`Fixtures/references/archives`): their numbers are k/8 for k = 0, 1, ….
@Suite struct TorchArchiveTests {
    private static let archives = Places.repository.appendingPathComponent("Fixtures/references/archives").path

    private func read(_ name: String) throws -> [String: StoredTensor] {
        try TensorFile.read(path: Self.archives + "/" + name)
    }

    private func error(_ name: String) throws -> FileError {
        let error = #expect(throws: FileError.self) { try read(name) }
        return try #require(error)
    }

    private func eighths(_ range: Range<Int>) -> [Float] { range.map { Float($0) / 8 } }

    @Test func `a nested state dictionary gives its tensors under dotted names`() throws {
        let tensors = try read("state_dict.pt")
        let expected: [String: (element: ElementType, shape: [Int], values: [Float])] = [
            "a.weight": (.float32, [2, 3], eighths(0..<6)), "a.bias": (.float32, [3], eighths(0..<3)),
            "shared.first": (.float32, [2, 3], eighths(0..<6)), "shared.second": (.float32, [6], eighths(6..<12)),
            "transposed": (.bfloat16, [3, 4], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map { $0 / 8 }),
            "strided": (.float32, [2, 2], [6, 9, 18, 21].map { $0 / 8 }),
            "expanded": (.float32, [2, 3], eighths(0..<3) + eighths(0..<3)), "half": (.float16, [5], eighths(0..<5)),
            "double": (.float64, [2], eighths(0..<2)), "long": (.int64, [3], [0, 1, 2]),
            "bytes": (.uint8, [4], [0, 1, 2, 3]), "flag": (.bool, [2], [1, 0]), "scalar": (.float32, [], [2.5]),
            "empty": (.float32, [0, 4], []),
        ]
        #expect(Set(tensors.keys) == Set(expected.keys.map { "model." + $0 }))
        for (name, value) in expected {
            let tensor = try #require(tensors["model." + name])
            #expect(tensor.element == value.element && tensor.shape == value.shape, "\(name)")
            #expect(tensor.floats() == value.values, "\(name)")
        }
    }

    @Test func `roots of every kind give names`() throws {
        #expect(try read("tuple.pt").mapValues { $0.floats() } == ["0": eighths(0..<8), "1": eighths(8..<16)])
        let tensor = try #require(try read("tensor.pt")[TensorFile.soleName])
        #expect(tensor.shape == [2, 3, 4] && tensor.element == .float16 && tensor.floats() == eighths(0..<24))
        #expect(try read("protocol4.pt").mapValues { $0.floats() } == ["a.weight": eighths(0..<6)])
        #expect(
            try read("ema.pt").mapValues { $0.floats() } == [
                "ema.net-a-weight": eighths(0..<2), "model.net.a.weight": eighths(8..<10),
            ])
    }

    @Test(arguments: ["traced.jit", "scripted.jit"]) func `a TorchScript archive gives its modules' tensors`(
        _ name: String
    ) throws {
        let tensors = try read(name)
        let shapes = [
            "encoder.0.weight": [3, 2, 1, 3, 3], "encoder.0.bias": [3], "encoder.1.weight": [3, 3, 3, 1, 1],
            "encoder.1.bias": [3], "quant_conv.weight": [2, 3, 1, 1, 1], "quant_conv.bias": [2], "wavelets": [2],
        ]
        #expect(tensors.mapValues(\.shape) == shapes)
        for tensor in tensors.values { #expect(tensor.floats() == eighths(0..<tensor.count)) }
    }

    /// Files that another script made, with their tensors beside them (`Fixtures/references/files`).
    @Test(arguments: [("state.pt", "state_expected"), ("archive.jit", "archive_expected")])
    func `archives hold the same tensors as a safetensors file`(_ name: String, _ expected: String) throws {
        let folder = Places.repository.appendingPathComponent("Fixtures/references/files").path
        let tensors = try TensorFile.read(path: "\(folder)/\(name)")
        let others = try TensorFile.read(path: "\(folder)/\(expected).safetensors")
        #expect(Set(tensors.keys) == Set(others.keys))
        for (key, tensor) in tensors {
            let other = try #require(others[key])
            #expect(tensor.element == other.element && tensor.shape == other.shape, "\(key)")
            #expect(tensor.withBytes { Array($0) } == other.withBytes { Array($0) }, "\(key)")
        }
    }

    @Test func `a pickle that would run code is refused by the name of what it would run`() throws {
        let error = try error("forbidden.pt")
        #expect(error.code == .forbidden)
        #expect(error.reason.contains("'posix.system'"))
        #expect(error.reason.contains("safetensors"))
    }

    @Test func `a file of an old torch save gives its tensors`() throws {
        #expect(try read("legacy.pt").mapValues { $0.floats() } == ["a.weight": eighths(0..<2)])
    }

    /// Two storages in another order than their tensors, as `_rebuild_tensor` of 2017 describes them; the first is a view.
    private func legacyFile(stated: Int64 = 4, order: [String] = ["7", "3"], view: [UInt8] = Array("N".utf8)) -> [UInt8]
    {
        func tensor(_ key: String, _ count: Int, offset: Int, shape: [Int], strides: [Int]) -> [UInt8] {
            let storage =
                TorchPickle.tuple([
                    TorchPickle.text("storage"), TorchPickle.global("torch", "FloatStorage"), TorchPickle.text(key),
                    TorchPickle.text("cuda:0"), TorchPickle.integer(count), view,
                ]) + Array("Q".utf8)
            return TorchPickle.call(
                TorchPickle.global("torch._utils", "_rebuild_tensor"),
                [
                    storage, TorchPickle.integer(offset), TorchPickle.tuple(shape.map(TorchPickle.integer)),
                    TorchPickle.tuple(strides.map(TorchPickle.integer)),
                ])
        }
        let magic: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
        let numbers: [String: [Float]] = ["3": [1, 2, 3, 4], "7": [5, 6]]
        var bytes = magic + TorchPickle.whole(TorchPickle.integer(1001))
        bytes += TorchPickle.whole(TorchPickle.dictionary([("little_endian", [0x88])]))
        bytes += TorchPickle.whole(
            TorchPickle.dictionary([
                ("a", tensor("3", 4, offset: 1, shape: [2], strides: [2])),
                ("b", tensor("7", 2, offset: 0, shape: [2, 1], strides: [1, 1])),
            ]))
        bytes += TorchPickle.whole(Array("(".utf8) + order.flatMap(TorchPickle.text) + Array("l".utf8))
        for key in order {
            let values = numbers[key] ?? []
            bytes += littleEndian(key == "3" ? stated : Int64(values.count))
            for value in values { bytes += littleEndian(value.bitPattern) }
        }
        return bytes
    }

    @Test func `storages of an old file are found by their keys, and only what is wanted is read`() throws {
        let folder = TemporaryFolder()
        let path = try folder.write(legacyFile(), to: "old.pth")
        let tensors = try TorchArchive(path: path).tensors
        #expect(
            tensors["a"]?.floats() == [2, 4] && tensors["b"]?.floats() == [5, 6] && tensors["b"]?.shape == [2, 1])
        #expect(try TorchArchive(path: path, where: { $0 == "b" }).tensors.keys.sorted() == ["b"])
    }

    @Test func `an old file that contradicts itself is refused`() throws {
        let folder = TemporaryFolder()
        func reason(_ bytes: [UInt8]) throws -> String {
            let path = try folder.write(bytes, to: "old.pth")
            return try #require(#expect(throws: FileError.self) { try TorchArchive(path: path) }).reason
        }
        #expect(try reason(legacyFile(stated: 5)).contains("says that storage '3' has 5 numbers"))
        #expect(try reason(legacyFile(stated: .min)).contains("says that storage '3'"))
        #expect(try reason(legacyFile(order: ["7"])).contains("lacks the numbers of tensor 'a'"))
        #expect(try reason(legacyFile(order: ["7", "7"])).contains("does not go on"))
        #expect(try reason(legacyFile(view: [0x88])).contains("part of another"))
        #expect(try reason(Array(legacyFile().dropLast())).contains("truncated inside storage '3'"))
        #expect(try reason(Array(legacyFile().prefix(15))).contains("pickle"))
    }

    @Test func `archives that torch does not write are refused with the remedy`() throws {
        let folder = TemporaryFolder()
        var tar = [UInt8](repeating: 0, count: 1024)
        tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
        for bytes in [tar, [0x80, 2] + Array("}.".utf8)] {
            let path = try folder.write(bytes, to: "old.pt")
            let error = try #require(#expect(throws: FileError.self) { try TensorFile.read(path: path) })
            #expect(error.code == .unsupported && error.reason.contains("torch.save"))
        }
    }

    @Test func `compressed members are refused, not unpacked`() throws {
        let error = try error("deflated.pt")
        #expect(error.code == .unsupported)
        #expect(error.reason.contains("compressed"))
    }

    @Test(arguments: ["state_dict.pt", "traced.jit", "tuple.pt", "protocol4.pt", "legacy.pt"])
    func `damaged archives are read or refused, never more`(_ name: String) throws {
        let folder = TemporaryFolder()
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.archives + "/" + name)))
        var random = SeededRandom(9)
        var refused = 0
        for round in 0..<1000 {
            var bytes = random.damaged(whole)
            if round % 5 == 0 { bytes = Array(bytes.prefix(Int(random.next() % UInt64(bytes.count + 1)))) }
            let path = try folder.write(bytes, to: "damaged.pt")
            do throws(FileError) {
                for tensor in try TensorFile.read(path: path).values { _ = tensor.floats() }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 300)
    }
}
