internal import Experiment
internal import Results

/// Which tables a group of runs has, and which metrics its plots show.
struct Arrangement {
    let tables: [ComparisonTable]
    let metrics: [MetricDescriptor]
    /// Columns that the layout asks for and no run has.
    let unmeasured: [TableLayout.Column]

    /// - Parameters:
    ///   - layout: of the runs' suite; metrics that were asked for by name go before it.
    ///   - known: the runs' metrics, in the order of tables.
    init(
        _ layout: TableLayout?, _ known: [MetricDescriptor], _ rows: [ReportRow], runs: [RunResults],
        _ options: ReportOptions
    ) {
        let layout = options.metrics == nil ? layout : nil
        guard let layout, !layout.columns.isEmpty else {
            unmeasured = []
            metrics = known.filter { options.metrics?.contains($0.name) ?? $0.isHeadline }
            tables = Arrangement.tables(layout?.title ?? "Whole picture", metrics, rows, runs, options)
            return
        }
        var columns: [ComparisonTable.Column] = []
        var unmeasured: [TableLayout.Column] = []
        for column in layout.columns {
            if let metric = known.first(where: { $0.name == column.metric }) {
                columns.append(.init(metric: metric, region: column.region))
            } else {
                unmeasured.append(column)
            }
        }
        var metrics: [MetricDescriptor] = []
        for column in columns where !metrics.contains(column.metric) { metrics.append(column.metric) }
        self.metrics = metrics
        self.unmeasured = unmeasured
        tables = [ComparisonTable(title: layout.title, rows: rows, columns: columns, options: options)]
    }

    /// One table for whole pictures, and where the runs have regions one for foreground and background.
    private static func tables(
        _ title: String, _ metrics: [MetricDescriptor], _ rows: [ReportRow], _ runs: [RunResults],
        _ options: ReportOptions
    ) -> [ComparisonTable] {
        let whole = ComparisonTable(
            title: title, rows: rows, columns: metrics.map { .init(metric: $0, region: .all) }, options: options)
        guard runs.contains(where: { $0.run.regions.contains(.fg) }) else { return [whole] }
        let columns = metrics.flatMap { metric in
            [Region.fg, .bg].map { ComparisonTable.Column(metric: metric, region: $0) }
        }.filter { column in
            rows.contains { $0.hasScores(column.metric.name, column.region) }
        }
        return [
            whole,
            ComparisonTable(title: "Foreground and background", rows: rows, columns: columns, options: options),
        ]
    }
}
