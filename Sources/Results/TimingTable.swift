public import Experiment

/// How long the rows of a timing run took, each related to the first by its devices.
public struct TimingTable: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        public let configuration: String
        public let devices: Int
        /// A median of all repeats for each metric; nil where it was not measured.
        public let medians: [Median?]
        /// How many times faster than the first row, by the medians of `generate-seconds`; nil where either has none.
        public let speedup: Double?
        /// The speedup for each device more than the first row has, as 0.63.
        public let efficiency: Double?
    }

    /// Those that some row has.
    public let metrics: [MetricDescriptor]
    public let rows: [Row]
    /// The machine that it was measured on.
    public let environment: [String: String]
    /// Why there are values missing.
    public let reasons: [String]

    /// One table for each environment that a run was measured in.
    /// - Parameter order: configurations in the order of rows.
    public static func all(_ timings: [Timing], order: [String], level: Double = 0.95) -> [TimingTable] {
        var environments: [[String: String]] = []
        for timing in timings where !environments.contains(timing.environment) {
            environments.append(timing.environment)
        }
        return environments.map { environment in
            TimingTable(
                timings.filter { $0.environment == environment }, environment: environment, order: order, level: level)
        }
    }

    private init(_ timings: [Timing], environment: [String: String], order: [String], level: Double) {
        self.environment = environment
        var names = order
        for timing in timings where !names.contains(timing.configuration) { names.append(timing.configuration) }
        let measured = Set(timings.filter { $0.outcome.value != nil }.map(\.metric))
        let metrics = MetricDescriptor.timings.filter { measured.contains($0.name) }
        self.metrics = metrics
        var first: (devices: Int, seconds: Double)?
        rows = names.compactMap { name in
            let own = timings.filter { $0.configuration == name }
            guard let devices = own.first?.devices else { return nil }
            let medians = metrics.map { metric in
                Median(own.filter { $0.metric == metric.name }.compactMap(\.outcome.value), level: level)
            }
            let seconds = metrics.firstIndex { $0.name == "generate-seconds" }.flatMap { medians[$0]?.value }
            if first == nil, let seconds { first = (devices, seconds) }
            let speedup = seconds.flatMap { seconds in first.map { $0.seconds / seconds } }
            return Row(
                configuration: name, devices: devices, medians: medians, speedup: speedup,
                efficiency: speedup.flatMap { speedup in first.map { speedup * Double($0.devices) / Double(devices) } })
        }
        reasons = timings.compactMap(\.outcome.reason).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The medians of a metric by devices; empty where it was not measured.
    public func points(_ metric: String) -> [(devices: Int, seconds: Double)] {
        guard let place = metrics.firstIndex(where: { $0.name == metric }) else { return [] }
        return rows.compactMap { row in row.medians[place].map { (row.devices, $0.value) } }
    }
}
