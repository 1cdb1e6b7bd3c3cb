import ArgumentParser
import Experiment
import Results

/// The objectives of a Pareto front, as "blur-ssim/fg,perceptual-diversity/bg".
struct FrontChoice: ExpressibleByArgument {
    let columns: [TableLayout.Column]

    init?(argument: String) {
        let columns = argument.split(separator: ",", omittingEmptySubsequences: false).map { word in
            let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let region = parts.count == 2 ? Region(rawValue: parts[1]) : .all
            return region.map { TableLayout.Column(metric: parts[0], region: $0) }
        }
        guard (2...3).contains(columns.count), !columns.contains(nil), Set(columns).count == columns.count,
            !columns.contains(where: { $0?.metric.isEmpty ?? true })
        else { return nil }
        self.columns = columns.compactMap { $0 }
    }

    /// - Throws: `BenchError` 5, where no run measured an objective.
    func check(_ runs: [RunSummary]) throws(BenchError) {
        for column in columns {
            let metrics = runs.flatMap(\.metrics)
            guard let metric = metrics.first(where: { $0.name == column.metric }) else {
                let known = Set(metrics.map(\.name)).sorted()
                throw BenchError(
                    .nothingSelected,
                    "no run has a metric '\(column.metric)'; there are: \(known.joined(separator: ", "))")
            }
            let isThere = runs.contains { run in
                run.regions.contains(column.region) && run.metrics.contains { $0.name == metric.name }
            }
            guard isThere, metric.regions.contains(column.region) else {
                let regions = Region.allCases.filter { region in
                    metric.regions.contains(region) && runs.contains { $0.regions.contains(region) }
                }
                throw BenchError(
                    .nothingSelected,
                    "no run has \(column.metric) of the region '\(column.region.rawValue)'; there are: "
                        + regions.map(\.rawValue).joined(separator: ", "))
            }
        }
    }
}
