import Foundation

/// The person at the other end: results to standard output, everything else to standard error.
enum Terminal {
    static let hasStyledOutput = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    static let isInteractive = isatty(STDERR_FILENO) == 1

    static func output(_ text: String) { write(text, STDOUT_FILENO) }
    static func note(_ line: String) { write(line + "\n", STDERR_FILENO) }
    static func error(_ sentence: String) { note("transferbench: \(sentence)") }

    static func write(_ text: String, _ descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let n = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { return }
            bytes = bytes.dropFirst(n)
        }
    }
}
