import Tensors
import TestSupport
import Testing

/// Files as numpy.savez writes them.
@Suite struct NpzWriterTests {
    private let folder = TemporaryFolder()

    @Test func `what is written is read back`() throws {
        let values = (0..<2 * 3 * 5).map { Float($0) * 0.37 - 2 }
        let path = folder.file("a.npz")
        try NpzWriter.write(values, shape: [2, 3, 5], to: path)
        let stream = try ArrayStream(path: path)
        #expect(stream.frames == 2 && stream.height == 3 && stream.width == 5)
        for frame in 0..<2 {
            #expect(try stream.nextFrame() == values[frame * 15..<frame * 15 + 15].map(Double.init))
        }
        #expect(try stream.nextFrame() == nil)
    }

    @Test func `numbers begin at a multiple of 64 bytes of the array's file, and the checksum is zip's`() throws {
        let path = folder.file("a.npz")
        try NpzWriter.write([1, 2, 3], shape: [3], to: path)
        let archive = try ZipArchive(path: path)
        let member = try #require(archive.members.first)
        #expect(archive.members.count == 1 && member.name == "data.npy" && member.method == .stored)
        #expect(member.size % 64 == 12)
    }

    @Test func `a folder that does not exist is named`() {
        let error = #expect(throws: FileError.self) {
            try NpzWriter.write([1], shape: [1], to: folder.file("none/a.npz"))
        }
        #expect(error?.code == .unreadable && error?.file.hasSuffix("none/a.npz") == true)
    }
}
