import Experiment
import Foundation
import Reporting

/// The person at the other end: results to standard output, everything else to standard error.
enum Terminal {
    private static let isScreen = isatty(STDOUT_FILENO) == 1
    static let hasStyledOutput = isScreen && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// Files and other programs get the text as it is; a terminal gets nothing that it would obey, but for our tables' marks.
    /// - Throws: `BenchError` 69, when standard output takes no more: lost results must not look like success.
    static func output(_ text: String) throws(BenchError) {
        guard write(isScreen ? screenText(text, hasStyles: hasStyledOutput) : text, STDOUT_FILENO) else {
            throw BenchError(
                .missing, "standard output cannot be written (\(String(cString: strerror(errno)))); check where it goes"
            )
        }
    }

    /// Control characters in file names and in what programs say must not reach the terminal.
    static func note(_ line: String) { write(plainText(line) + "\n", STDERR_FILENO) }
    static func error(_ sentence: String) { note("transferbench: \(sentence)") }

    @discardableResult
    static func write(_ text: String, _ descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let n = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { return false }
            bytes = bytes.dropFirst(n)
        }
        return true
    }
}
