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
        for number in [SIGINT, SIGTERM, SIGHUP] {
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
}
