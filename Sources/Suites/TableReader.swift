internal import Experiment

/// Reads a table's layout, which must fit what the suite measures and the rows that it has.
struct TableReader {
    let metrics: MetricChoice
    /// Names of the rows.
    let configurations: [String]
    /// Names of the grid's axes; nil where they come from the command line, so that a figure may lack some.
    var axes: [String]? = []

    func layout(title: String, _ table: YAMLValue?) throws(BenchError) -> TableLayout {
        guard let table else { return TableLayout(title: title) }
        let fields = try YAMLFields(table, known: ["columns", "published", "panels"], of: "a table")
        let columns = try fields["columns"]?.columns() ?? []
        for (value, column) in columns { try check(column, value) }
        let figure = try fields["panels"].map { value throws(BenchError) in
            let figure = try value.figure()
            for panel in figure.panels { try check(panel, value) }
            return figure
        }
        return TableLayout(
            title: title, columns: columns.map(\.column), published: try published(fields["published"]), figure: figure)
    }

    private func check(_ panel: SweepFigure.Panel, _ value: YAMLValue) throws(BenchError) {
        try check(panel.column, value)
        guard let axes, !axes.contains(panel.axis) else { return }
        let known = axes.isEmpty ? "the suite has no grid" : "the grid's axes are \(axes.joined(separator: ", "))"
        throw value.wrong("has the unknown axis '\(panel.axis.shortened)'; \(known)\(hint(panel.axis, axes))")
    }

    /// Refuses a column that could never have a number.
    func check(_ column: TableLayout.Column, _ value: YAMLValue) throws(BenchError) {
        let remedy: String? =
            switch column.metric {
            case _ where column.region != .all && !metrics.hasRegions: "'regions: true'"
            case "niqe" where metrics.niqeBlock == nil: "'niqe: {block: 96}'"
            case "dover-technical" where metrics.qualityNetwork == nil: "'networks: {quality: …}'"
            case "lpips-diversity" where metrics.perceptualNetwork == nil,
                "perceptual-diversity" where metrics.perceptualNetwork == nil:
                "'networks: {perceptual: …}'"
            default: nil
            }
        guard let remedy else { return }
        let name = column.metric + (column.region == .all ? "" : "/\(column.region.rawValue)")
        throw value.wrong(
            "\(value.scalar == nil ? "has the column" : "is") '\(name)', which is not measured; add \(remedy) to the metrics, or leave the column out"
        )
    }

    private func published(_ value: YAMLValue?) throws(BenchError) -> PublishedTable? {
        guard let value else { return nil }
        let fields = try YAMLFields(value, known: ["file", "table"], of: "what was published")
        let file = try fields.required("file", "../papers/paper.yaml").existing("the file of published numbers")
        let name = try fields.required("table", "table1")
        let table = try PublishedTable.read(path: file, table: name)
        guard table.rows.contains(where: { configurations.contains($0.configuration) }) else {
            let rows = table.rows.map { "'\($0.configuration)'" }.joined(separator: ", ")
            throw name.wrong(
                "has no row that is called as a configuration here; name configurations as its rows: \(rows)")
        }
        return table
    }
}
