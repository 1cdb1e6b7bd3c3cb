internal import Experiment

/// Reads a table's layout, which must fit what the suite measures and the rows that it has.
struct TableReader {
    let metrics: MetricChoice
    /// Names of the rows.
    let configurations: [String]

    func layout(title: String, _ table: YAMLValue?) throws(BenchError) -> TableLayout {
        guard let table else { return TableLayout(title: title) }
        let fields = try YAMLFields(table, known: ["columns", "published"], of: "a table")
        let columns = try fields["columns"]?.columns() ?? []
        for (value, column) in columns { try check(column, value) }
        return TableLayout(title: title, columns: columns.map(\.column), published: try published(fields["published"]))
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
        throw value.wrong(
            "is \(value.shown), which is not measured; add \(remedy) to the metrics, or leave the column out")
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
