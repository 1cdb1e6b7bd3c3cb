import Experiment
import Results

/// The runs of a store that a command line names.
struct RunChoice {
    private let runs: [RunSummary]

    /// - Parameter names: numbers or names; none for all runs.
    /// - Throws: `BenchError` 5, when the store has none, or not those.
    init(_ names: [String], in store: Store) throws(BenchError) {
        let all = try store.runs()
        guard !all.isEmpty else {
            throw BenchError(.nothingSelected, "\(store.path) holds no run yet; score a folder first")
        }
        if let unknown = names.first(where: { name in !all.contains { "\($0.number)" == name || $0.name == name } }) {
            let there = all.map { "\($0.number) (\($0.name))" }.joined(separator: ", ")
            throw BenchError(.nothingSelected, "\(store.path) holds no run '\(unknown)'; there are: \(there)")
        }
        runs = names.isEmpty ? all : all.filter { names.contains("\($0.number)") || names.contains($0.name) }
    }

    /// - Parameter latest: of runs with the same name only the newest.
    func chosen(latest: Bool = false) -> [RunSummary] {
        latest ? runs.filter { run in !runs.contains { $0.name == run.name && $0.number > run.number } } : runs
    }
}
