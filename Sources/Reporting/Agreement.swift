public import Experiment
public import Results

/// How far the rows of one run agree with a published table.
public struct Agreement: Sendable {
    /// A published column and what stands against it.
    public struct Column: Sendable {
        public let column: TableLayout.Column
        /// nil where no run measured it.
        public let metric: MetricDescriptor?
        /// The published metric's name, and which way is better in it; nil where neither the table nor our metric says so.
        public let published: String
        public let direction: MetricDescriptor.Direction?
    }

    /// The order of the rows in one column.
    public struct Ranking: Sendable {
        public let column: Column
        /// nil where the metric was not measured.
        public let result: PairedValues.Ranking?
        /// The rows that the column has published values of, with our means.
        public let rows: [(configuration: String, published: Double, ours: Double?)]
    }

    /// What a difference of two rows says about a published one.
    public enum Verdict: String, Sendable {
        case agrees, disagrees
        /// The interval of our difference contains 0, or there is none.
        case undecided
        case publishedTie = "published tie"
        case notMeasured = "not measured"
    }

    /// The sign of the difference of two rows in one column.
    public struct Contrast: Sendable {
        public let column: Column
        public let first: String
        public let second: String
        /// First less second.
        public let published: Double
        /// The same of ours; nil where a row or its metric is missing.
        public let ours: PairedValues.Difference?
        public let verdict: Verdict
    }

    public let source: String
    public let comparison: PublishedTable.Comparison
    /// The run whose rows these are, and its name where several runs share the table.
    public let run: Int64
    public let runName: String?
    /// Whether one of its rows lacks videos or scores.
    public let isPartial: Bool
    /// Coverage of the intervals.
    public let level: Double
    /// One for each published column; empty for contrasts.
    public let rankings: [Ranking]
    /// Two rows in a column of foreground or background, by metric and region; empty for rankings.
    public let contrasts: [Contrast]

    init(
        _ table: PublishedTable, _ metrics: [MetricDescriptor], _ rows: [ReportRow], run: Int64, runName: String?,
        options: ReportOptions
    ) {
        source = table.source
        comparison = table.comparison
        self.run = run
        self.runName = runName
        isPartial = rows.contains(where: \.isPartial)
        let level = options.level ?? 0.95
        self.level = level
        let columns = table.columns.enumerated().filter { options.metrics?.contains($0.element.column.metric) ?? true }
            .map { place, published -> PublishedColumn in
                let metric = metrics.first { $0.name == published.column.metric }
                return PublishedColumn(
                    column: Column(
                        column: published.column, metric: metric, published: published.published,
                        direction: published.direction ?? metric?.direction),
                    cells: table.rows.compactMap { row in
                        guard row.values.indices.contains(place), let value = row.values[place] else { return nil }
                        return (row.configuration, value)
                    }, rows: rows)
            }
        switch table.comparison {
        case .ranking:
            rankings = columns.map { $0.ranking(level) }
            contrasts = []
        case .contrast:
            rankings = []
            contrasts = PublishedColumn.byMetric(columns.filter { $0.column.column.region != .all })
                .flatMap { $0.contrasts(level) }
        }
    }
}

/// A published column with its values, and our rows.
private struct PublishedColumn {
    let column: Agreement.Column
    let cells: [(configuration: String, value: Double)]
    let rows: [ReportRow]

    /// Our items of the configuration that a published row is called as; empty where there is none.
    private func items(_ metric: MetricDescriptor, _ configuration: String) -> [any ScoredItem] {
        rows.first { $0.configuration == configuration }?.items(of: metric) ?? []
    }

    private func paired(_ metric: MetricDescriptor) -> PairedValues {
        PairedValues(cells.map { items(metric, $0.configuration) }, metric: metric.name, region: column.column.region)
    }

    func ranking(_ level: Double) -> Agreement.Ranking {
        guard let metric = column.metric else {
            return Agreement.Ranking(
                column: column, result: nil, rows: cells.map { ($0.configuration, $0.value, nil) })
        }
        let values = paired(metric)
        return Agreement.Ranking(
            column: column,
            result: values.ranking(
                against: cells.map(\.value), better: (metric.direction, column.direction ?? metric.direction),
                level: level),
            rows: zip(cells, values.means).map { ($0.configuration, $0.value, $1) })
    }

    func contrasts(_ level: Double) -> [Agreement.Contrast] {
        let values = column.metric.map(paired)
        let isTurned = column.metric.map { $0.direction != column.direction } ?? false
        return cells.indices.flatMap { a in
            ((a + 1)..<cells.count).map { b in
                let published = cells[a].value - cells[b].value
                let ours = values?.difference(a, b, level: level)
                return Agreement.Contrast(
                    column: column, first: cells[a].configuration, second: cells[b].configuration,
                    published: published, ours: ours, verdict: verdict(isTurned ? -published : published, ours))
            }
        }
    }

    private func verdict(_ published: Double, _ ours: PairedValues.Difference?) -> Agreement.Verdict {
        guard let ours else { return .notMeasured }
        if published == 0 { return .publishedTie }
        guard let interval = ours.interval.bounds, !interval.contains(0) else { return .undecided }
        return (ours.value > 0) == (published > 0) ? .agrees : .disagrees
    }

    /// The columns of each metric together, its foreground before its background.
    static func byMetric(_ columns: [PublishedColumn]) -> [PublishedColumn] {
        var names: [String] = []
        for column in columns where !names.contains(column.column.column.metric) {
            names.append(column.column.column.metric)
        }
        return names.flatMap { name in
            columns.filter { $0.column.column.metric == name }
                .sorted { $0.column.column.region < $1.column.column.region }
        }
    }
}

/// One for each run of a group that has rows of the published table: those of the suite, and others where two rows or more are
/// called as the published ones.
func agreements(
    with table: PublishedTable, _ metrics: [MetricDescriptor], _ rows: [ReportRow], _ runs: [RunResults],
    _ options: ReportOptions
) -> [Agreement] {
    let names = Set(table.rows.map(\.configuration))
    let compared = runs.filter { run in
        run.run.layout != nil || run.configurations.count { names.contains($0) } > 1
    }
    return compared.map { run in
        Agreement(
            table, metrics, rows.filter { $0.run == run.run.number }, run: run.run.number,
            runName: compared.count > 1 ? run.run.name : nil, options: options)
    }.filter { !$0.rankings.isEmpty || !$0.contrasts.isEmpty }
}
