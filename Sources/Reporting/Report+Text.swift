internal import Experiment
import Foundation
internal import Results

extension Report {
    /// For a terminal.
    public func terminal(hasStyles: Bool) -> String {
        groups.map { group in
            let tables = group.tables.map { table -> String in
                var text = TextTable([""] + table.columns.map(\.title), hasStyles: hasStyles)
                for row in table.shownRows {
                    text.add(
                        [.init(row.title + (row.isPartial ? " PARTIAL" : ""))]
                            + row.cells.map { .init(table.textWithN($0), mark: $0.mark) })
                }
                let legend =
                    hasStyles || !table.hasMarks
                    ? "" : options.marking == .best ? "; * best" : "; * best, _ second"
                return "\(plainText(table.title))\n\(text.rendered())\(table.note(options))\(legend)\n"
            }
            let others = texts(group).map { $0.terminal() }
            let parts =
                options.front != nil
                ? others
                : tables + group.agreements.map { $0.terminal(options) } + others + group.further.map { $0.terminal() }
            return plainText(heading(group)) + "\n\n" + parts.filter { !$0.isEmpty }.joined(separator: "\n")
                + messages(group, prefix: "- ", plainText)
        }.joined(separator: "\n")
    }

    /// Markdown, as for a pull request.
    public func markdown() -> String {
        groups.map { group in
            let tables = group.tables.map { table -> String in
                let header = "| |" + table.columns.map { " \(markdownEscaped($0.title)) |" }.joined()
                let rule = "|:--|" + table.columns.map { _ in "--:|" }.joined()
                let rows = table.shownRows.map { row in
                    "| \(markdownEscaped(row.title))\(row.isPartial ? " **PARTIAL**" : "") |"
                        + row.cells.map { cell in
                            let text = table.textWithN(cell)
                            return switch cell.mark {
                            case .best: " **\(text)** |"
                            case .second: " <u>\(text)</u> |"
                            case nil: " \(text) |"
                            }
                        }.joined()
                }
                return "### \(markdownEscaped(table.title))\n\n" + ([header, rule] + rows).joined(separator: "\n")
                    + "\n\n\(table.note(options)).\n"
            }
            let others = texts(group).map { $0.markdown() }
            let parts =
                options.front != nil
                ? others
                : tables + group.agreements.map { $0.markdown(options) } + others + group.further.map { $0.markdown() }
            return plainText(heading(group)) + "\n\n" + parts.filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
                + messages(group, prefix: "- ", markdownEscaped)
        }.joined(separator: "\n")
    }

    /// LaTeX with booktabs, as for a paper.
    public func latex() -> String {
        "% Needs \\usepackage{booktabs}.\n"
            + groups.map { group in
                let tables = group.tables.map { table -> String in
                    let columns = String(repeating: "r", count: table.columns.count)
                    let header = table.columns.map { column in
                        let arrow = column.metric.direction == .higher ? "$\\uparrow$" : "$\\downarrow$"
                        return " & " + latexEscaped(String(column.title.dropLast(2))) + " " + arrow
                    }.joined()
                    let rows = table.shownRows.map { row in
                        "{}" + latexEscaped(row.title) + (row.isPartial ? " (partial)" : "")
                            + row.cells.map { cell in
                                let text = latexEscaped(table.textWithN(cell))
                                return switch cell.mark {
                                case .best: " & \\textbf{\(text)}"
                                case .second: " & \\underline{\(text)}"
                                case nil: " & \(text)"
                                }
                            }.joined() + " \\\\"
                    }
                    return """
                        % \(plainText(heading(group)))
                        \\begin{table}
                        \\caption{\(latexEscaped(table.title)); \(latexEscaped(table.note(options))).}
                        \\begin{tabular}{l\(columns)}
                        \\toprule
                        \(header) \\\\
                        \\midrule
                        \(rows.joined(separator: "\n"))
                        \\bottomrule
                        \\end{tabular}
                        \\end{table}

                        """
                }
                let others = texts(group).map { $0.latex() }
                let parts =
                    options.front != nil
                    ? others
                    : tables + group.agreements.map { $0.latex(options) } + others + group.further.map { $0.latex() }
                return parts.filter { !$0.isEmpty }.joined(separator: "\n")
            }.joined(separator: "\n")
    }

    /// One line a mean, with full precision. Agreement with a published table is not in it: JSON has that.
    public func csv() -> String {
        var lines = ["profile,run,configuration,metric,region,direction,mean,low,high,n,planned,clips,caveats"]
        for group in groups {
            for table in group.tables {
                for row in table.rows {
                    for (column, cell) in zip(table.columns, row.cells) {
                        let a = cell.aggregate
                        let fields = [
                            group.profile.rawValue, "\(row.run)", row.label, column.metric.name,
                            column.region.rawValue, column.metric.direction.rawValue, a.mean.map { "\($0)" } ?? "",
                            (a.interval?.bounds).map { "\($0.lowerBound)" } ?? "",
                            (a.interval?.bounds).map { "\($0.upperBound)" } ?? "", "\(a.n)", "\(a.planned)",
                            "\(a.clips)",
                            a.caveats.sorted { $0.key < $1.key }.map { "\($0.value): \($0.key)" }
                                .joined(separator: "; "),
                        ]
                        lines.append(fields.map(csvField).joined(separator: ","))
                    }
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Most heatmaps that stand in texts unless metrics are asked for by name.
    private static let mostHeatmaps = 12

    /// What a grid shows, under a group's tables. Of a front that was asked for,
    /// that alone.
    func texts(_ group: Group, hasHeatmaps: Bool = true) -> [NotedTable] {
        let front = group.front.map { $0.text(options) }
        guard options.front == nil else { return [front].compactMap { $0 } }
        var texts = group.figures.map { $0.text(options) }
        texts += group.sweeps.compactMap { $0.effectsTable(options) }
        if let front { texts.append(front) }
        guard hasHeatmaps else { return texts }
        let heatmaps = group.sweeps.map { $0.pairs.count * $0.columns.count }.reduce(0, +)
        if options.metrics != nil || heatmaps <= Self.mostHeatmaps {
            texts += group.sweeps.flatMap { $0.heatmapTables(options) }
        }
        return texts
    }

    /// Profile, parameters and runs of a group in one line.
    func heading(_ group: Group) -> String {
        let settings = group.parameters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let dataset = "dataset \(URL(fileURLWithPath: group.dataset).lastPathComponent)"
        let runs = group.runs.map { "\($0.run.number) (\($0.run.name)\($0.isPartial ? ", PARTIAL" : ""))" }
        return "profile \(group.profile.rawValue), "
            + (settings + [dataset, "run " + runs.joined(separator: ", ")])
            .joined(separator: ", ")
    }

    /// What a reader of the table has to know: failures, and warnings with how many videos they concern.
    func notices(_ group: Group) -> [String] {
        let failures = group.runs.flatMap(\.events).filter { $0.kind != "warning" }
        var alike: [[RunEvent]] = []
        var kinds: [String: Int] = [:]
        for failure in failures {
            let kind = failure.kind + VideoFailure.kind(failure.message, of: failure.subject)
            let place = kinds[kind] ?? alike.count
            if place == alike.count { alike.append([]) }
            kinds[kind] = place
            alike[place].append(failure)
        }
        // A part's message names its own file; the video that lost it is the subject.
        var lines = alike.prefix(10).map { alike in
            let failure = alike[0]
            let count = alike.count > 1 ? "\(alike.count) alike, the first: " : ""
            return failure.message.contains(failure.subject) || failure.kind == "failure"
                ? "failed: \(count)\(failure.message)" : "incomplete: \(count)\(failure.subject): \(failure.message)"
        }
        if alike.count > 10 {
            let more = alike.dropFirst(10).map(\.count).reduce(0, +)
            lines.append("\(more) more failures; --format json lists them all")
        }
        if !group.unmeasured.isEmpty {
            let names = group.unmeasured.map { "\($0.metric) (\($0.region.rawValue))" }
            lines.append("not measured, so not in the table: " + names.joined(separator: ", "))
        }
        if let front = options.front, group.front == nil {
            let missing = front.filter { column in
                !group.runs.contains { $0.run.metrics.contains { $0.name == column.metric } }
            }
            lines.append("no front: no run here measured " + missing.map(\.metric).joined(separator: ", "))
        }
        let pictured = group.sweeps.filter { $0.pairs.count * $0.columns.count > Self.mostHeatmaps }
        if options.metrics == nil, let view = pictured.first {
            lines.append(
                "heatmaps of \(counted(view.pairs.count, "pair")) of axes and \(counted(view.columns.count, "metric")) are in the page and "
                    + "the pictures of --out; --metric NAME prints those of one metric")
        }
        let told = Set(failures.map(\.message))
        var counts: [Notice] = []
        var places: [[String?]: Int] = [:]
        func count(_ text: String, metric: String?, region: Region?, video: String) {
            let place = places[[text, metric]] ?? counts.count
            if place == counts.count { counts.append(Notice(text: text, metric: metric)) }
            places[[text, metric]] = place
            counts[place].videos.insert(video)
            if let region { counts[place].regions.insert(region) }
        }
        for event in group.runs.flatMap(\.events) where event.kind == "warning" {
            count(event.message, metric: nil, region: nil, video: event.subject)
        }
        let shown = Set(group.tables.flatMap { $0.columns.map { "\($0.metric.name)/\($0.region.rawValue)" } })
        let items =
            group.rows.flatMap { row in row.trials.map { ($0.trialIdentity.hex, $0.scores) } }
            + group.rows.flatMap { row in row.conditions.map { ("all videos of \($0.clip) in \(row.label)", $0.scores) }
            }
        for (subject, scores) in items {
            for score in scores where !score.warnings.isEmpty || score.outcome.value == nil {
                guard shown.contains("\(score.metric)/\(score.region.rawValue)") else { continue }
                let unscored = score.outcome.reason.map { told.contains($0) ? [] : ["unscored: \($0)"] } ?? []
                for text in score.warnings + unscored {
                    count(text, metric: score.metric, region: score.region, video: subject)
                }
            }
        }
        lines += counts.prefix(20).map(\.line)
        if counts.count > 20 {
            lines.append("\(counts.count - 20) more kinds of warnings; --format json lists them all")
        }
        return lines
    }

    private func messages(_ group: Group, prefix: String, _ escaped: (String) -> String) -> String {
        let lines = notices(group)
        return lines.isEmpty ? "" : "\nTo know:\n\n" + lines.map { prefix + escaped($0) + "\n" }.joined()
    }
}

/// One thing to know, of all the videos and regions that it concerns.
private struct Notice {
    let text: String
    let metric: String?
    var videos: Set<String> = []
    var regions: Set<Region> = []

    var line: String {
        let subject = metric.map { metric in
            metric + " (" + regions.sorted().map(\.rawValue).joined(separator: ", ") + "): "
        }
        return (subject ?? "") + text + (videos.count > 1 ? " (\(videos.count) videos)" : "")
    }
}

func markdownEscaped(_ text: String) -> String {
    plainText(text).map { "\\`*_[]<>|".contains($0) ? "\\\($0)" : "\($0)" }.joined()
}

func latexEscaped(_ text: String) -> String {
    plainText(text).map { character in
        switch character {
        case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
        case "\\": "\\textbackslash{}"
        case "~": "\\textasciitilde{}"
        case "^": "\\textasciicircum{}"
        case "–": "--"
        case "δ": "$\\delta$"
        case "†": "$^\\dagger$"
        case "‡": "$^\\ddagger$"
        case "§": "$^\\S$"
        case "¶": "$^\\P$"
        case "‖": "$^\\|$"
        case "²": "$^2$"
        case "³": "$^3$"
        case "↑": "$\\uparrow$"
        case "↓": "$\\downarrow$"
        case "<": "$<$"
        case ">": "$>$"
        default: "\(character)"
        }
    }.joined()
}
