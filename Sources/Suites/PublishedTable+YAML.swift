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
        let paper = try PaperFile(path: path)
        return (paper.source, try paper.entry("tables", table))
    }
}

/// A file of published numbers: where they are from, tables and figures by name.
struct PaperFile {
    let source: String
    private let path: String
    private let fields: YAMLFields

    init(path: String) throws(BenchError) {
        self.path = path
        fields = try YAMLFields(
            YAMLFile.read(path: path, kind: "a file of published numbers"), known: ["source", "tables", "figures"],
            of: "a file of published numbers")
        source = try fields.required("source", "where the numbers are from").text("where the numbers are from")
    }

    /// - Parameters:
    ///   - kind: "tables" or "figures".
    ///   - name: of the entry, and where it was asked for.
    func entry(_ kind: String, _ name: YAMLValue) throws(BenchError) -> YAMLValue {
        let one = String(kind.dropLast())
        let entries = try fields.required(kind, "{\(one)1: …}").items
        let text = try name.text("the name of a \(one) in \(path)")
        let names = entries.map(\.name)
        guard let found = entries.first(where: { $0.name == text }) else {
            throw name.wrong(
                "is '\(text.shortened)'; \(path) has \(names.isEmpty ? "no \(kind)" : names.joined(separator: ", "))"
                    + hint(text, names))
        }
        return found.value
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
