internal import Experiment
internal import Results

/// The rows of a table that no other row beats in all of two or three objectives.
struct FrontTable: Sendable {
    struct Row: Sendable {
        let label: String
        let configuration: String
        /// A mean for each objective, over what all rows share.
        let means: [Double?]
        /// Values behind each mean.
        let counts: [Int]
        let standing: FrontStanding
        /// Why a race dropped it; then it takes no part.
        let drop: (clips: Int, by: String)?
        /// Whether the suite names it; otherwise it is a cell of a grid.
        let isNamed: Bool
    }

    let objectives: [ComparisonTable.Column]
    let rows: [Row]
    /// What the means of each objective stand on.
    let bases: [MarkBasis?]

    /// - Parameter cells: names of configurations that are cells of a grid.
    init(_ objectives: [ComparisonTable.Column], _ rows: [ReportRow], cells: Set<String>) {
        self.objectives = objectives
        let own = objectives.map { column in
            MarkBasis.means(rows.map { $0.drop == nil ? $0.marked(column.metric, column.region) : [] })
        }
        bases = own.map(\.basis)
        let points = rows.indices.map { r in own.map { $0.means[r] } }
        let standings = paretoFront(points, directions: objectives.map(\.metric.direction))
        self.rows = rows.enumerated().map { r, row in
            Row(
                label: row.label, configuration: row.configuration,
                means: row.drop == nil
                    ? points[r] : objectives.map { row.aggregate($0.metric, $0.region, level: nil).mean },
                counts: objectives.map { row.values($0.metric, $0.region).count }, standing: standings[r],
                drop: row.drop, isNamed: !cells.contains(row.configuration))
        }
    }

    /// The rows of the front, the best in the first objective first.
    var front: [Row] {
        let sign = objectives[0].metric.direction == .higher ? 1.0 : -1
        return rows.filter { $0.standing == .onFront }.sorted { ($0.means[0] ?? 0) * sign > ($1.means[0] ?? 0) * sign }
    }

    var title: String { "Pareto front of " + objectives.map(\.title).joined(separator: ", ") }

    func text(_ options: ReportOptions) -> NotedTable {
        let digits = max(3, options.digits)
        let front = front
        let lines = front.prefix(Self.mostRows).map { row in
            [row.label]
                + zip(row.means, row.counts).map { mean, n in mean.map { "\(number($0, digits)) (\(n))" } ?? "–" }
        }
        return NotedTable(
            title: title, header: [""] + objectives.map(\.title), rows: lines,
            notes: [notes(front).joined(separator: "; ")], isLeft: false)
    }

    private func notes(_ front: [Row]) -> [String] {
        let playing = rows.count { $0.drop == nil && $0.standing.isComplete }
        var notes = [
            "\(front.count) of \(counted(playing, "row")): no other row is at least as good in all of these and better in one"
        ]
        if front.count > Self.mostRows { notes.append("\(Self.mostRows) of them are shown; the JSON has all") }
        let equal = Dictionary(grouping: front.indices) { front[$0].means }.values.filter { $0.count > 1 }
            .sorted { $0[0] < $1[0] }
        for group in equal.prefix(3) { notes.append("equal in all: " + names(group.map { front[$0] })) }
        if equal.count > 3 { notes.append("\(equal.count - 3) more groups of equal rows") }
        let units = Set(objectives.map(\.metric.scope)).sorted { $0.plural > $1.plural }.map(\.plural)
        notes.append("in parentheses: \(units.joined(separator: " or "))")
        let marked = zip(objectives, bases).compactMap { column, basis in
            basis.map { (title: column.title, scope: column.metric.scope, basis: $0) }
        }
        if !marked.allSatisfy(\.basis.isWhole), let note = MarkBasis.note(marked) {
            notes.append(note.replacing("marks compare", with: "the front compares"))
        }
        for (k, objective) in objectives.enumerated() {
            let absent = rows.filter { row in
                guard row.drop == nil, case .absent(let places) = row.standing else { return false }
                return places.contains(k)
            }
            guard !absent.isEmpty else { continue }
            notes.append("without \(objective.title), so not compared: \(names(absent))")
        }
        let dropped = rows.count { $0.drop != nil }
        if dropped > 0 { notes.append("without \(counted(dropped, "row")) that the race dropped") }
        return notes
    }

    private func names(_ rows: [Row]) -> String {
        rows.prefix(5).map(\.label).joined(separator: ", ") + (rows.count > 5 ? " and \(rows.count - 5) more" : "")
    }

    /// Most rows of a front that a text shows.
    private static let mostRows = 50
}

extension FrontStanding {
    var isComplete: Bool { if case .absent = self { false } else { true } }
}

extension FrontTable {
    /// The objectives that a report shows where nobody names any: of a grid's metrics the first, and diversity, which is what
    /// one pays with for it, else the second.
    static func usual(_ columns: [ComparisonTable.Column]) -> [ComparisonTable.Column]? {
        guard let first = columns.first else { return nil }
        let others = columns.dropFirst()
        let second =
            others.first { $0.metric.scope == .condition && $0.region != first.region }
            ?? others.first { $0.metric.scope == .condition } ?? others.first { $0.metric != first.metric }
        return second.map { [first, $0] }
    }
}
