internal import Experiment
import Foundation
internal import Results

/// The self-contained page of a report: everything it shows is inside the one file.
struct HTMLPage {
    let report: Report
    /// Plots of each group as SVG text, with their titles.
    let plots: [[(title: String, svg: String)]]
    /// Small pictures of a clip or trial.
    let previews: (Identity) -> [(frame: Int, jpeg: [UInt8])]
    /// Clips that get a contact sheet.
    let sheets: Int

    func rendered() -> String {
        let body = zip(report.groups, plots).map { section($0, plots: $1) }.joined()
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>TransferBench report</title>
            <style>\(style)</style>
            </head>
            <body>
            <h1>TransferBench report</h1>
            \(body)
            <script>\(script)</script>
            </body>
            </html>

            """
    }

    private func section(_ group: Report.Group, plots: [(title: String, svg: String)]) -> String {
        let settings = group.parameters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let notices = report.notices(group)
        return """
            <section>
            <h2>Profile \(escaped(group.profile.rawValue))</h2>
            <p class="settings">\(escaped((settings + ["dataset \(group.dataset)"]).joined(separator: " · ")))</p>
            \(group.tables.map(comparison).joined())
            \(group.agreements.map(agreement).joined())
            \((group.races + group.timings).map { $0.html("numbers", escaped) }.joined())
            \(report.texts(group, hasHeatmaps: false).map { $0.html("agreement", escaped) }.joined())
            \(group.sweeps.map { heatmaps($0) }.joined())
            \(origins(group))
            \(notices.isEmpty ? "" : "<h3>To know</h3><ul class=\"notices\">" + notices.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>")
            \(plots.map { "<h3>\(escaped($0.title))</h3><div class=\"plot\">\(picture($0.svg))</div>" }.joined())
            <h3>Clips</h3>
            \(contactSheets(group))
            <h3>Every video</h3>
            \(videos(group))
            <h3>Settings</h3>
            \(settingsTable(group))
            </section>
            """
    }

    private func comparison(_ table: ComparisonTable) -> String {
        let header = table.columns.map { column in
            "<th title=\"\(escaped(column.metric.name)), \(column.metric.direction) is better\">\(escaped(column.title))</th>"
        }.joined()
        let rows = table.rows.map { row in
            let name = escaped(row.title) + (row.isPartial ? " <span class=\"partial\">PARTIAL</span>" : "")
            return "<tr><th>\(name)</th>"
                + row.cells.map { cell in
                    let value = cell.aggregate.mean.map { "\($0)" } ?? ""
                    let style = cell.mark.map { " class=\"\($0.rawValue)\"" } ?? ""
                    let clips = counted(cell.aggregate.clips, "clip")
                    let n = "n = \(cell.aggregate.n) of \(cell.aggregate.planned), \(clips)"
                    return
                        "<td data-value=\"\(value)\"\(style) title=\"\(n)\">\(escaped(table.textWithN(cell)))</td>"
                }.joined() + "</tr>"
        }.joined(separator: "\n")
        return """
            <h3>\(escaped(table.title))</h3>
            <div class="scroll"><table class="sortable"><thead><tr><th>configuration</th>\(header)</tr></thead>
            <tbody>\(rows)</tbody></table></div>
            <p class="note">\(escaped(table.note(report.options))). \(table.hasMarks ? legend : "")Click a heading to sort.</p>
            """
    }

    private func agreement(_ agreement: Agreement) -> String {
        let text = agreement.text(report.options)
        let header = text.header.map { "<th>\(escaped($0))</th>" }.joined()
        let rows = text.rows.map { row in
            "<tr><th>\(escaped(row[0]))</th>" + row.dropFirst().map { "<td>\(escaped($0))</td>" }.joined() + "</tr>"
        }.joined(separator: "\n")
        return """
            <h3>\(escaped(text.title))</h3>
            <div class="scroll"><table class="agreement"><thead><tr>\(header)</tr></thead>
            <tbody>\(rows)</tbody></table></div>
            <p class="note">\(escaped(text.note)).</p>
            """
    }

    /// The heatmaps of a grid as coloured tables, folded up by metric but for the first.
    private func heatmaps(_ view: SweepView) -> String {
        let sections = view.columns.indices.compactMap { column -> String? in
            let tables = view.pairs.map { heatmap(view, column, $0.first, $0.second) }.filter { !$0.isEmpty }
            guard !tables.isEmpty else { return nil }
            return "<details\(column == 0 ? " open" : "")><summary>\(escaped(view.columns[column].title))</summary>"
                + "<div class=\"heatmaps\">\(tables.joined(separator: "\n"))</div></details>"
        }
        return sections.isEmpty ? "" : "<h3>Heatmaps</h3>\n" + sections.joined(separator: "\n")
    }

    private func heatmap(_ view: SweepView, _ column: Int, _ first: Int, _ second: Int) -> String {
        let heats = view.heatmap(column, first, second)
        let all = view.pairs.flatMap { view.heatmap(column, $0.first, $0.second) }
        guard let scale = ColourScale(all.joined().compactMap(\.mean)) else { return "" }
        let head = view.axes[second].levels.map { "<th>\(escaped($0.text))</th>" }.joined()
        // The first level at the bottom, as on a plot.
        let rows = zip(view.axes[first].levels, heats).reversed().map { level, heats in
            let cells = heats.map { heat -> String in
                guard let mean = heat.mean else { return "<td></td>" }
                let colour = scale.colour(mean)
                let style =
                    "background:\(ColourScale.css(colour));color:\(ColourScale.css(ColourScale.ink(on: colour)))"
                return "<td style=\"\(style)\"\(heat.isDropped ? " title=\"dropped by the race\"" : "")>"
                    + "\(number(mean, report.options.digits))\(heat.isDropped ? "×" : "")<small>\(heat.n)</small></td>"
            }
            return "<tr><th>\(escaped(level.text))</th>\(cells.joined())</tr>"
        }
        return """
            <table class="heatmap"><caption>\(escaped("\(view.axes[first].name) (up), \(view.axes[second].name) (across)"))</caption>
            <tbody>\(rows.joined(separator: "\n"))<tr><th></th>\(head)</tr></tbody>
            <tfoot><tr><td colspan="\(view.axes[second].levels.count + 1)">\(escaped(view.heatmapNote(column, first, second).replacing("in parentheses", with: "small")))</td></tr></tfoot></table>
            """
    }

    private func origins(_ group: Report.Group) -> String {
        let table = group.origins.table
        return table.isEmpty ? "" : table.html("origins", escaped) + promptTexts(group)
    }

    /// All texts that videos were made from, folded up.
    private func promptTexts(_ group: Report.Group) -> String {
        var seen: Set<[String]> = []
        let rows = group.rows.flatMap(\.trials).compactMap { trial -> String? in
            guard let origin = trial.origin, let text = origin.promptText else { return nil }
            let cells = [trial.clip, origin.promptLabel.isEmpty ? "own" : origin.promptLabel, text]
            guard seen.insert(cells).inserted else { return nil }
            return "<tr><th>\(escaped(cells[0]))</th><td class=\"label\">\(escaped(cells[1]))</td>"
                + "<td class=\"text\">\(escaped(text))</td></tr>"
        }
        guard !rows.isEmpty else { return "" }
        return """
            <details><summary>Texts of the prompts</summary><table class="small"><tbody>
            \(rows.joined(separator: "\n"))</tbody></table></details>
            """
    }

    private var legend: String {
        switch report.options.marking {
        case .none: ""
        case .best: "Bold: best. "
        case .bestAndSecond: "Bold: best; underlined: second. "
        }
    }

    private func picture(_ svg: String) -> String {
        "<img alt=\"plot\" src=\"data:image/svg+xml;base64,\(Data(svg.utf8).base64EncodedString())\">"
    }

    private func contactSheets(_ group: Report.Group) -> String {
        var clips: [String] = []
        var byClip: [String: [(label: String, trial: TrialResults)]] = [:]
        for row in group.rows {
            for trial in row.trials {
                if byClip[trial.clip] == nil { clips.append(trial.clip) }
                byClip[trial.clip, default: []].append((row.label, trial))
            }
        }
        let shown = clips.prefix(sheets).map { clip -> String in
            let all = byClip[clip] ?? []
            let trials = all.prefix(Self.mostStrips)
            guard let first = trials.first?.trial else { return "" }
            let rows =
                [(name: "reference", owner: first.clipIdentity)]
                + trials.map {
                    (name: $0.0 + ($0.1.prompt.isEmpty ? "" : " · " + $0.1.prompt), owner: $0.1.trialIdentity)
                }
            let strips = rows.map { row in
                let images = previews(row.owner).map { preview in
                    "<img loading=\"lazy\" alt=\"frame \(preview.frame)\" title=\"frame \(preview.frame)\" "
                        + "src=\"data:image/jpeg;base64,\(Data(preview.jpeg).base64EncodedString())\">"
                }.joined()
                return "<div class=\"strip\"><div class=\"name\">\(escaped(row.name))</div>\(images)</div>"
            }.joined(separator: "\n")
            let frames = previews(first.clipIdentity).map { "\($0.frame)" }.joined(separator: ", ")
            return """
                <details open><summary>\(escaped(clip))</summary>
                <p class="note">\(escaped(first.caption)) Frames \(frames).</p>
                \(strips)\(all.count > trials.count ? "<p class=\"note\">\(trials.count) of \(all.count) videos are shown.</p>" : "")</details>
                """
        }.joined(separator: "\n")
        return shown
            + (clips.count > sheets ? "<p class=\"note\">\(sheets) of \(clips.count) clips are shown.</p>" : "")
    }

    private func videos(_ group: Report.Group) -> String {
        let ofVideos = group.tables.flatMap(\.columns).filter { $0.metric.scope == .trial }
        let ofClips = group.tables.flatMap(\.columns).filter { $0.metric.scope == .condition }
        let seeds = Set(group.rows.flatMap(\.trials).compactMap(\.origin?.seed))
        let videos = group.rows.lazy.flatMap { row in row.trials.map { (row.label, $0) } }
        let clips = group.rows.lazy.flatMap { row in row.conditions.map { (row.label, $0) } }
        let planned = group.rows.reduce((0, 0)) { ($0.0 + $1.trials.count, $0.1 + $1.conditions.count) }
        func more(_ all: Int, _ noun: String) -> String {
            all <= Self.mostLines
                ? "" : "<p class=\"note\">\(Self.mostLines) of \(all) \(noun) are shown; values.csv has all.</p>"
        }
        let lines: [String] = videos.prefix(Self.mostLines).map { label, trial in
            let seed = trial.origin.map { "\($0.seed)" } ?? ""
            return tableRow(
                [trial.clip, trial.promptLabel] + (seeds.count > 1 ? [seed] : []) + [label], cells(trial, ofVideos))
        }
        return sortable(["clip", "prompt"] + (seeds.count > 1 ? ["seed"] : []) + ["configuration"], ofVideos, lines)
            + more(planned.0, "videos")
            + (planned.1 == 0
                ? ""
                : sortable(
                    ["clip", "configuration", "videos"], ofClips,
                    clips.prefix(Self.mostLines).map { tableRow([$1.clip, $0, "\($1.videos)"], cells($1, ofClips)) }))
            + more(planned.1, "clips")
    }

    /// Most lines of the table of every video, and most videos of a clip's contact sheet: a browser has to hold the page.
    private static let mostLines = 2000
    private static let mostStrips = 60

    private func cells(_ item: any ScoredItem, _ columns: [ComparisonTable.Column]) -> String {
        columns.map { column -> String in
            let score = item.score(column.metric.name, column.region)
            switch score?.outcome {
            case .scored(let value):
                let caveats = score?.caveats ?? []
                let title = caveats.isEmpty ? "" : " title=\"\(escaped(caveats.joined(separator: "; ")))\""
                return "<td data-value=\"\(value)\"\(title)>\(number(value, max(4, report.options.digits)))"
                    + "\(caveats.isEmpty ? "" : "†")</td>"
            case .unscored(let reason):
                return "<td data-value=\"\" class=\"absent\" title=\"\(escaped(reason))\">–</td>"
            case nil:
                return "<td data-value=\"\" class=\"absent\" title=\"not scored\">–</td>"
            }
        }.joined()
    }

    private func tableRow(_ labels: [String], _ cells: String) -> String {
        let others = labels.dropFirst().map { "<td class=\"label\">\(escaped($0))</td>" }.joined()
        return "<tr><th>\(escaped(labels[0]))</th>\(others)\(cells)</tr>"
    }

    private func sortable(_ labels: [String], _ columns: [ComparisonTable.Column], _ rows: [String]) -> String {
        let header = (labels + columns.map(\.title)).map { "<th>\(escaped($0))</th>" }.joined()
        return """
            <div class="scroll"><table class="sortable small"><thead><tr>\(header)</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            """
    }

    private func settingsTable(_ group: Report.Group) -> String {
        var rows: [(String, String)] = []
        for run in group.runs {
            rows.append(("run \(run.run.number)", "\(run.run.name), \(run.scored) of \(run.planned) videos scored"))
            rows.append(("dataset", run.run.dataset))
            rows.append(("started", run.run.createdAt))
            rows += run.run.environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        var seen: Set<String> = []
        for score in group.rows.lazy.flatMap(\.scores) where !seen.contains(score.metric) {
            let text = score.parameters.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(
                separator: "; ")
            if !text.isEmpty, seen.insert(score.metric).inserted { rows.append((score.metric, text)) }
        }
        return "<table class=\"small\"><tbody>"
            + rows.map { "<tr><th>\(escaped($0.0))</th><td class=\"text\">\(escaped($0.1))</td></tr>" }.joined()
            + "</tbody></table>"
    }

    private func escaped(_ text: String) -> String {
        plainText(text).map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: "\(character)"
            }
        }.joined()
    }

    private var style: String {
        """
        body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; margin: 2rem auto; max-width: 1160px; padding: 0 1rem; color: #1b1b1b; background: #fff; }
        h1 { font-size: 1.6rem; } h2 { margin-top: 2.2rem; border-bottom: 1px solid #ccc; } h3 { margin: 1.6rem 0 .5rem; }
        .settings, .note { color: #555; margin: .3rem 0; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid #e3e3e3; white-space: nowrap; }
        td.label { text-align: left; }
        td.text { white-space: normal; text-align: left; }
        tbody th, thead th:first-child { text-align: left; font-weight: 600; }
        table.sortable thead th { cursor: pointer; user-select: none; }
        table.sortable thead th[data-order]::after { content: " ▾"; }
        table.sortable thead th[data-order="up"]::after { content: " ▴"; }
        .small { font-size: .85rem; }
        .best { font-weight: 700; } .second { text-decoration: underline; } .absent { color: #999; }
        .partial { color: #b00020; font-size: .8rem; }
        .plot img { max-width: 100%; height: auto; border: 1px solid #e3e3e3; }
        .heatmaps { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: flex-start; }
        table.heatmap { font-size: .85rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        table.heatmap caption { text-align: left; font-weight: 600; padding: .2rem 0; }
        table.heatmap td { text-align: center; min-width: 2.6rem; border: 1px solid #fff; padding: .25rem .4rem; }
        table.heatmap td small { display: block; font-size: .7rem; }
        table.heatmap tfoot td { text-align: left; color: #555; white-space: normal; max-width: 24rem; }
        .strip { display: flex; gap: 6px; align-items: center; margin: 4px 0; flex-wrap: wrap; }
        .strip .name { width: 11rem; font-size: .85rem; overflow-wrap: anywhere; }
        .strip img { width: 240px; height: auto; max-width: 28%; }
        summary { font-weight: 600; margin: .6rem 0; cursor: pointer; }
        """
    }

    private var script: String {
        """
        for (const table of document.querySelectorAll("table.sortable")) {
          const heads = [...table.tHead.rows[0].cells];
          heads.forEach((head, column) => head.addEventListener("click", () => {
            const up = head.dataset.order === "down";
            heads.forEach((other) => delete other.dataset.order);
            head.dataset.order = up ? "up" : "down";
            const key = (row) => {
              const cell = row.cells[column];
              if (cell.dataset.value === undefined) return cell.textContent;
              return cell.dataset.value === "" ? null : Number(cell.dataset.value);
            };
            const rows = [...table.tBodies[0].rows];
            rows.sort((a, b) => {
              const x = key(a), y = key(b);
              if (x === null || y === null) return (x === null) - (y === null);
              const order = typeof x === "number" ? x - y : x.localeCompare(y, undefined, { numeric: true });
              return up ? order : -order;
            });
            table.tBodies[0].append(...rows);
          }));
        }
        """
    }
}
