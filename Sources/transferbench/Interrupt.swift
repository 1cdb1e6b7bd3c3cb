import Dispatch
import Experiment
import Foundation
import Tensors

/// Ctrl-C and a scheduler's request to stop: what is committed stays, what is unfinished goes, and the same command goes on later.
enum Interrupt {
    /// - Parameters:
    ///   - message: what is kept and how to go on.
    ///   - cleanUp: done before the end, on a thread of its own; unfinished files are removed without it.
    static func install(_ message: String, cleanUp: @escaping @Sendable () -> Void = {}) {
        for number in [SIGINT, SIGTERM, SIGHUP] where !(number == SIGHUP && isIgnored(number)) {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler {
                if Terminal.isInteractive { Terminal.write("\r\u{1b}[K", STDERR_FILENO) }
                cleanUp()
                UnfinishedFiles.removeAll {
                    Terminal.error(message)
                    _exit(BenchError.Code.interrupted.rawValue)
                }
            }
            source.resume()
            // Lives as long as the process.
            _ = Unmanaged.passRetained(source as AnyObject)
        }
    }

    /// Whether whoever started this process wants it to go on, as `nohup` does when a terminal is closed.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
