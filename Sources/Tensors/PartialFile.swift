internal import Foundation

/// A file beside the one that it is to become: what is written appears under its name when it is complete, or not at all.
public final class PartialFile: Sendable {
    private let path, partial: String
    private let descriptor: Int32

    /// - Throws: `FileError.unreadable`, when the system refuses.
    public init(path: String) throws(FileError) {
        self.path = path
        let partial = path + ".partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        self.partial = partial
        let opened = UnfinishedFiles.begin(partial) {
            let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            return (descriptor: descriptor, code: errno)
        }
        descriptor = opened.descriptor
        guard descriptor >= 0 else { throw refused(opened.code) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        _ = UnfinishedFiles.end(partial) { unlink(partial) }
    }

    /// Writes bytes at a place; from any thread.
    /// - Returns: the system's error, or 0.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
        writeFully(bytes, to: descriptor, at: offset)
    }

    /// Gives the file its name, when the disk has all of it.
    /// - Parameter code: an error of the writing, or 0.
    /// - Throws: `FileError.unreadable`, with that error or when the system refuses; then there is no file of that name, or the
    ///   old one.
    public func finish(_ code: Int32) throws(FileError) {
        guard code == 0 else { throw refused(code) }
        // Network file systems tell late errors when a descriptor is closed; this one stays until there is no more use for it.
        let twin = dup(descriptor)
        guard twin >= 0, close(twin) == 0, fsync(descriptor) == 0 else { throw refused(errno) }
        let refusal = UnfinishedFiles.end(partial) { rename(partial, path) == 0 ? 0 : errno }
        guard refusal == 0 else { throw refused(refusal) }
    }

    private func refused(_ code: Int32) -> FileError {
        FileError(
            .unreadable, file: path,
            "cannot be written (\(String(cString: strerror(code)))); check the folder, its permissions and free space")
    }
}

/// Writes bytes at a place of an open file, however many calls that takes.
/// - Returns: the system's error, or 0.
public func writeFully(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) -> Int32 {
    var done = 0
    while done < bytes.count {
        let n = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
        if n < 0 && errno == EINTR { continue }
        guard n > 0 else { return n < 0 ? errno : EIO }
        done += n
    }
    return 0
}
