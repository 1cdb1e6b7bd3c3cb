internal import Experiment

/// Published numbers are files of their own: `source` and `tables`, each with `title`, `comparison`, `columns` and `rows`.
extension PublishedTable {
    /// - Parameters:
    ///   - path: the YAML file.
    ///   - table: the name of the table in it, and where it was asked for.
    /// - Throws: `BenchError` 65 with file, line and key.
    static func read(path: String, table: YAMLValue) throws(BenchError) -> PublishedTable {
        let (source, value) = try YAMLFile.publishedTable(path: path, table: table)
        return try value.publishedTable(source: source)
    }
}

extension YAMLFile {
    /// One table of a file of published numbers, as it is written there, and where the file's numbers are from.
    static func publishedTable(
        path: String, table: YAMLValue
    ) throws(BenchError) -> (source: String, table: YAMLValue) {
        let document = try YAMLFile.read(path: path, kind: "a file of published numbers")
        let fields = try YAMLFields(document, known: ["source", "tables"], of: "a file of published numbers")
        let source = try fields.required("source", "where the numbers are from").text("where the numbers are from")
        let tables = try fields.required("tables", "{table1: …}")
        let name = try table.text("the name of a table in \(path)")
        let names = tables.items.map(\.name)
        guard let found = tables.items.first(where: { $0.name == name }) else {
            throw table.wrong(
                "is '\(name.shortened)'; \(path) has \(names.isEmpty ? "no tables" : names.joined(separator: ", "))"
                    + hint(name, names))
        }
        return (source, found.value)
    }
}

extension YAMLValue {
    fileprivate func publishedTable(source: String) throws(BenchError) -> PublishedTable {
        let fields = try YAMLFields(
            self, known: ["title", "comparison", "columns", "rows"], of: "a published table")
        let title = try fields.required("title", "Table 1").text("the table's title")
        let word = try fields.required("comparison", "ranking").word(["ranking", "contrast"], "a comparison")
        var columns: [PublishedTable.Column] = []
        for item in try fields.required("columns", "[{column: blur-ssim, published: Blur SSIM, direction: higher}]")
            .list("columns")
        {
            let column = try item.publishedColumn()
            guard !columns.contains(where: { $0.column == column.column }) else {
                throw item.wrong("is for a column that is there already; keep one of them")
            }
            columns.append(column)
        }
        let rows = try fields.required("rows", "{Vis: [0.96]}").publishedRows(columns: columns.count)
        let comparison = PublishedTable.Comparison(rawValue: word) ?? .ranking
        guard comparison == .ranking ? rows.count >= 2 : rows.count == 2 else {
            throw wrong("has \(rows.count) rows; a \(word) needs \(comparison == .ranking ? "two or more" : "two")")
        }
        return PublishedTable(source: "\(source), \(title)", comparison: comparison, columns: columns, rows: rows)
    }

    private func publishedColumn() throws(BenchError) -> PublishedTable.Column {
        let fields = try YAMLFields(self, known: ["column", "published", "direction"], of: "a published column")
        let direction = try fields.required("direction", "higher").word(["higher", "lower"], "the better direction")
        return PublishedTable.Column(
            column: try fields.required("column", "blur-ssim").column(),
            published: try fields.required("published", "Blur SSIM").text("the published metric's name"),
            direction: MetricDescriptor.Direction(rawValue: direction))
    }

    private func publishedRows(columns: Int) throws(BenchError) -> [PublishedTable.Row] {
        guard isMapping else { throw wrong("is \(shown); write rows by name, as {Vis: [0.96, 0.16]}") }
        var rows: [PublishedTable.Row] = []
        for (name, _, row) in items {
            let cells = try row.list("numbers")
            guard cells.count == columns else {
                throw row.wrong("has \(cells.count) numbers for \(columns) columns; write null where there is none")
            }
            var values: [Double?] = []
            for cell in cells {
                values.append(cell.isNothing ? nil : try cell.number("write the published number, or null"))
            }
            rows.append(PublishedTable.Row(configuration: name, values: values))
        }
        return rows
    }
}
