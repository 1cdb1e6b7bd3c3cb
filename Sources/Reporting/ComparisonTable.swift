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
        /// The mean as displayed; "–" where there is none.
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
    }

    public let title: String
    public let columns: [Column]
    public let rows: [Row]
    /// The n that all cells of a scope share; where they differ there is none, and each cell shows its own.
    private let commonN: [MetricDescriptor.Scope: Count]

    /// Values that there are, and that were planned.
    private struct Count: Equatable {
        let scored: Int
        let planned: Int
    }

    init(title: String, rows: [ReportRow], columns: [Column], options: ReportOptions) {
        self.title = title
        self.columns = columns
        let aggregates = rows.map { row in
            columns.map { row.aggregate($0.metric, $0.region, level: options.level) }
        }
        let marked = columns.indices.map { c in
            marks(
                aggregates.map { $0[c].mean.map { rounded($0, options.digits) } },
                direction: columns[c].metric.direction, marking: options.marking)
        }
        self.rows = rows.enumerated().map { r, row in
            Row(
                label: row.label, run: row.run, isPartial: row.isPartial,
                scored: row.trials.count { !$0.scores.isEmpty }, planned: row.planned,
                cells: columns.indices.map { c in
                    let aggregate = aggregates[r][c]
                    return Cell(
                        aggregate: aggregate, text: text(aggregate, options.digits), mark: marked[c][r],
                        scope: columns[c].metric.scope)
                })
        }
        var counts: [MetricDescriptor.Scope: [Count]] = [:]
        for row in aggregates {
            for (column, aggregate) in zip(columns, row) {
                counts[column.metric.scope, default: []].append(
                    Count(scored: aggregate.n, planned: aggregate.planned))
            }
        }
        commonN = counts.compactMapValues { counts in counts.allSatisfy { $0 == counts[0] } ? counts[0] : nil }
    }

    /// The cell's text with its n, where its column's scope has no common one.
    func textWithN(_ cell: Cell) -> String {
        commonN[cell.scope] == nil
            ? "\(cell.text) (\(cell.aggregate.n)/\(cell.aggregate.planned))" : cell.text
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
                parts.append("n = \(common.scored) of \(common.planned) \(noun) for \(whose)")
            } else {
                parts.append(
                    "in parentheses\(scope == .trial ? "" : ", for \(whose)"): \(scope.plural) scored / planned")
            }
        }
        if let level = options.level {
            let hasIntervals = rows.contains { $0.cells.contains { $0.aggregate.interval != nil } }
            let percent = "\(number(level * 100, 0)) %"
            parts.append(
                hasIntervals
                    ? "in brackets: \(percent) bootstrap interval over clips"
                    : "no \(percent) interval: it takes two clips")
        }
        return parts.joined(separator: "; ")
    }
}

private func text(_ aggregate: Aggregate, _ digits: Int) -> String {
    guard let mean = aggregate.mean else { return "–" }
    let interval = aggregate.interval.map { " [\(number($0.lowerBound, digits)), \(number($0.upperBound, digits))]" }
    return number(mean, digits) + (interval ?? "")
}

/// A number with so many digits after the point, rounded half to even in binary as printf does; "-0.00" becomes "0.00".
func number(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
}

/// The value that a reader sees.
func rounded(_ value: Double, _ digits: Int) -> Double { Double(number(value, digits)) ?? value }
