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
    /// The n that all cells share, as (scored, planned); nil when they differ, and each cell shows its own.
    public let commonN: (scored: Int, planned: Int)?

    init(title: String, rows: [ReportRow], columns: [Column], options: ReportOptions) {
        self.title = title
        self.columns = columns
        let aggregates = rows.map { row in
            columns.map {
                Aggregate(
                    row.trials, rejected: row.rejected, metric: $0.metric.name, region: $0.region, level: options.level)
            }
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
                    return Cell(aggregate: aggregate, text: text(aggregate, options.digits), mark: marked[c][r])
                })
        }
        let all = aggregates.flatMap { $0 }
        let isCommon = all.allSatisfy { $0.n == all.first?.n && $0.planned == all.first?.planned }
        commonN = isCommon ? all.first.map { ($0.n, $0.planned) } : nil
    }

    /// The cell's text with its n, where the table has no common one.
    func textWithN(_ cell: Cell) -> String {
        commonN == nil ? "\(cell.text) (\(cell.aggregate.n)/\(cell.aggregate.planned))" : cell.text
    }

    /// One line under the table.
    func note(_ options: ReportOptions) -> String {
        var parts: [String] = []
        if let (n, planned) = commonN {
            parts.append("n = \(n) of \(planned) video\(planned == 1 ? "" : "s") for every value")
        } else {
            parts.append("in parentheses: videos scored / planned")
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
