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
    /// Two or three objectives of a Pareto front; nil for those that a grid's report shows of itself.
    public let front: [TableLayout.Column]?

    public init(
        metrics: [String]? = nil, digits: Int = 2, level: Double? = nil, marking: Marking = .bestAndSecond,
        front: [TableLayout.Column]? = nil
    ) {
        self.metrics = metrics
        self.digits = digits
        self.level = level
        self.marking = marking
        self.front = front
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
        /// One for each run that is of a grid.
        let sweeps: [SweepView]
        /// One for each of those, where the layout asks for panels.
        let figures: [FigureAgreement]
        /// nil where none was asked for and no run is of a grid, or where an objective was not measured.
        let front: FrontTable?
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
        let tables = arranged.tables.filter { !$0.columns.isEmpty }
        var columns: [ComparisonTable.Column] = []
        for column in tables.flatMap(\.columns) where !columns.contains(column) { columns.append(column) }
        let swept = runs.filter { $0.run.sweep != nil }
        let sweeps = swept.map { run in
            SweepView(run.run.sweep!, run: run, rows: rows, columns: columns, isAlone: runs.count == 1)
        }
        return Group(
            profile: key.profile, parameters: key.parameters, dataset: key.dataset, runs: runs,
            tables: tables,
            agreements: key.layout?.published.map { agreements(with: $0, known, rows, runs, options) } ?? [],
            unmeasured: arranged.unmeasured, metrics: arranged.metrics, rows: rows, sweeps: sweeps,
            figures: key.layout?.figure.map { figure in
                sweeps.map { FigureAgreement(figure, $0, known, level: options.level ?? 0.95) }
            } ?? [],
            front: front(known, rows, swept, columns, options))
    }

    /// - Returns: nil where nothing asks for a front, or where the runs did not measure an objective.
    private static func front(
        _ known: [MetricDescriptor], _ rows: [ReportRow], _ swept: [RunResults], _ columns: [ComparisonTable.Column],
        _ options: ReportOptions
    ) -> FrontTable? {
        let cells = Set(swept.flatMap { $0.run.sweep?.cells.map(\.configuration) ?? [] })
        let objectives = options.front.map { front in
            front.compactMap { column in
                known.first { $0.name == column.metric }.map {
                    ComparisonTable.Column(metric: $0, region: column.region)
                }
            }
        }
        guard let objectives = objectives ?? (swept.isEmpty ? nil : FrontTable.usual(columns)),
            objectives.count == options.front?.count ?? 2
        else { return nil }
        return FrontTable(objectives, rows, cells: cells)
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
        switch metric.scope {
        case .trial:
            Aggregate(trials, rejected: rejected, metric: metric.name, region: region, level: level)
        case .condition: Aggregate(conditions, metric: metric.name, region: region, level: level)
        }
    }

    /// What of those has a value.
    func marked(_ metric: MetricDescriptor, _ region: Region) -> [MarkBasis.Value] {
        func values(_ items: [some ScoredItem]) -> [MarkBasis.Value] {
            items.compactMap { item in
                item.score(metric.name, region)?.outcome.value.map { (item.clipIdentity.hex, item.prompt, $0) }
            }
        }
        return metric.scope == .trial ? values(trials) : values(conditions)
    }

    /// The values of those, by the clip's name.
    func values(_ metric: MetricDescriptor, _ region: Region) -> [SweepView.ClipValue] {
        func values(_ items: [some ScoredItem]) -> [SweepView.ClipValue] {
            items.compactMap { item in item.score(metric.name, region)?.outcome.value.map { (item.clip, $0) } }
        }
        return metric.scope == .trial ? values(trials) : values(conditions)
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
    let names = runs.map(\.configurations)
    let uses = names.joined().reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    return zip(runs, names).flatMap { run, names in
        let trials = Dictionary(grouping: run.trials, by: \.configuration)
        let conditions = Dictionary(grouping: run.conditions, by: \.configuration)
        let curves = Dictionary(grouping: run.curves, by: \.configuration)
        return names.map { name in
            ReportRow(
                label: uses[name, default: 0] > 1 ? "\(name) (run \(run.run.number))" : name, configuration: name,
                run: run.run.number, trials: trials[name] ?? [], conditions: conditions[name] ?? [],
                rejected: run.run.rejected[name] ?? 0, curves: curves[name] ?? [], drop: run.drop(of: name))
        }
    }
}
