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
        let result = try score()
        if isJSON {
            let document = try PairDocument(result, inputs: inputs, options: options, environment: environment)
            Terminal.output(document.text())
        } else {
            show(result.scores)
            for warning in result.warnings { Terminal.note("warning: \(warning)") }
        }
        for failure in result.failures { Terminal.error(failure) }
        if !result.failures.isEmpty {
            throw BenchError(.incomplete, "a part could not be read; the other scores stand")
        }
    }

    private func score() throws -> PairResult {
        let bar = ProgressBar(total: options.frameLimit, unit: "frame")
        defer { bar.finish() }
        do {
            return try scorePair(inputs, options: options) { bar.step() }
        } catch let error as FileError {
            throw BenchError(.unusableInput, error.description)
        }
    }

    private func show(_ scores: [Score]) {
        var table = TextTable(
            ["profile \(options.profile.rawValue)", "region", "value", "frames"], hasStyles: Terminal.hasStyledOutput)
        for score in scores {
            table.add([
                .init(score.metric), .init(score.region.rawValue),
                .init(score.outcome.value.map { String(format: "%.6f", $0) } ?? "–"), .init("\(score.n)"),
            ])
        }
        Terminal.output(table.rendered())
        var said: Set<String> = []
        for score in scores {
            for line in score.warnings + [score.outcome.reason.map { "unscored: \($0)" }].compactMap({ $0 }) {
                let text = "\(score.metric) (\(score.region.rawValue)): \(line)"
                if said.insert(line).inserted { Terminal.note("warning: \(text)") }
            }
        }
    }
}
