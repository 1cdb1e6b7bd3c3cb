internal import Experiment
internal import Results

extension SweepView {
    private var runText: String { runName.map { ", run \(run) (\($0))" } ?? "" }

    /// The main effects of all columns.
    /// - Returns: nil where no axis is of weights, or nothing was measured.
    func effectsTable(_ options: ReportOptions) -> NotedTable? {
        let level = options.level ?? 0.95
        let all = columns.indices.map { effects($0, level: level) }
        guard let first = all.first, !first.effects.isEmpty, all.contains(where: { $0.cells > 0 }) else { return nil }
        let digits = max(3, options.digits)
        let rows = zip(columns, all).map { column, effects in
            [column.title]
                + effects.effects.map { effect in
                    effect.change.value.map { signed($0, digits) + bracketed(effect.interval) { signed($0, digits) } }
                        ?? "–"
                }
        }
        var notes = [
            "change of each metric when a weight grows by \(MainEffects.step)"
                + (sweep.design == .simplex ? " and the others shrink by equal parts" : "")
                + ", least squares over the means of \(counted(first.cells, "cell"))"
        ]
        let shown = all.flatMap(\.effects)
        let intervals = shown.filter { $0.change.value != nil }.map(\.interval)
        if intervals.contains(where: { $0.bounds != nil }) { notes.append(bracketNote(level)) }
        notes += reasons(intervals).map { "[–]: \($0)" }
        notes += Set(shown.compactMap(\.change.reason)).sorted().map { "–: \($0)" }
        if all.contains(where: { $0.cells > 0 && !$0.isBalanced }) {
            notes.append("cells have values of different clips, which is in the effects too")
        }
        if dropped > 0 { notes.append("without \(counted(dropped, "cell")) that the race dropped") }
        return NotedTable(
            title: "Main effects of the weights" + runText, header: [""] + first.effects.map(\.weight), rows: rows,
            notes: [notes.joined(separator: "; ")], isLeft: false)
    }

    /// A heatmap as a table: the first axis down, the second across.
    func heatmapTable(_ column: Int, _ first: Int, _ second: Int, _ options: ReportOptions) -> NotedTable {
        let heats = heatmap(column, first, second)
        let rows = zip(axes[first].levels, heats).map { level, heats in
            [level.text] + heats.map { heatText($0, options.digits) }
        }
        return NotedTable(
            title: heatmapTitle(column, first, second) + runText,
            header: ["\(axes[first].name) \\ \(axes[second].name)"] + axes[second].levels.map(\.text), rows: rows,
            notes: [heatmapNote(column, first, second)], isLeft: false)
    }

    func heatmapTitle(_ column: Int, _ first: Int, _ second: Int) -> String {
        "\(columns[column].title) by \(axes[first].name) and \(axes[second].name)"
    }

    /// "0.42 (27)"; "–" where nothing was measured.
    private func heatText(_ heat: Heat, _ digits: Int) -> String {
        guard let mean = heat.mean else { return "–" }
        return "\(number(mean, digits)) (\(heat.n))" + (heat.isDropped ? " dropped" : "")
    }

    /// What the numbers of a heatmap are over.
    func heatmapNote(_ column: Int, _ first: Int, _ second: Int) -> String {
        let scope = columns[column].metric.scope.plural
        let others = axes.indices.filter { $0 != first && $0 != second && axes[$0].levels.count > 1 }.map {
            axes[$0].name
        }
        guard !others.isEmpty else { return "in parentheses: \(scope)" }
        let names = others.joined(separator: ", ")
        return sweep.design == .oneAtATime
            ? "in parentheses: \(scope); \(names) at the base" : "in parentheses: \(scope); means over all of \(names)"
    }

    /// All heatmaps, by column and pair of axes.
    func heatmapTables(_ options: ReportOptions) -> [NotedTable] {
        columns.indices.flatMap { column in
            pairs.map { heatmapTable(column, $0.first, $0.second, options) }
        }
    }
}
