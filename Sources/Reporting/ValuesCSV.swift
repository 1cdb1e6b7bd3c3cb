internal import Experiment
internal import Results

extension Report {
    /// The columns of `values()`; README says what they hold.
    static let valueColumns = [
        "profile", "run", "run_name", "configuration", "clip", "prompt", "seed", "metric", "metric_version", "region",
        "direction", "value", "reason", "frames", "of", "videos", "weights", "generator", "video", "identity",
    ]

    /// Every value that was planned, one a line: a video (or for diversity all videos of a clip), metric and region. RFC 4180: lines
    /// end with CR and LF. The order is that of runs, configurations, videos, metrics and regions.
    public func values() -> String {
        var lines = [Self.valueColumns]
        for group in groups {
            for row in group.rows {
                guard let run = group.runs.first(where: { $0.run.number == row.run })?.run else { continue }
                let failures = row.failures(group)
                for trial in row.trials {
                    let about = ValueSubject(
                        clip: trial.clip, prompt: trial.promptLabel, origin: trial.origin,
                        of: .trial, videos: 1,
                        video: trial.generatedPath, identity: trial.trialIdentity)
                    let absence = failures[trial.generatedPath] ?? "not scored"
                    lines += valueLines(run, row, about, trial, absence: absence)
                }
                for condition in row.conditions {
                    let about = ValueSubject(
                        clip: condition.clip, prompt: "", origin: nil, of: .condition, videos: condition.videos,
                        video: "",
                        identity: condition.clipIdentity)
                    lines += valueLines(run, row, about, condition, absence: "not scored")
                }
            }
        }
        return lines.map { $0.map(csvField).joined(separator: ",") + "\r\n" }.joined()
    }

    private func valueLines(
        _ run: RunSummary, _ row: ReportRow, _ about: ValueSubject, _ item: any ScoredItem, absence: String
    ) -> [[String]] {
        run.metrics.filter { $0.scope == about.of }.flatMap { metric in
            metric.regions.filter(run.regions.contains).map { region in
                let score = item.score(metric.name, region)
                let value = score?.outcome.value
                return [
                    run.profile.rawValue, "\(run.number)", run.name, row.configuration, about.clip, about.prompt,
                    about.origin.map { "\($0.seed)" } ?? "", metric.name, "\(metric.version)", region.rawValue,
                    metric.direction.rawValue, value.map { "\($0)" } ?? "",
                    value == nil ? score?.outcome.reason ?? absence : "", score.map { "\($0.n)" } ?? "",
                    about.of.singular, "\(about.videos)", about.origin?.weights.text ?? "",
                    about.origin?.generator ?? "", about.video, about.identity.hex,
                ]
            }
        }
    }
}

/// What a line of values is of.
private struct ValueSubject {
    let clip: String
    let prompt: String
    let origin: VideoOrigin?
    let of: MetricDescriptor.Scope
    let videos: Int
    let video: String
    let identity: Identity
}

extension ReportRow {
    /// Why videos could not be scored, by path.
    fileprivate func failures(_ group: Report.Group) -> [String: String] {
        let events = group.runs.first { $0.run.number == run }?.events ?? []
        return Dictionary(events.filter { $0.kind == "failure" }.map { ($0.subject, $0.message) }) { first, _ in first }
    }
}

/// A field as RFC 4180 has it: quoted where it holds a comma, a quote or a line end.
func csvField(_ text: String) -> String {
    text.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
        ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
}
