internal import Experiment
internal import Results

/// How far a metric follows one weight of a run's grid, beside the published correlations.
struct FigureAgreement: Sendable {
    /// What a correlation says about the published one.
    enum Verdict: String, Sendable {
        case agrees, disagrees
        /// The interval contains 0, or there is none.
        case undecided
        case notPublished = "–"
        case notMeasured = "not measured"
        case noAxis = "no such axis"
    }

    struct Panel: Sendable {
        let panel: SweepFigure.Panel
        /// nil where no run measured it.
        let metric: MetricDescriptor?
        let points: [FigurePoint]
        /// nil where there is no metric or no axis.
        let correlation: Correlation?
        let verdict: Verdict

        /// "Blur SSIM FG ↑", or our name of the metric where it was not measured.
        var title: String {
            metric.map { ComparisonTable.Column(metric: $0, region: panel.column.region).title }
                ?? panel.column.metric + (panel.column.region == .all ? "" : "/\(panel.column.region.rawValue)")
        }
    }

    let source: String?
    let run: Int64
    let runName: String?
    let level: Double
    let panels: [Panel]

    init(_ figure: SweepFigure, _ view: SweepView, _ metrics: [MetricDescriptor], level: Double) {
        source = figure.source
        run = view.run
        runName = view.runName
        self.level = level
        panels = figure.panels.map { panel in
            let metric = metrics.first { $0.name == panel.column.metric }
            let axis = view.sweep.axes.firstIndex { $0.name == panel.axis }
            guard let metric, let axis else {
                return Panel(
                    panel: panel, metric: metric, points: [], correlation: nil,
                    verdict: axis == nil ? .noAxis : .notMeasured)
            }
            let points = view.points(of: panel.column, along: axis, metric: metric)
            let correlation = Correlation(points.map { ($0.clip, $0.x, $0.y) }, level: level)
            return Panel(
                panel: panel, metric: metric, points: points, correlation: correlation,
                verdict: Self.verdict(correlation, panel.published))
        }
    }

    /// It agrees when the sign is the published one and the interval excludes 0 (experiments.md §7).
    private static func verdict(_ correlation: Correlation, _ published: Double?) -> Verdict {
        guard let published else { return .notPublished }
        guard let r = correlation.r.value, let interval = correlation.interval.bounds, !interval.contains(0) else {
            return .undecided
        }
        return (r > 0) == (published > 0) ? .agrees : .disagrees
    }

    func text(_ options: ReportOptions) -> NotedTable {
        let rows = panels.map { panel -> [String] in
            let r: String =
                switch panel.correlation?.r {
                case nil: "–"
                case .scored(let value)?: number(value, 2) + bracketed(panel.correlation!.interval) { number($0, 2) }
                case .unscored(let reason)?: reason
                }
            return [
                panel.title, panel.panel.axis, r, panel.panel.published.map { number($0, 2) } ?? "–",
                panel.correlation.map { "\($0.videos)" } ?? "–", panel.correlation.map { "\($0.clips)" } ?? "–",
                panel.verdict.rawValue,
            ]
        }
        let intervals = panels.compactMap { $0.correlation?.r.value == nil ? nil : $0.correlation?.interval }
        var notes = [
            "Pearson's r of the weight with the metric over all videos; it agrees where the sign is the published one and the interval excludes 0"
        ]
        if intervals.contains(where: { $0.bounds != nil }) { notes.append(bracketNote(level)) }
        notes += reasons(intervals).map { "[–]: \($0)" }
        return NotedTable(
            title: (source.map { "Agreement with " + $0 } ?? "Metrics against weights")
                + (runName.map { ", run \(run) (\($0))" } ?? ""),
            header: ["", "weight", "r", "published", "videos", "clips", "sign"], rows: rows,
            notes: [notes.joined(separator: "; ")], isLeft: false)
    }
}
