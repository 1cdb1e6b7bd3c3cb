public import Experiment
import Foundation
public import Results

/// Configurations by metrics, in the layout of the paper's tables: means to a few decimals, leaders marked, n beside them.
public struct ComparisonTable: Sendable {
    public struct Column: Sendable, Equatable {
        public let metric: MetricDescriptor
        public let region: Region

        /// "Blur SSIM ↑", "Blur SSIM FG ↑".
        public var title: String {
            metric.title + (region == .all ? "" : " " + region.rawValue.uppercased()) + " " + metric.direction.arrow
        }
    }

    public struct Cell: Sendable {
        public let aggregate: Aggregate
        /// The mean as displayed, with its interval where one was asked for; "–" where there is none.
        public let text: String
        public let mark: Mark?
        let scope: MetricDescriptor.Scope
    }

    public struct Row: Sendable {
        public let label: String
        public let run: Int64
        public let isPartial: Bool
        public let scored: Int
        public let planned: Int
        public let cells: [Cell]
        /// "dropped after 6 clips by Uniform": the row was beaten in its run's race; nil where it was not.
        public let drop: String?

        /// The label, with what became of the row.
        var title: String { label + (drop.map { ", \($0)" } ?? "") }
        var isMarked: Bool { cells.contains { $0.mark != nil } }
    }

    /// Most rows that a text shows.
    private static let mostRows = 100

    /// The rows that texts show: of hundreds those with a mark, and as many of the first as there is room for.
    var shownRows: [Row] {
        guard rows.count > Self.mostRows else { return rows }
        var marked = min(Self.mostRows, rows.count { $0.isMarked })
        var others = Self.mostRows - marked
        return rows.filter { row in
            if row.isMarked { marked -= 1 } else { others -= 1 }
            return row.isMarked ? marked >= 0 : others >= 0
        }
    }

    public let title: String
    public let columns: [Column]
    public let rows: [Row]
    /// The n that all cells of a scope share; where they differ there is none, and each cell shows its own.
    private let commonN: [MetricDescriptor.Scope: Count]
    /// What the marks of each column stand on.
    let bases: [MarkBasis?]
    private let footnotes: Footnotes

    /// Values that there are, that were planned, and clips of those that there are.
    private struct Count: Equatable {
        let scored: Int
        let planned: Int
        let clips: Int
    }

    init(title: String, rows: [ReportRow], columns: [Column], options: ReportOptions) {
        self.title = title
        self.columns = columns
        let aggregates = rows.map { row in
            columns.map { row.aggregate($0.metric, $0.region, level: options.level) }
        }
        let shared = columns.map { column in
            MarkBasis.means(rows.map { $0.drop == nil ? $0.marked(column.metric, column.region) : [] })
        }
        let marked = columns.indices.map { c in
            marks(
                shared[c].means.map { $0.map { rounded($0, options.digits) } },
                direction: columns[c].metric.direction, marking: options.marking)
        }
        bases = options.marking == .none ? columns.map { _ in nil } : shared.map(\.basis)
        self.rows = rows.enumerated().map { r, row in
            Row(
                label: row.label, run: row.run, isPartial: row.isPartial,
                scored: row.trials.count { !$0.scores.isEmpty }, planned: row.planned,
                cells: columns.indices.map { c in
                    let aggregate = aggregates[r][c]
                    return Cell(
                        aggregate: aggregate, text: text(aggregate, options.digits), mark: marked[c][r],
                        scope: columns[c].metric.scope)
                }, drop: row.drop.map(dropText))
        }
        var counts: [MetricDescriptor.Scope: [Count]] = [:]
        for row in aggregates {
            for (column, aggregate) in zip(columns, row) {
                counts[column.metric.scope, default: []].append(
                    Count(scored: aggregate.n, planned: aggregate.planned, clips: aggregate.clips))
            }
        }
        footnotes = Footnotes(aggregates.flatMap { row in zip(row, columns).map { ($0, $1.metric.scope) } })
        commonN = counts.compactMapValues { counts in counts.allSatisfy { $0 == counts[0] } ? counts[0] : nil }
    }

    var hasMarks: Bool { rows.contains(where: \.isMarked) }

    /// The cell's text with its n, where its column's scope has no common one.
    /// A value that is not what it seems is marked.
    func textWithN(_ cell: Cell) -> String {
        let text = cell.text + footnotes.marks(cell.aggregate)
        guard commonN[cell.scope] == nil else { return text }
        let counts = "\(cell.aggregate.n)/\(cell.aggregate.planned)"
        return cell.scope == .trial ? "\(text) (\(counts), \(cell.aggregate.clips))" : "\(text) (\(counts))"
    }

    /// One line under the table.
    func note(_ options: ReportOptions) -> String {
        var parts: [String] = []
        for scope in [MetricDescriptor.Scope.trial, .condition] {
            let titles = columns.filter { $0.metric.scope == scope }.map(\.metric.title)
            guard let title = titles.first else { continue }
            // Values of clips are the exception: they are called by name.
            let whose = scope == .trial ? "every value" : Set(titles).count == 1 ? title : "diversity"
            if let common = commonN[scope] {
                let noun = common.planned == 1 ? scope.singular : scope.plural
                let clips = scope == .trial ? " (\(counted(common.clips, "clip")))" : ""
                parts.append("n = \(common.scored) of \(common.planned) \(noun)\(clips) for \(whose)")
            } else {
                parts.append(
                    "in parentheses\(scope == .trial ? "" : ", for \(whose)"): \(scope.plural) scored / planned"
                        + (scope == .trial ? ", clips" : ""))
            }
        }
        if let level = options.level { parts += intervalNotes(level) }
        let marked = zip(columns, bases).compactMap { column, basis in
            basis.map { (title: column.title, scope: column.metric.scope, basis: $0) }
        }
        parts += [MarkBasis.note(marked)].compactMap { $0 }
        let shown = shownRows.count
        if shown < rows.count {
            parts.append(
                "\(shown) of \(rows.count) rows: those with a mark, and the first; CSV, JSON and the page have all")
        }
        return (parts + footnotes.sentences).joined(separator: "; ")
    }

    private func intervalNotes(_ level: Double) -> [String] {
        let intervals = rows.flatMap { $0.cells.filter { $0.aggregate.mean != nil }.compactMap(\.aggregate.interval) }
        let told = intervals.contains { $0.bounds != nil } ? [bracketNote(level)] : []
        return told + reasons(intervals).map { "[–]: \($0)" }
    }
}

/// "dropped after 6 clips by Uniform".
func dropText(_ drop: (clips: Int, by: String)) -> String {
    "dropped after \(counted(drop.clips, "clip")) by \(drop.by)"
}

/// Why intervals hold nothing, each reason once.
func reasons(_ intervals: [ClipInterval]) -> [String] {
    intervals.compactMap(\.reason).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
}

/// What brackets hold.
func bracketNote(_ level: Double) -> String {
    "in brackets: \(number(level * 100, 0)) % bootstrap interval over clips"
}

/// " [0.21, 0.25]", or " [–]" where there is no interval.
func bracketed(_ interval: ClipInterval, _ text: (Double) -> String) -> String {
    interval.bounds.map { " [\(text($0.lowerBound)), \(text($0.upperBound))]" } ?? " [–]"
}

private func text(_ aggregate: Aggregate, _ digits: Int) -> String {
    guard let mean = aggregate.mean else { return "–" }
    return number(mean, digits) + (aggregate.interval.map { bracketed($0) { number($0, digits) } } ?? "")
}

/// A number with so many digits after the point, rounded half to even in binary as printf does; "-0.00" becomes "0.00".
func number(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
}

/// The value that a reader sees.
func rounded(_ value: Double, _ digits: Int) -> Double { Double(number(value, digits)) ?? value }
