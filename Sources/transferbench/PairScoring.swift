import Execution
import Experiment
import Foundation
import Reporting
import Scoring
import Tensors

/// Scores one pair and prints its scores.
struct PairScoring {
    let job: PairJob
    let environment: [String: String]
    let isJSON: Bool

    func run() throws {
        let result = try score()
        if isJSON {
            let document = PairDocument(
                result, artifacts: (job.sources.clip.video, job.sources.generated), options: job.options,
                environment: environment)
            try Terminal.output(try jsonText(document))
        } else {
            try show(result.scores)
            for warning in result.warnings { Terminal.note("warning: \(warning)") }
        }
        for failure in result.failures { Terminal.error(failure) }
        if !result.failures.isEmpty {
            throw BenchError(.incomplete, "a part could not be read or made; the other scores stand")
        }
    }

    private func score() throws -> PairResult {
        let bar = ProgressBar(total: 0, unit: "frame")
        defer { bar.finish() }
        do {
            return try job.run(onExpected: { bar.expect($0) }, onFrame: { bar.step() })
        } catch let error as FileError {
            throw BenchError(.unusableInput, error.description)
        }
    }

    private func show(_ scores: [Score]) throws {
        var table = TextTable(
            ["profile \(job.options.profile.rawValue)", "region", "value", "frames"],
            hasStyles: Terminal.hasStyledOutput)
        for score in scores {
            table.add([
                .init(score.metric), .init(score.region.rawValue),
                .init(score.outcome.value.map { String(format: "%.6f", $0) } ?? "–"), .init("\(score.n)"),
            ])
        }
        try Terminal.output(table.rendered())
        var lines: [(text: String, subjects: [String])] = []
        for score in scores {
            for line in score.warnings + [score.outcome.reason.map { "unscored: \($0)" }].compactMap({ $0 }) {
                let subject = "\(score.metric) (\(score.region.rawValue))"
                if let i = lines.firstIndex(where: { $0.text == line }) {
                    lines[i].subjects.append(subject)
                } else {
                    lines.append((line, [subject]))
                }
            }
        }
        for line in lines { Terminal.note("warning: \(line.subjects.joined(separator: ", ")): \(line.text)") }
    }
}
