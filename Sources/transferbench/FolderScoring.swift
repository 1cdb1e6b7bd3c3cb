import Execution
import Experiment
import Foundation
import Reporting
import Results
import Scoring

/// Scores folders into a store, with progress, and shows the table.
struct FolderScoring {
    /// One for each profile, of the same videos.
    let requests: [ScoringRequest]
    let environment: [String: String]
    let store: Store
    let limit: Int?

    func run() throws {
        let outcomes = try score()
        try show(outcomes)
    }

    /// Scores what is not in the store, with progress.
    func score() throws -> [ScoringRunner.Outcome] {
        let jobs = try requests.map(plan)
        var outcomes: [ScoringRunner.Outcome] = []
        for (k, job) in jobs.enumerated() {
            if jobs.count > 1 { Terminal.note("profile \(job.options.profile.rawValue)") }
            // What an earlier profile scored was scored for this one too.
            let left = limit.map { max(0, $0 - outcomes.map(\.scored).reduce(0, +)) }
            outcomes.append(
                try follow(
                    job, with: jobs.indices.contains(k + 1) ? jobs[k + 1] : nil, in: store, environment: environment,
                    limit: left))
        }
        return outcomes
    }

    /// Shows the runs' table, and what is known of their failures.
    func show(_ outcomes: [ScoringRunner.Outcome]) throws {
        let numbers = outcomes.map(\.run)
        let runs = try store.runs().filter { numbers.contains($0.number) }
        let results = try runs.map { run throws(BenchError) in try store.results(of: run, hasCurves: false) }
        let report = Report(results, options: ReportOptions())
        try Terminal.output(report.terminal(hasStyles: Terminal.hasStyledOutput))
        if outcomes.count > 1 {
            try Terminal.output("\n" + ProfileDifferences(report).text(hasStyles: Terminal.hasStyledOutput))
        }
        for (outcome, along) in zip(outcomes, [0] + outcomes.map(\.alongside)) {
            Terminal.note(
                "run \(outcome.run): \(outcome.scored + along) scored now, \(outcome.known - along) known before"
                    + (outcome.left > 0 ? ", \(outcome.left) left by --limit" : "") + "; stored in \(store.path)")
        }
        let name = URL(fileURLWithPath: store.path).deletingPathExtension().lastPathComponent
        Terminal.note(
            "next: "
                + ShellWords.text(
                    [CommandLine.arguments.first ?? "transferbench", "report"] + numbers.map { "\($0)" }
                        + ["--store", store.path, "--interval", "--out", "\(name)-report"]))
        let failures = outcomes.map(\.failures).reduce(0, +)
        if failures > 0 {
            throw BenchError(
                .incomplete,
                "\(failures) failure\(failures == 1 ? "" : "s") above; all else is stored in \(store.path)"
            )
        }
    }

    private func plan(_ request: ScoringRequest) throws -> ScoringJob {
        let hashing = Mutable<ProgressBar?>(nil)
        var planner = ScoringPlanner(options: request.options, store: store) { done, total in
            if hashing.value == nil { hashing.value = ProgressBar(total: total, unit: "file") }
            if done > 0 { hashing.value?.step() }
        }
        let job = try planner.plan(request)
        hashing.value?.finish()
        return job
    }
}

/// A value that a closure changes.
final class Mutable<T> {
    var value: T
    init(_ value: T) { self.value = value }
}

/// Runs a job and shows how it goes.
/// - Parameter companion: scored along with it, for another profile.
func follow(
    _ job: ScoringJob, with companion: ScoringJob? = nil, in store: Store, environment: [String: String],
    limit: Int? = nil
) throws -> ScoringRunner.Outcome {
    let bar = ProgressHolder()
    let (failed, incomplete) = (AlikeMessages(), AlikeMessages())
    let outcome = try ScoringRunner(store: store, environment: environment) { event in
        switch event {
        case .began(let known, let toScore):
            if known > 0 { Terminal.note("\(known) of the videos are in the store already") }
            if toScore > 0 { Terminal.note("scoring \(toScore) video\(toScore == 1 ? "" : "s")") }
            bar.start(ProgressBar(total: 0, unit: "frame"))
        case .expected(let frames): bar.current?.expect(frames)
        case .frame: bar.current?.step()
        case .scored(let video, _, let failures):
            for failure in failures where incomplete.isFirst(failure, of: video) {
                bar.note("incomplete: \(video): \(failure)")
            }
        case .failed(let subject, let message):
            if failed.isFirst(message, of: subject) { bar.note("failed: \(message)") }
        case .slower(let message): bar.note("slower: \(message)")
        }
    }.run(job, limit: limit, with: companion)
    bar.current?.finish()
    for line in failed.more { Terminal.note("failed: \(line)") }
    for line in incomplete.more { Terminal.note("incomplete: \(line)") }
    return outcome
}
