internal import Experiment
import Foundation
internal import Results

extension Report.Group {
    /// For each run and machine, how long its rows took.
    var timings: [NotedTable] { timed.map { section($0.run, $0.table) } }

    /// The measured tables of all runs.
    var timed: [(run: RunResults, table: TimingTable)] {
        runs.flatMap { run in TimingTable.all(run.timings, order: run.run.configurations).map { (run, $0) } }
    }

    private func section(_ run: RunResults, _ table: TimingTable) -> NotedTable {
        let header =
            ["", "devices"] + table.metrics.map { "\($0.title)\($0.unit == "s" ? " s" : "") \($0.direction.arrow)" }
            + ["n", "speedup", "efficiency"]
        let rows = table.rows.map(cells)
        let intervals = table.rows.flatMap { $0.medians.compactMap { $0?.interval } }
        let reasons = intervals.compactMap(\.reason).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        var notes = ["medians" + (intervals.contains { $0.bounds != nil } ? "; in brackets: \(medianNote)" : "")]
        notes += reasons.map { "[–]: \($0)" } + table.reasons
        for metric in ["generate-seconds", "diffusion-seconds"] {
            if let fit = ScalingFit(table.points(metric)) { notes.append("fit of \(metric): \(text(fit))") }
            if let scaling = run.run.scaling, let fit = ScalingFit(scaling.points(metric)) {
                notes.append("fit of the published \(metric) (\(scaling.source)): \(text(fit))")
            }
        }
        let machine = ["cpu", "system", "matrix-library"].compactMap { table.environment[$0] }
        notes.append(
            "measured on " + (machine.isEmpty ? "a machine that is not recorded" : machine.joined(separator: ", ")))
        return NotedTable(
            title: "Time of a video" + (runs.count == 1 ? "" : ", run \(run.run.number)"), header: header, rows: rows,
            notes: notes, isLeft: false)
    }

    private func cells(_ row: TimingTable.Row) -> [String] {
        let medians = row.medians.map { median in median.map(text) ?? "–" }
        let n = row.medians.compactMap { $0?.n }.max() ?? 0
        let speedup = row.speedup.map { number($0, 2) } ?? "–"
        let efficiency = row.efficiency.map { "\(number($0 * 100, 0)) %" } ?? "–"
        return [row.configuration, "\(row.devices)"] + medians + ["\(n)", speedup, efficiency]
    }

    private func text(_ median: Median) -> String {
        number(median.value, 3) + bracketed(median.interval) { number($0, 3) }
    }

    private func text(_ fit: ScalingFit) -> String {
        "\(number(fit.shared, 3))/N + \(number(fit.constant, 3)) + \(number(fit.talk, 3)) log2 N s, "
            + "root mean square of the rest \(number(fit.residual, 3)) s"
    }
}

/// What brackets beside medians hold.
let medianNote = "distribution-free 95 % interval of the median"
