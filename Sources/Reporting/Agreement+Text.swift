internal import Experiment
internal import Results

/// Agreement as lines of text, for every format to put into its own table.
struct AgreementText {
    let title: String
    let header: [String]
    /// As many cells as the header has.
    let rows: [[String]]
    /// Without the full stop.
    let note: String
}

extension Agreement {
    func text(_ options: ReportOptions) -> AgreementText {
        let title =
            "Agreement with " + source + (runName.map { ", run \(run) (\($0))" } ?? "") + (isPartial ? ", PARTIAL" : "")
        let percent = "\(number(level * 100, 0)) %"
        switch comparison {
        case .ranking:
            return AgreementText(
                title: title, header: ["", "tau-b", "rows", "clips"], rows: rankings.map(line),
                note:
                    "Kendall's tau-b between our means and the published values, 1 for the same order of rows, -1 for the "
                    + "reverse"
                    + notes(
                        rankings.compactMap { $0.result?.tau.value == nil ? nil : $0.result?.interval },
                        "in brackets: \(percent) bootstrap interval over clips"))
        case .contrast:
            return AgreementText(
                title: title, header: ["", "difference of", "published", "ours", "clips", "sign"],
                rows: contrasts.map { line($0, digits: max(3, options.digits)) },
                note: "\(tally); differences are first row less second"
                    + notes(
                        contrasts.compactMap { $0.ours?.interval },
                        "in brackets: \(percent) paired bootstrap interval over clips, undecided where it contains 0"))
        }
    }

    /// What brackets hold, and why some hold nothing.
    private func notes(_ intervals: [ClipInterval], _ brackets: String) -> String {
        let reasons = intervals.compactMap(\.reason).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let told = intervals.contains { $0.bounds != nil } ? [brackets] : []
        return (told + reasons.map { "[–]: \($0)" }).map { "; " + $0 }.joined()
    }

    private func line(_ ranking: Ranking) -> [String] {
        guard let result = ranking.result else { return [ranking.column.label, "not measured", "–", "–"] }
        let tau =
            switch result.tau {
            case .scored(let tau): number(tau, 2) + bracketed(result.interval) { number($0, 2) }
            case .unscored(let reason): reason
            }
        return [ranking.column.label, tau, "\(result.rows) of \(ranking.rows.count)", "\(result.clips)"]
    }

    private func line(_ contrast: Contrast, digits: Int) -> [String] {
        [
            contrast.column.label, "\(contrast.first), \(contrast.second)", signed(contrast.published, digits),
            contrast.ours.map { ours in
                signed(ours.value, digits) + bracketed(ours.interval) { signed($0, digits) }
            } ?? "–", contrast.ours.map { "\($0.clips)" } ?? "–", contrast.verdict.rawValue,
        ]
    }

    /// "of 10 signs 8 agree, 1 disagrees, 1 undecided".
    private var tally: String {
        let verdicts: [Verdict] = [.agrees, .disagrees, .undecided, .publishedTie, .notMeasured]
        let counts = verdicts.compactMap { verdict -> String? in
            let count = contrasts.count { $0.verdict == verdict }
            let isPlural = count > 1
            let word =
                switch verdict {
                case .agrees: isPlural ? "agree" : "agrees"
                case .disagrees: isPlural ? "disagree" : "disagrees"
                case .publishedTie: isPlural ? "published ties" : "published tie"
                default: verdict.rawValue
                }
            return count == 0 ? nil : "\(count) \(word)"
        }
        return "of \(contrasts.count) signs " + counts.joined(separator: ", ")
    }

    func terminal(_ options: ReportOptions) -> String {
        let text = text(options)
        var table = TextTable(text.header, hasStyles: false)
        for row in text.rows { table.add(row.map { .init($0) }) }
        return "\(plainText(text.title))\n\(table.rendered())\(plainText(text.note))\n"
    }

    func markdown(_ options: ReportOptions) -> String {
        let text = text(options)
        func line(_ cells: [String]) -> String { "|" + cells.map { " \(markdownEscaped($0)) |" }.joined() }
        let header = "| |" + text.header.dropFirst().map { " \($0) |" }.joined()
        let rule = "|:--|" + text.header.dropFirst().map { _ in "--:|" }.joined()
        return "### \(markdownEscaped(text.title))\n\n"
            + ([header, rule] + text.rows.map(line)).joined(separator: "\n")
            + "\n\n\(text.note).\n"
    }

    func latex(_ options: ReportOptions) -> String {
        let text = text(options)
        let rows = ([text.header] + text.rows).map { "{}" + $0.map(latexEscaped).joined(separator: " & ") + " \\\\" }
        return """
            \\begin{table}
            \\caption{\(latexEscaped(text.title)); \(latexEscaped(text.note)).}
            \\begin{tabular}{l\(String(repeating: "r", count: text.header.count - 1))}
            \\toprule
            \(rows[0])
            \\midrule
            \(rows.dropFirst().joined(separator: "\n"))
            \\bottomrule
            \\end{tabular}
            \\end{table}

            """
    }
}

extension Agreement.Column {
    /// The title of our column, and the published name where that is another: "NIQE ↓ (published: Quality score ↑)".
    var label: String {
        let region = column.region == .all ? "" : " " + column.region.rawValue.uppercased()
        guard let metric else { return "\(published)\(region) (\(column.metric))" }
        let title = ComparisonTable.Column(metric: metric, region: column.region).title
        let isSame = [metric.title, metric.title + region].contains { $0.lowercased() == published.lowercased() }
        if isSame, metric.direction == direction { return title }
        return "\(title) (published: \(published)\(direction.map { " " + $0.arrow } ?? ""))"
    }
}

/// "+0.031", "-0.200", "0.000".
func signed(_ value: Double, _ digits: Int) -> String {
    let text = number(value, digits)
    return value > 0 && !text.hasPrefix("-") && text.contains { "123456789".contains($0) } ? "+" + text : text
}
