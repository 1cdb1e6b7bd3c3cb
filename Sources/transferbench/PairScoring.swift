import Execution
import Experiment
import Foundation
import Reporting
import Scoring
import Tensors

/// Scores one pair and prints its scores.
struct PairScoring {
    let inputs: PairInputs
    let options: ScoringOptions
    let environment: [String: String]
    let isJSON: Bool

    func run() throws {
        // Hashed first: what cannot be read is said before minutes are spent.
        var hasher = ContentHasher(store: nil)
        let artifacts =
            isJSON
            ? (reference: try hasher.artifact(inputs.reference), generated: try hasher.artifact(inputs.generated)) : nil
        let result = try score()
        if let artifacts {
            let document = PairDocument(result, artifacts: artifacts, options: options, environment: environment)
            try Terminal.output(try document.text())
        } else {
            try show(result.scores)
            for warning in result.warnings { Terminal.note("warning: \(warning)") }
        }
        for failure in result.failures { Terminal.error(failure) }
        if !result.failures.isEmpty {
            throw BenchError(.incomplete, "a part could not be read; the other scores stand")
        }
    }

    private func score() throws -> PairResult {
        let bar = ProgressBar(total: 0, unit: "frame")
        defer { bar.finish() }
        do {
            return try scorePair(
                inputs, options: options, onLength: { bar.expect($0) }, onFrame: { bar.step() })
        } catch let error as FileError {
            throw BenchError(.unusableInput, error.description)
        }
    }

    private func show(_ scores: [Score]) throws {
        var table = TextTable(
            ["profile \(options.profile.rawValue)", "region", "value", "frames"], hasStyles: Terminal.hasStyledOutput)
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
