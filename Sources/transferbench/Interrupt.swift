import Dispatch
import Experiment
import Foundation

/// Ctrl-C and a scheduler's request to stop: what is committed stays, and the same command goes on later.
enum Interrupt {
    /// - Parameters:
    ///   - message: what is kept and how to go on.
    ///   - cleanUp: done before the end, on a thread of its own.
    static func install(_ message: String, cleanUp: @escaping @Sendable () -> Void = {}) {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler {
                if Terminal.isInteractive { Terminal.write("\r\u{1b}[K", STDERR_FILENO) }
                cleanUp()
                Terminal.error(message)
                _exit(BenchError.Code.interrupted.rawValue)
            }
            source.resume()
            // Lives as long as the process.
            _ = Unmanaged.passRetained(source as AnyObject)
        }
    }

    /// Removes an unfinished file or folder; once more after a moment, because a program that writes it may be starting.
    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
        usleep(200_000)
        try? FileManager.default.removeItem(atPath: path)
    }
}
