import Execution
import Experiment
import Foundation
import Reporting
import Results

/// Scores folders into a store, with progress, and shows the table.
struct FolderScoring {
    let request: ScoringRequest
    let environment: [String: String]
    let store: Store
    let limit: Int?

    func run() throws {
        let hashing = Mutable<ProgressBar?>(nil)
        var planner = ScoringPlanner(options: request.options, store: store) { done, total in
            if hashing.value == nil { hashing.value = ProgressBar(total: total, unit: "file") }
            if done > 0 { hashing.value?.step() }
        }
        let job = try planner.plan(request)
        hashing.value?.finish()
        let outcome = try follow(job, in: store, environment: environment, limit: limit)
        let run = try store.runs().filter { $0.number == outcome.run }
        let results = try run.map { run throws(BenchError) in try store.results(of: run) }
        try Terminal.output(Report(results, options: ReportOptions()).terminal(hasStyles: Terminal.hasStyledOutput))
        Terminal.note(
            "run \(outcome.run): \(outcome.scored) scored now, \(outcome.known) known before"
                + (outcome.left > 0 ? ", \(outcome.left) left by --limit" : "") + "; stored in \(store.path)")
        let name = URL(fileURLWithPath: store.path).deletingPathExtension().lastPathComponent
        Terminal.note(
            "next: "
                + ShellWords.text([
                    CommandLine.arguments.first ?? "transferbench", "report", "\(outcome.run)", "--store", store.path,
                    "--interval", "--out", "\(name)-report",
                ]))
        if outcome.failures > 0 {
            throw BenchError(
                .incomplete,
                "\(outcome.failures) failure\(outcome.failures == 1 ? "" : "s") above; all else is stored in \(store.path)"
            )
        }
    }
}

/// A value that a closure changes.
final class Mutable<T> {
    var value: T
    init(_ value: T) { self.value = value }
}

/// Runs a job and shows how it goes.
func follow(
    _ job: ScoringJob, in store: Store, environment: [String: String], limit: Int? = nil
) throws -> ScoringRunner.Outcome {
    let bar = ProgressHolder()
    let outcome = try ScoringRunner(store: store, environment: environment) { event in
        switch event {
        case .began(let known, let toScore):
            if known > 0 { Terminal.note("\(known) of the videos are in the store already") }
            if toScore > 0 { Terminal.note("scoring \(toScore) video\(toScore == 1 ? "" : "s")") }
            bar.start(ProgressBar(total: 0, unit: "frame"))
        case .expected(let frames): bar.current?.expect(frames)
        case .frame: bar.current?.step()
        case .scored(let video, _, let failures):
            for failure in failures { bar.note("incomplete: \(video): \(failure)") }
        case .failed(_, let message): bar.note("failed: \(message)")
        case .slower(let message): bar.note("slower: \(message)")
        }
    }.run(job, limit: limit)
    bar.current?.finish()
    return outcome
}
