internal import Experiment
internal import Results

/// The marks of values that do not say what their column says, and the notes under a table that tell why.
struct Footnotes: Sendable {
    private static let signs = ["†", "‡", "§", "¶", "‖"]
    /// In the order of their first cells, with how many videos or clips of a cell they are of: the fewest, the most, and of
    /// how many that have a value.
    private var notes: [(caveat: String, least: Int, most: Int, values: Int, scope: MetricDescriptor.Scope)] = []

    /// - Parameter cells: of a table, row by row.
    init(_ cells: [(aggregate: Aggregate, scope: MetricDescriptor.Scope)]) {
        for (aggregate, scope) in cells {
            for (caveat, count) in aggregate.caveats.sorted(by: { $0.key < $1.key }) {
                if let at = notes.firstIndex(where: { $0.caveat == caveat && $0.scope == scope }) {
                    notes[at].least = min(notes[at].least, count)
                    notes[at].most = max(notes[at].most, count)
                    notes[at].values = max(notes[at].values, aggregate.n)
                } else {
                    notes.append((caveat, count, count, aggregate.n, scope))
                }
            }
        }
    }

    /// What stands behind a cell's value; empty where there is nothing to tell.
    func marks(_ aggregate: Aggregate) -> String {
        notes.indices.filter { aggregate.caveats[notes[$0].caveat] != nil }.map(sign).joined()
    }

    /// A sentence for each mark.
    var sentences: [String] {
        notes.indices.map { i in
            let note = notes[i]
            let count = note.least == note.most ? "\(note.most)" : "\(note.least) to \(note.most)"
            let noun = note.values == 1 ? note.scope.singular : note.scope.plural
            return "\(sign(i)) in \(count) of \(note.values) \(noun): \(note.caveat)"
        }
    }

    private func sign(_ i: Int) -> String {
        String(repeating: Self.signs[i % Self.signs.count], count: 1 + i / Self.signs.count)
    }
}
