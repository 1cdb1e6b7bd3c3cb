internal import Experiment
internal import Results

/// A table of texts with a title above it and sentences under it, in every format of a report.
struct NotedTable: Sendable {
    let title: String
    /// The first column is the rows' labels; with no other column only the sentences are shown.
    let header: [String]
    let rows: [[String]]
    /// Sentences without their full stop.
    let notes: [String]
    /// Columns of words, not of numbers.
    var isLeft = true

    var isEmpty: Bool { header.count < 2 && notes.isEmpty }

    func terminal() -> String {
        guard !isEmpty else { return "" }
        var text = "\(plainText(title))\n"
        if header.count > 1 {
            var table = TextTable(header, hasStyles: false, isLeft: isLeft)
            for row in rows { table.add(row.map { .init($0) }) }
            text += table.rendered()
        }
        return text + notes.map { plainText($0) + "\n" }.joined()
    }

    func markdown() -> String {
        guard !isEmpty else { return "" }
        func line(_ cells: [String]) -> String { "|" + cells.map { " \(markdownEscaped($0)) |" }.joined() }
        let rule = "|" + header.indices.map { isLeft || $0 == 0 ? ":--|" : "--:|" }.joined()
        let first = header.first.map { $0.isEmpty ? " |" : " \(markdownEscaped($0)) |" } ?? ""
        let table =
            header.count > 1
            ? (["|" + first + header.dropFirst().map { " \(markdownEscaped($0)) |" }.joined(), rule] + rows.map(line))
                .joined(separator: "\n") + "\n\n" : ""
        return "### \(markdownEscaped(title))\n\n" + table + notes.map { "- \(markdownEscaped($0))\n" }.joined()
    }

    func latex() -> String {
        guard header.count > 1 else { return notes.map { "% \(plainText($0))\n" }.joined() }
        let lines = ([header] + rows).map { "{}" + $0.map(latexEscaped).joined(separator: " & ") + " \\\\" }
        let caption = ([title] + notes).map(latexEscaped).joined(separator: "; ")
        let columns =
            isLeft ? String(repeating: "l", count: header.count) : "l" + String(repeating: "r", count: header.count - 1)
        return """
            \\begin{table}
            \\caption{\(caption).}
            \\begin{tabular}{\(columns)}
            \\toprule
            \(lines[0])
            \\midrule
            \(lines.dropFirst().joined(separator: "\n"))
            \\bottomrule
            \\end{tabular}
            \\end{table}

            """
    }

    /// - Parameters:
    ///   - kind: the table's class.
    ///   - escaped: makes a text plain in HTML.
    func html(_ kind: String, _ escaped: (String) -> String) -> String {
        guard !isEmpty else { return "" }
        let head = header.map { "<th>\(escaped($0))</th>" }.joined()
        let style = isLeft ? " class=\"text\"" : ""
        let body = rows.map { row in
            "<tr><th>\(escaped(row[0]))</th>"
                + row.dropFirst().map { "<td\(style)>\(escaped($0))</td>" }.joined() + "</tr>"
        }.joined(separator: "\n")
        let table =
            header.count > 1
            ? "<div class=\"scroll\"><table class=\"\(kind)\"><thead><tr>\(head)</tr></thead>\n<tbody>\(body)</tbody></table></div>"
            : ""
        let lines = notes.map { "<p class=\"note\">\(escaped($0)).</p>" }.joined(separator: "\n")
        return "<h3>\(escaped(title))</h3>\n\(table)\n\(lines)\n"
    }
}
