import Dispatch
import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct RandomAccessFileTests {
    private let folder = TemporaryFolder()

    private func code<T>(_ body: () throws(FileError) -> T) -> FileError.Code? {
        do throws(FileError) {
            _ = try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `reads give the bytes at their offset, in any order`() throws {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let file = try RandomAccessFile(path: folder.write(bytes, to: "file"))
        #expect(file.size == 1000)
        #expect(try file.read(10, at: 990) == Array(bytes[990...]))
        #expect(try file.read(3, at: 0) == Array(bytes[..<3]))
        #expect(try file.read(0, at: 1000) == [])
        #expect(try file.readAll(limit: 1000) == bytes)
        #expect(code { () throws(FileError) in try file.readAll(limit: 999) } == .unsupported)
    }

    @Test func `ranges outside the file are refused`() throws {
        let file = try RandomAccessFile(path: folder.write([1, 2, 3, 4], to: "file"))
        for (count, offset) in [
            (5, 0), (1, 4), (0, 5), (-1, 0), (1, -1), (4, 1), (.max, 0), (.max, .max), (1, .max), (2, .max - 1),
            (.min, 0), (0, .min),
        ] {
            let error = #expect(throws: FileError.self) { try file.read(count, at: offset) }
            #expect(error?.code == .malformed, "\(count) at \(offset)")
        }
    }

    @Test func `what is no readable file says why`() throws {
        let missing = #expect(throws: FileError.self) { try RandomAccessFile(path: folder.file("missing")) }
        #expect(missing?.code == .unreadable)
        #expect(missing?.reason.contains("No such file") == true)
        #expect(missing?.description.hasPrefix(folder.path) == true)
        let directory = #expect(throws: FileError.self) { try RandomAccessFile(path: folder.path) }
        #expect(
            directory
                == FileError(
                    .unreadable, file: folder.path, "is not a regular file; name a file that holds the data itself"))
    }

    @Test func `a pipe without a writer is refused rather than waited for`() throws {
        let path = folder.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let ended = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            _ = try? RandomAccessFile(path: path)
            ended.signal()
        }
        #expect(ended.wait(timeout: .now() + 120) == .success, "opening a pipe waits for a writer")
        // A writer that comes and goes lets a waiting open return, so that no thread is left behind.
        let writer = open(path, O_RDWR | O_NONBLOCK)
        close(writer)
    }

    @Test func `an empty file has nothing to read`() throws {
        let file = try RandomAccessFile(path: folder.write([UInt8](), to: "empty"))
        #expect(try file.readAll(limit: 0) == [])
        #expect(code { () throws(FileError) in try file.read(1, at: 0) } == .malformed)
    }

    @Test func `little-endian integers beyond the end are nil`() {
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        #expect(bytes.littleEndian(UInt16.self, at: 0) == 0x0201)
        #expect(bytes.littleEndian(UInt32.self, at: 1) == 0x0504_0302)
        #expect(bytes.littleEndian(UInt32.self, at: 2) == nil)
        #expect(bytes.littleEndian(UInt64.self, at: 0) == nil)
        #expect(bytes.littleEndian(UInt16.self, at: -1) == nil)
        #expect(bytes.littleEndian(UInt16.self, at: .max) == nil)
    }
}
