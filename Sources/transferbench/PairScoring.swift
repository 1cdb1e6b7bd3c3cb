import Execution
import Experiment
import Foundation
import Reporting
import Scoring
import Tensors

/// Scores one pair and prints its scores.
struct PairScoring {
    let job: PairJob
    /// Several are scored at once.
    let profiles: [Profile]
    let environment: [String: String]
    let isJSON: Bool

    func run() throws {
        let results = try score()
        if isJSON {
            let documents = zip(profiles, results).map { profile, result in
                PairDocument(
                    result, artifacts: (job.sources.clip.video, job.sources.generated), profile: profile,
                    environment: environment)
            }
            try Terminal.output(
                try documents.count == 1 ? jsonText(documents[0]) : jsonText(PairDocuments(profiles: documents)))
        } else {
            for (profile, result) in zip(profiles, results) { try show(result.scores, profile) }
            if results.count > 1 { try Terminal.output(differences(results).text(hasStyles: Terminal.hasStyledOutput)) }
            for warning in unique(results.flatMap(\.warnings)) { Terminal.note("warning: \(warning)") }
        }
        let failures = unique(results.flatMap(\.failures))
        for failure in failures { Terminal.error(failure) }
        if !failures.isEmpty {
            throw BenchError(.incomplete, "a part could not be read or made; the other scores stand")
        }
    }

    private func score() throws -> [PairResult] {
        let bar = ProgressBar(total: 0, unit: "frame")
        defer { bar.finish() }
        do {
            return try job.run(for: profiles, onExpected: { bar.expect($0) }, onFrame: { bar.step() })
        } catch let error as FileError {
            throw BenchError(.unusableInput, error.description)
        }
    }

    private func differences(_ results: [PairResult]) -> ProfileDifferences {
        ProfileDifferences(
            profiles: profiles,
            entries: results[0].scores.map { score in
                ProfileDifferences.Entry(
                    metric: score.metric, region: score.region,
                    values: results.map { result in
                        result.scores.first { $0.metric == score.metric && $0.region == score.region }?.outcome.value
                    })
            })
    }

    private func unique(_ lines: [String]) -> [String] {
        lines.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func show(_ scores: [Score], _ profile: Profile) throws {
        var table = TextTable(
            ["profile \(profile.rawValue)", "region", "value", "frames"],
            hasStyles: Terminal.hasStyledOutput)
        for score in scores {
            table.add([
                .init(score.metric), .init(score.region.rawValue),
                .init(
                    (score.outcome.value.map { String(format: "%.6f", $0) } ?? "–") + (score.caveats.isEmpty ? "" : "†")
                ),
                .init("\(score.n)"),
            ])
        }
        try Terminal.output(table.rendered())
        var lines: [(text: String, subjects: [String])] = []
        for score in scores {
            for line in score.caveats.map({ "† \($0)" }) + score.warnings
                + [score.outcome.reason.map { "unscored: \($0)" }].compactMap({ $0 })
            {
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
