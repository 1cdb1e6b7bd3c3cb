import Foundation
import Tensors
import TestSupport
import Testing

/// One tensor as torch.save writes it.
@Suite struct TorchTensorWriterTests {
    private let folder = TemporaryFolder()

    @Test(arguments: [[2, 3, 5], [7], [1, 1, 1, 4], [0, 3]])
    func `what is written is read back`(shape: [Int]) throws {
        let count = shape.reduce(1, *)
        let tensor = Tensor(shape: shape, values: (0..<count).map { Float($0) * 0.37 - 2 })
        let path = folder.file("map.pt")
        try TorchTensorWriter.write(StoredTensor(name: "map", tensor), to: path)
        #expect(try TorchArchive.isTorch(path))
        let read = try #require(try TorchArchive(path: path).tensors["data"])
        #expect(read.shape == shape && read.floats() == tensor.values)
    }

    @Test func `numbers begin at a multiple of 64 bytes, and the bytes are the same every time`() throws {
        let tensor = StoredTensor(name: "map", Tensor(shape: [2, 2], values: [1, 2, 3, 4]))
        for name in ["a.pt", "b.pt"] { try TorchTensorWriter.write(tensor, to: folder.file(name)) }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("a.pt"))))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("b.pt"))) == Data(bytes))
        let numbers = [Float(1), 2, 3, 4].withUnsafeBytes { Array($0) }
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: numbers) })
        #expect(place % 64 == 0)
    }

    @Test func `a folder that does not exist is named, and a name that is taken leaves nothing behind`() throws {
        let tensor = StoredTensor(name: "map", Tensor(shape: [1]))
        let error = #expect(throws: FileError.self) {
            try TorchTensorWriter.write(tensor, to: folder.file("none/map.pt"))
        }
        #expect(error?.code == .unreadable && error?.file.hasSuffix("none/map.pt") == true)
        try FileManager.default.createDirectory(atPath: folder.file("map.pt/full"), withIntermediateDirectories: true)
        let taken = #expect(throws: FileError.self) { try TorchTensorWriter.write(tensor, to: folder.file("map.pt")) }
        #expect(taken?.reason.contains("cannot be written") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["map.pt"])
    }
}
