internal import Foundation
internal import Tensors

/// An FFmpeg process that takes raw frames and writes a file.
///
/// OpenCV's own writer would do without the program, but its colour conversion darkens pictures by two levels, and it
/// reports neither a full disk nor any other failure.
final class FrameEncoder {
    private let name: String
    private var pid: pid_t
    private var socket: Int32
    private let messages: Int32

    /// - Parameters:
    ///   - arguments: what stands before the output file.
    ///   - name: the file as a person knows it, for errors.
    init(program: String, arguments: [String], file: String, named name: String) throws(FileError) {
        self.name = name
        // A socket, because writing to one whose reader has died can be told not to raise a signal.
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw FileError(.unreadable, file: name, "cannot be written (\(String(cString: strerror(errno))))")
        }
        socket = ends[0]
        messages = FrameEncoder.scratchFile()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        if messages >= 0 {
            posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        }
        // Otherwise FFmpeg would take a name with a colon for a protocol.
        let words = [program] + arguments + ["file:" + file]
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = -1
        let failed = posix_spawnp(&child, program, &actions, nil, &pointers, environ)
        close(ends[1])
        pid = child
        guard failed == 0 else {
            pid = -1
            throw FileError(
                .unreadable, file: name,
                "cannot be written, because \(program) cannot be started (\(String(cString: strerror(failed)))); install it with: apt-get install ffmpeg"
            )
        }
    }

    deinit {
        cancel()
        if messages >= 0 { close(messages) }
    }

    /// Hands over the bytes of one frame.
    func write(_ pixels: [UInt8]) throws(FileError) {
        let isSent = pixels.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let n = send(socket, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                if n < 0 && errno == EINTR { continue }
                guard n > 0 else { return false }
                sent += n
            }
            return true
        }
        if !isSent {
            _ = wait()
            throw failure()
        }
    }

    /// Ends the input and waits until the file is complete.
    func finish() throws(FileError) {
        guard wait() == 0, message().isEmpty else { throw failure() }
    }

    /// Stops the process; what it wrote is of no use.
    func cancel() {
        if pid > 0 { kill(pid, SIGKILL) }
        _ = wait()
    }

    /// The exit status; -1 when it was ended by a signal.
    private func wait() -> Int32 {
        if socket >= 0 { close(socket) }
        socket = -1
        guard pid > 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        pid = -1
        return status & 0x7f == 0 ? status >> 8 & 0xff : -1
    }

    private func failure() -> FileError {
        let said = message()
        return FileError(
            .unreadable, file: name, "cannot be written\(said.isEmpty ? "" : " (ffmpeg: \(said))"); \(writeRemedy)")
    }

    /// The first line that FFmpeg printed, which with its loglevel is an error.
    private func message() -> String {
        guard messages >= 0 else { return "" }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let n = pread(messages, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, n)), as: UTF8.self)
            .split(whereSeparator: \.isNewline).first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }

    /// A file without a name; -1 when there can be none.
    private static func scratchFile() -> Int32 {
        var template = Array((NSTemporaryDirectory() + "/transferbench-XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return -1 }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
}
