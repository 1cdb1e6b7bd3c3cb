import Foundation

/// Bytes that tensors are views of: a file mapped read-only, or memory of our own. Freed with the last view.
///
/// Weights stay in the file's pages: opening a checkpoint costs no memory until it is used, and the system may drop and
/// re-read pages at will.
public final class ByteStorage: Sendable {
    public let count: Int
    private nonisolated(unsafe) let base: UnsafeRawPointer
    private let isMapped: Bool

    /// Maps the whole of a file.
    /// - Throws: `FileError.unreadable`.
    public init(mapping path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw FileError(
                .unreadable, file: path,
                "cannot be opened (\(String(cString: strerror(errno)))); check its name and permissions")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(.unreadable, file: path, "is not a regular file; name a file that holds the data itself")
        }
        guard status.st_size > 0 else { throw FileError(.malformed, file: path, "is empty; copy or make it again") }
        count = Int(status.st_size)
        let mapped = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let mapped, mapped != MAP_FAILED else {
            throw FileError(
                .unreadable, file: path, "cannot be mapped into memory (\(String(cString: strerror(errno))))")
        }
        base = UnsafeRawPointer(mapped)
        isMapped = true
    }

    /// Memory of `count` bytes, 64-byte aligned, that `fill` writes.
    public init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 64)
        do { try fill(UnsafeMutableRawBufferPointer(start: memory, count: count)) } catch {
            memory.deallocate()
            throw error
        }
        self.count = count
        base = UnsafeRawPointer(memory)
        isMapped = false
    }

    deinit {
        if isMapped { munmap(UnsafeMutableRawPointer(mutating: base), count) } else { base.deallocate() }
    }

    /// Lets the system take back the memory of a part that will hardly be read again; a file's pages come back when they are
    /// read.
    func dropPages(_ range: Range<Int>) {
        guard isMapped else { return }
        let page = Int(getpagesize())
        let first = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound / page * page
        guard first < end else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
    }

    /// The bytes, for as long as `body` runs.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(start: base, count: count)) }
    }
}
