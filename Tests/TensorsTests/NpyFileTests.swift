import TestSupport
import Testing

@testable import Tensors

@Suite struct NpyFileTests {
    private let folder = TemporaryFolder()

    private func read(_ bytes: [UInt8]) throws -> StoredTensor {
        let tensors = try TensorFile.read(path: folder.write(bytes, to: "a.npy"))
        return try #require(tensors[TensorFile.soleName])
    }

    @Test func `arrays of three element types are read whole`() throws {
        let values: [Float] = [0, 0.5, -2, 4, 1, 8]
        let single = values.flatMap { littleEndian($0.bitPattern) }
        let double = values.flatMap { littleEndian(Double($0).bitPattern) }
        let half = [0, 0x3800, 0xc000, 0x4400, 0x3c00, 0x4800].flatMap { littleEndian(UInt16($0)) }
        for (type, bytes) in [("<f4", single), ("<f8", double), ("<f2", half)] {
            let tensor = try read(npyFile(type: type, shape: "(2, 3)", bytes))
            #expect(tensor.shape == [2, 3])
            #expect(tensor.floats() == values, "\(type)")
        }
        #expect(try read(npyFile(type: "<f4", shape: "()", Array(single.prefix(4)))).shape == [])
    }

    @Test func `other arrays are refused`() {
        let eight = [UInt8](repeating: 0, count: 8)
        let cases: [[UInt8]] = [
            npyFile(type: "<i4", shape: "(2,)", eight), npyFile(type: ">f4", shape: "(2,)", eight),
            npyFile(type: "|O", shape: "(2,)", eight), npyFile(type: "<f4", isFortran: true, shape: "(2, 1)", eight),
            npyFile(type: "<f4", shape: "(3,)", eight), npyFile(type: "<f4", shape: "(4611686018427387904, 4)", eight),
            npyFile(type: "<f4", shape: "(0, 4611686018427387904, 4)", eight),
            npyFile(type: "<f4", shape: "(-1,)", eight),
            Array(npyFile(type: "<f4", shape: "(2,)", eight).prefix(40)), [0x93] + Array("NUMPY".utf8),
        ]
        for bytes in cases { #expect(throws: FileError.self) { try read(bytes) } }
    }

    @Test func `a file of another kind is refused with what is read`() throws {
        for text in ["", "hello", "{}", String(repeating: "x", count: 600)] {
            let path = try folder.write(text, to: "a.bin")
            #expect(throws: FileError.self) { try TensorFile.read(path: path) }
        }
        #expect(throws: FileError.self) { try TensorFile.read(path: folder.file("absent.pt")) }
        #expect(throws: FileError.self) { try TensorFile.read(path: folder.path) }
    }
}
