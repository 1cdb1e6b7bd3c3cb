import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct ZipArchiveTests {
    private let folder = TemporaryFolder()
    private static let text = Array("the quick brown fox".utf8)

    private func archive(_ bytes: [UInt8]) throws -> ZipArchive {
        try ZipArchive(path: folder.write(bytes, to: "archive.zip"))
    }

    private func contents(_ archive: ZipArchive, _ index: Int = 0) throws -> [UInt8] {
        let stream = try archive.stream(archive.members[index])
        return try stream.bytes(stream.remaining)
    }

    private func error(_ bytes: [UInt8]) throws -> FileError {
        let error = #expect(throws: FileError.self) {
            let archive = try archive(bytes)
            for i in archive.members.indices { _ = try contents(archive, i) }
        }
        return try #require(error)
    }

    @Test func `members are listed in order, with their contents`() throws {
        let archive = try archive(
            zipArchive([
                ZipEntry(stored: Self.text, name: "a.txt"), ZipEntry(deflated: Self.text, name: "b/c.txt"),
                ZipEntry(stored: [], name: "empty"), ZipEntry(deflated: [], name: "ünï"),
            ]))
        #expect(archive.members.map(\.name) == ["a.txt", "b/c.txt", "empty", "ünï"])
        #expect(archive.members.map(\.method) == [.stored, .deflated, .stored, .deflated])
        #expect(archive.members.map(\.size) == [19, 19, 0, 0])
        #expect(try contents(archive, 0) == Self.text)
        #expect(try contents(archive, 1) == Self.text)
        #expect(try contents(archive, 2) == [])
        #expect(try contents(archive, 3) == [])
    }

    @Test func `an archive may hold nothing, and may end with a comment`() throws {
        #expect(try archive(zipArchive([])).members.isEmpty)
        var bytes = zipArchive([ZipEntry(stored: Self.text, name: "a")])
        let comment = [UInt8](repeating: 0x50, count: 300)
        bytes.replaceSubrange(bytes.count - 2..<bytes.count, with: littleEndian(UInt16(300)))
        #expect(try contents(archive(bytes + comment)) == Self.text)
    }

    @Test func `zip64 sizes and offsets are read from where they stand`() throws {
        var first = ZipEntry(stored: [1, 2, 3], name: "first")
        var second = ZipEntry(deflated: Self.text, name: "second")
        (first.isZip64, second.isZip64) = (true, true)
        for zip64End in [false, true] {
            let archive = try archive(zipArchive([first, second], zip64End: zip64End))
            #expect(archive.members.map(\.size) == [3, 19])
            #expect(archive.members.map(\.packedSize) == [3, 24])
            #expect(try contents(archive, 1) == Self.text)
        }
    }

    @Test func `a damaged zip64 record is malformed`() throws {
        var entry = ZipEntry(stored: Self.text, name: "a")
        entry.isZip64 = true
        let good = zipArchive([entry], zip64End: true)
        // The record's signature, its count, and the place that the locator gives.
        let record = good.count - 22 - 20 - 56
        for (offset, value) in [(record, UInt8(0)), (record + 39, 0xff), (record + 47, 0xff), (record + 55, 0xff)] {
            var bytes = good
            bytes[offset] = value
            #expect(try error(bytes).code == .malformed, "byte \(offset)")
        }
        var bytes = good
        bytes[good.count - 22 - 12 + 3] = 0x7f
        #expect(try error(bytes).code == .malformed)
        // Sizes that do not fit an Int.
        entry.size = .max
        #expect(try error(zipArchive([entry])).code == .malformed)
    }

    @Test func `an encrypted member is unsupported`() throws {
        var entry = ZipEntry(stored: Self.text, name: "secret.npy")
        entry.flags = 1
        let error = try error(zipArchive([entry]))
        #expect(error.code == .unsupported)
        #expect(error.reason == "has an encrypted member 'secret.npy'; store it unencrypted")
    }

    @Test(arguments: [1, 9, 12, 14, 93, 99]) func `other ways of packing are unsupported`(_ method: UInt16) throws {
        var entry = ZipEntry(stored: Self.text, name: "data.npy")
        entry.method = method
        let error = try error(zipArchive([entry]))
        #expect(error.code == .unsupported)
        #expect(error.reason.contains("method \(method)"))
    }

    @Test(arguments: [1_000_000, 0xffff_fffe, 200]) func `a directory outside the file is malformed`(
        _ offset: UInt64
    ) throws {
        #expect(
            try error(zipArchive([ZipEntry(stored: Self.text, name: "a")], directoryOffset: offset)).code == .malformed)
    }

    @Test func `a directory that starts at the wrong place is malformed`() throws {
        let entry = ZipEntry(stored: Self.text, name: "a")
        #expect(try error(zipArchive([entry], directoryOffset: 0)).code == .malformed)
        #expect(try error(zipArchive([entry], directoryOffset: 49)).code == .malformed)
    }

    @Test func `a name that points outside is only a name`() throws {
        let outside = folder.file("../escaped-\(UUID().uuidString)")
        for name in ["../../etc/passwd", outside, "/absolute", "..\\windows", "nul\0name"] {
            let archive = try archive(zipArchive([ZipEntry(stored: Self.text, name: name)]))
            #expect(archive.members.map(\.name) == [name])
            #expect(try contents(archive) == Self.text)
        }
        #expect(!FileManager.default.fileExists(atPath: outside))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["archive.zip"])
    }

    @Test func `data that is not deflate is malformed`() throws {
        var entry = ZipEntry(stored: [7] + Self.text, name: "a")
        entry.method = 8
        #expect(try error(zipArchive([entry])).reason.contains("deflate stream is invalid"))
        // Good data, followed by a claim of more.
        entry = ZipEntry(deflated: Self.text, name: "a")
        entry.size += 1
        #expect(try error(zipArchive([entry])).code == .malformed)
    }

    @Test func `reading past a member's end is refused`() throws {
        let archive = try archive(zipArchive([ZipEntry(stored: Self.text, name: "a")]))
        let stream = try archive.stream(archive.members[0])
        #expect(try stream.bytes(4) == Array(Self.text.prefix(4)))
        #expect(stream.remaining == 15)
        #expect(throws: FileError.self) { try stream.bytes(16) }
        #expect(try stream.bytes(15) == Array(Self.text.suffix(15)))
        #expect(throws: FileError.self) { try stream.bytes(1) }
        #expect(try stream.bytes(0) == [])
    }

    @Test func `files that are no archive say so`() throws {
        var random = SeededRandom(3)
        for bytes in [[], Array("hello".utf8), [UInt8](repeating: 0, count: 70_000), random.bytes(70_000)] {
            #expect(
                try error(bytes)
                    == FileError(
                        .malformed, file: folder.file("archive.zip"),
                        "is not a zip archive, or is truncated; save it with numpy.savez"))
        }
    }

    @Test func `random damage is read or refused, never more`() throws {
        var random = SeededRandom(31)
        var entry = ZipEntry(stored: Self.text, name: "b")
        entry.isZip64 = true
        let good = zipArchive([ZipEntry(deflated: Self.text, name: "a"), entry], zip64End: true)
        for _ in 0..<2000 {
            do {
                let archive = try archive(random.damaged(good))
                for i in archive.members.indices where archive.members[i].size < 1 << 20 {
                    _ = try contents(archive, i)
                }
            } catch { #expect(error is FileError) }
        }
    }
}
