internal import Experiment
internal import Foundation

/// What a program says of its own time on standard output or standard error: a line "transferbench: diffusion-seconds=3.5", or
/// what a suite's expression finds.
struct ReportedSeconds {
    private let diffusion: NSRegularExpression
    private let load: NSRegularExpression

    /// - Parameter pattern: a regular expression with one group, the seconds; nil for the line of our own.
    /// - Throws: `BenchError` 65, when it is none.
    init(pattern: String?) throws(BenchError) {
        let text = pattern ?? Self.line("diffusion-seconds")
        guard let diffusion = try? NSRegularExpression(pattern: text), diffusion.numberOfCaptureGroups == 1,
            let load = try? NSRegularExpression(pattern: Self.line("load-seconds"))
        else {
            throw BenchError(
                .unusableInput, "'\(text)' is no regular expression with one group, the seconds of diffusion")
        }
        self.diffusion = diffusion
        self.load = load
    }

    private static func line(_ name: String) -> String { "transferbench: \(name)=([0-9.eE+-]+)" }

    /// The last that a program said; nil where it said nothing.
    func seconds(in log: CommandLog) -> (diffusion: Double?, load: Double?) {
        let lines = log.reportedLines()
        func last(_ expression: NSRegularExpression) -> Double? {
            for line in lines.reversed() {
                let range = NSRange(line.startIndex..., in: line)
                guard let match = expression.firstMatch(in: line, range: range),
                    let group = Range(match.range(at: 1), in: line), let value = Double(line[group]), value.isFinite,
                    value >= 0
                else { continue }
                return value
            }
            return nil
        }
        return (last(diffusion), last(load))
    }
}
