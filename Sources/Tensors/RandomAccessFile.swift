import Foundation

/// A file open for reading at any offset. Reads do not move a shared position, so threads may share one.
public final class RandomAccessFile: Sendable {
    public let path: String
    /// Bytes in the file when it was opened.
    public let size: Int
    private let descriptor: Int32

    /// - Throws: `FileError.unreadable`.
    public init(path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)  // a pipe must not be waited for
        guard descriptor >= 0 else {
            throw FileError(
                .unreadable, file: path,
                "cannot be opened (\(String(cString: strerror(errno)))); check its name and permissions")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileError(.unreadable, file: path, "is not a regular file; name a file that holds the data itself")
        }
        self.path = path
        self.size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Exactly `count` bytes from `offset`.
    /// - Throws: `FileError.malformed` when the file ends before, `.unreadable` when the system refuses.
    public func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        guard count >= 0, offset >= 0, count <= size, offset <= size - count else {
            throw FileError(
                .malformed, file: path,
                "is truncated: \(count) bytes at \(offset) lie beyond its end; copy or make it again")
        }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
                if got < 0 && errno == EINTR { continue }
                guard got > 0 else {
                    failure = got < 0 ? errno : EIO
                    return
                }
                filled += got
            }
        }
        guard failure == 0 else {
            throw FileError(.unreadable, file: path, "cannot be read (\(String(cString: strerror(failure))))")
        }
        return bytes
    }

    /// The whole file, which may have `limit` bytes at most.
    public func readAll(limit: Int) throws(FileError) -> [UInt8] {
        guard size <= limit else {
            throw FileError(.unsupported, file: path, "has \(size) bytes, more than the \(limit) that are read at once")
        }
        return try read(size, at: 0)
    }
}

extension Array where Element == UInt8 {
    /// The little-endian unsigned integer at `offset`; nil when it lies beyond the end.
    func littleEndian<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type, at offset: Int) -> T? {
        let size = MemoryLayout<T>.size
        guard offset >= 0, count >= size, offset <= count - size else { return nil }
        return self[offset..<offset + size].reversed().reduce(T(0)) { $0 << 8 | T($1) }
    }
}
