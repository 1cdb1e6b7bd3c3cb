public import Experiment
public import Results

/// What a report is to show.
public struct ReportOptions: Sendable {
    /// Metric names; nil shows the headline metrics.
    public let metrics: [String]?
    /// Digits after the point.
    public let digits: Int
    /// Coverage of the bootstrap interval, as 0.95; nil leaves intervals out.
    public let level: Double?
    public let marking: Marking

    public init(
        metrics: [String]? = nil, digits: Int = 2, level: Double? = nil, marking: Marking = .bestAndSecond
    ) {
        self.metrics = metrics
        self.digits = digits
        self.level = level
        self.marking = marking
    }
}

/// The results of some runs, arranged for reading. Runs that differ in profile, parameters, dataset, metric versions or table
/// layout never share a table.
public struct Report: Sendable {
    /// Runs whose scores may stand in one table.
    public struct Group: Sendable {
        public let profile: Profile
        public let parameters: [String: String]
        public let dataset: String
        public let runs: [RunResults]
        /// As the runs' suite lays it out; without a suite one for whole pictures, and where the runs have regions one for
        /// foreground and background.
        public let tables: [ComparisonTable]
        /// One for each run that has rows of the suite's published table; empty where nothing was published.
        public let agreements: [Agreement]
        /// Columns of the suite's layout that the table has not, because no run measured them.
        let unmeasured: [TableLayout.Column]
        let metrics: [MetricDescriptor]
        let rows: [ReportRow]
    }

    public let groups: [Group]
    public let options: ReportOptions

    public init(_ runs: [RunResults], options: ReportOptions) {
        self.options = options
        let keys = GroupKey.all(runs.map(\.run))
        var distinct: [GroupKey] = []
        for key in keys where !distinct.contains(key) { distinct.append(key) }
        groups = distinct.map { key in
            Report.group(key, zip(runs, keys).filter { $0.1 == key }.map(\.0), options)
        }
    }

    private static func group(_ key: GroupKey, _ runs: [RunResults], _ options: ReportOptions) -> Group {
        let rows = reportRows(runs)
        var known: [MetricDescriptor] = []
        for metric in runs.flatMap(\.run.metrics) where !known.contains(where: { $0.name == metric.name }) {
            known.append(metric)
        }
        let arranged = Arrangement(key.layout, known, rows, runs: runs, options)
        return Group(
            profile: key.profile, parameters: key.parameters, dataset: key.dataset, runs: runs,
            tables: arranged.tables.filter { !$0.columns.isEmpty },
            agreements: key.layout?.published.map { agreements(with: $0, known, rows, runs, options) } ?? [],
            unmeasured: arranged.unmeasured, metrics: arranged.metrics, rows: rows)
    }
}

/// What runs have in common that share a table.
private struct GroupKey: Equatable {
    let profile: Profile
    let parameters: [String: String]
    let dataset: String
    let versions: [String]
    var layout: TableLayout?

    init(_ run: RunSummary) {
        profile = run.profile
        parameters = run.parameters
        dataset = run.dataset
        // Which parts a run has may differ; the versions of what two runs share may not.
        versions = run.metrics.filter { $0.version != 1 }.map { "\($0.name) \($0.version)" }
        layout = run.layout
    }

    /// A key for each run. A run without a suite goes with the one suite that it could share a table with.
    static func all(_ runs: [RunSummary]) -> [GroupKey] {
        let own = runs.map(GroupKey.init)
        return own.map { key in
            guard key.layout == nil else { return key }
            var host = key
            for other in own where other.layout != nil && other.without == key && other.layout != host.layout {
                guard host.layout == nil else { return key }
                host.layout = other.layout
            }
            return host
        }
    }

    private var without: GroupKey {
        var key = self
        key.layout = nil
        return key
    }
}

/// The trials of one configuration in one run: a row.
struct ReportRow: Sendable {
    let label: String
    let configuration: String
    let run: Int64
    let trials: [TrialResults]
    let conditions: [ConditionResults]
    /// Videos that could not even be planned.
    let rejected: Int
    let curves: [RunResults.Curve]
    /// When it was dropped from the run's race, and by whom; nil where it stayed.
    let drop: (clips: Int, by: String)?

    var planned: Int { trials.count + rejected }
    var isPartial: Bool {
        rejected > 0 || trials.contains { $0.scores.isEmpty } || conditions.contains { $0.scores.isEmpty }
    }

    /// The row's videos, or its conditions where the metric is of those.
    func items(of metric: MetricDescriptor) -> [any ScoredItem] { metric.scope == .trial ? trials : conditions }

    /// The mean of a metric over those.
    func aggregate(_ metric: MetricDescriptor, _ region: Region, level: Double?) -> Aggregate {
        Aggregate(
            items(of: metric), rejected: metric.scope == .trial ? rejected : 0, metric: metric.name, region: region,
            level: level)
    }

    func hasScores(_ metric: String, _ region: Region) -> Bool {
        trials.contains { $0.score(metric, region) != nil } || conditions.contains { $0.score(metric, region) != nil }
    }

    /// The scores of its videos and of its conditions.
    var scores: [Score] { trials.flatMap(\.scores) + conditions.flatMap(\.scores) }
}

extension MetricDescriptor.Scope {
    /// What its values are of, as a table's reader says it.
    var plural: String { self == .trial ? "videos" : "clips" }
    var singular: String { self == .trial ? "video" : "clip" }
}

/// Rows in run order, each run's in the order of its suite; a configuration that several runs have carries its run's number.
private func reportRows(_ runs: [RunResults]) -> [ReportRow] {
    let names = runs.flatMap(\.configurations)
    return runs.flatMap { run in
        run.configurations.map { name in
            let isShared = names.count { $0 == name } > 1
            let trials = run.trials.filter { $0.configuration == name }
            return ReportRow(
                label: isShared ? "\(name) (run \(run.run.number))" : name, configuration: name,
                run: run.run.number, trials: trials,
                conditions: run.conditions.filter { $0.configuration == name },
                rejected: run.run.rejected[name] ?? 0, curves: run.curves.filter { $0.configuration == name },
                drop: run.drop(of: name))
        }
    }
}
