internal import Experiment
import Foundation

/// The right to write to a store: an advisory lock on a file beside it, which ends with the process however that ends.
final class StoreLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `BenchError` 75, when another process still holds it after `wait` seconds.
    init(store: String, wait: Double) throws(BenchError) {
        let path = store + ".lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let why = String(cString: strerror(errno))
            throw BenchError(
                .unusableInput,
                "\(path) cannot be made (\(why)), so \(store) cannot be written; change the folder's permissions or name another --store"
            )
        }
        let deadline = ContinuousClock.now + .seconds(min(wait, 1e6))
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard ContinuousClock.now < deadline else {
                let holder = StoreLock.holder(descriptor)
                throw BenchError(
                    .tryAgain, "\(store) is in use by \(holder); run the same command again when that has ended")
            }
            usleep(50_000)
        }
        let name = "process \(getpid())"
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, name, name.utf8.count, 0)
    }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let n = pread(descriptor, &bytes, bytes.count, 0)
        return n > 0 ? String(decoding: bytes[..<n], as: UTF8.self) : "another process"
    }
}
