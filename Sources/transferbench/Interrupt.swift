import Dispatch
import Experiment
import Foundation

/// Ctrl-C and a scheduler's request to stop: what is committed stays, and the same command goes on later.
enum Interrupt {
    /// - Parameter message: what is kept and how to go on.
    static func install(_ message: String) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler {
                if Terminal.isInteractive { Terminal.write("\r\u{1b}[K", STDERR_FILENO) }
                Terminal.error(message)
                _exit(BenchError.Code.interrupted.rawValue)
            }
            source.resume()
            // Lives as long as the process.
            _ = Unmanaged.passRetained(source as AnyObject)
        }
    }
}
