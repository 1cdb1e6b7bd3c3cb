import Execution
import Experiment
import Foundation
import Reporting
import Results
import Suites

/// Times a suite's videos into a store, with progress, and shows the table.
struct SuiteTiming {
    let suite: Suite
    let timing: TimingChoice
    let clips: Int?
    let jobs: Int
    let limit: Int?

    /// Where videos lie until they are measured.
    private let folder = ScratchFolder.path()

    /// - Parameter store: where the measured times go.
    func run(store path: String, wait: Double) throws {
        let store = try Store(path: path, access: .write(wait: wait))
        let plan = try plan(store)
        Interrupt.install("interrupted; what was measured is kept, and the same command goes on from there") {
            plan.stop()
            ScratchFolder.removeOwn()
        }
        defer { ScratchFolder.removeOwn() }
        for note in plan.notes { Terminal.note(note) }
        let bar = ProgressBar(total: 0, unit: "video")
        let runner = TimingRunner(
            store: store, environment: Machine.environment(version: TransferBench.version, threads: Machine.cores)
        ) { event in
            switch event {
            case .began(let known, let toMeasure, let toWarmUp):
                if known > 0 { Terminal.note("\(known) videos are measured on this machine already") }
                if toMeasure > 0 {
                    Terminal.note("timing \(counted(toMeasure, "video")), after \(toWarmUp) to warm up, one at a time")
                }
                bar.expect(toMeasure + toWarmUp)
            case .measured: bar.step()
            case .failed(let row, let message):
                bar.note("failed: \(row): \(message)")
                bar.step()
            }
        }
        let outcome = try usableInput { try runner.run(plan, limit: limit) }
        bar.finish()
        let runs = try store.runs().filter { $0.number == outcome.run }
        let results = try runs.map { run throws(BenchError) in try store.results(of: run) }
        try Terminal.output(
            Report(results, options: ReportOptions()).terminal(hasStyles: Terminal.hasStyledOutput))
        Terminal.note(
            "run \(outcome.run): \(outcome.measured) measured now, \(outcome.known) known before"
                + (outcome.left > 0 ? ", \(outcome.left) left by --limit" : "") + "; stored in \(store.path)")
        if outcome.failures > 0 {
            throw BenchError(
                .incomplete,
                "\(counted(outcome.failures, "failure")) above; all else is stored in \(store.path)")
        }
    }

    /// Says what would be measured.
    func outline(store path: String) throws {
        let isThere = FileManager.default.fileExists(atPath: path)
        let plan = try plan(isThere ? try Store(path: path, access: .read) : nil)
        try Terminal.output(plan.outline())
    }

    private func plan(_ store: Store?) throws -> TimingPlan {
        try TimingPlan(
            suite, timing: timing, clips: clips, cores: Machine.cores, jobs: jobs, folder: folder, store: store)
    }
}
