public import Experiment
internal import Results

/// What several profiles make of the same videos, side by side.
public struct ProfileDifferences: Sendable {
    /// One number in every profile.
    public struct Entry: Sendable {
        /// Empty where there is one alone.
        public let configuration: String
        public let metric: String
        public let region: Region
        /// In the order of the profiles; nil where one has none.
        public let values: [Double?]

        public init(configuration: String = "", metric: String, region: Region, values: [Double?]) {
            self.configuration = configuration
            self.metric = metric
            self.region = region
            self.values = values
        }

        var differs: Bool { values.contains { $0 != values[0] } }
    }

    public let profiles: [Profile]
    public let entries: [Entry]

    public init(profiles: [Profile], entries: [Entry]) {
        self.profiles = profiles
        self.entries = entries
    }

    /// Of a report's groups, each of which is of another profile: the means of all metrics that they share.
    public init(_ report: Report) {
        let groups = report.groups
        var entries: [Entry] = []
        for row in groups.first?.rows ?? [] {
            for metric in groups.first?.runs.first?.run.metrics ?? [] {
                for region in metric.regions {
                    let values = groups.map { group in
                        group.rows.first { $0.configuration == row.configuration }?
                            .aggregate(metric, region, level: nil).mean
                    }
                    guard values.contains(where: { $0 != nil }) else { continue }
                    entries.append(
                        Entry(
                            configuration: row.configuration, metric: metric.name, region: region, values: values))
                }
            }
        }
        self.init(profiles: groups.map(\.profile), entries: entries)
    }

    /// The entries that differ as a table, and the names of the metrics that never do; for a terminal.
    public func text(hasStyles: Bool) -> String {
        let differing = entries.filter(\.differs)
        var same: [String] = []
        for entry in entries
        where !same.contains(entry.metric) && !differing.contains(where: { $0.metric == entry.metric }) {
            same.append(entry.metric)
        }
        let rest = same.isEmpty ? "" : "the same in all profiles: \(same.joined(separator: ", "))\n"
        guard !differing.isEmpty else { return rest }
        var table = TextTable(
            ["where the profiles differ"] + profiles.map(\.rawValue) + ["difference"], hasStyles: hasStyles)
        for entry in differing {
            let name =
                (entry.configuration.isEmpty ? "" : entry.configuration + ": ")
                + entry.metric + (entry.region == .all ? "" : " \(entry.region.rawValue.uppercased())")
            let present = entry.values.compactMap { $0 }
            let difference = present.count == entry.values.count ? (present.last ?? 0) - present[0] : nil
            table.add(
                [.init(name)] + entry.values.map { .init($0.map { number($0, 6) } ?? "–") }
                    + [.init(difference.map { ($0 > 0 ? "+" : "") + number($0, 6) } ?? "–")])
        }
        return table.rendered() + rest
    }
}
