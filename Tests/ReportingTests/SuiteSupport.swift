import Experiment
import Foundation
import Results
import TestSupport
import Testing

/// Runs of made-up suites, with a value for each row, column and clip.
struct SuiteRuns {
    let store: Store
    private let folder = TemporaryFolder()

    static let ssim = MetricDescriptor(name: "blur-ssim", title: "Blur SSIM", direction: .higher, isHeadline: true)
    static let edge = MetricDescriptor(name: "edge-f1", title: "Edge F1", direction: .higher, isHeadline: true)
    static let depth = MetricDescriptor(
        name: "depth-si-rmse", title: "Depth si-RMSE", direction: .lower, isHeadline: true)
    static let masks = MetricDescriptor(name: "mask-miou", title: "Mask mIoU", direction: .higher, isHeadline: true)
    static let niqe = MetricDescriptor(name: "niqe", title: "NIQE", direction: .lower, regions: [.all])
    static let diversity = MetricDescriptor(
        name: "perceptual-diversity", title: "Diversity (judge)", direction: .higher, isHeadline: true,
        scope: .condition)

    init() throws { store = try Store(path: folder.file("results.sqlite"), access: .write(wait: 0)) }

    /// Adds a run.
    /// - Parameter value: of a metric in a region of a configuration's video of a clip; nil leaves it unscored.
    func add(
        _ name: String = "table", layout: TableLayout?, order: [String], trialsOf configurations: [String]? = nil,
        metrics: [MetricDescriptor], clips: Int = 5, rejected: [String: Int] = [:],
        sweep: Sweep? = nil,
        _ value: (_ configuration: String, TableLayout.Column, _ clip: Int) -> Double?
    ) throws {
        func artifact(_ name: String) -> Artifact {
            Artifact(path: "/videos/\(name).mp4", bytes: 1, sha256: Identity(of: [name]).hex)
        }
        // Clip by clip, and the rows in another order than the suite's: the table has to put them right.
        let trials = (0..<clips).flatMap { clip in
            (configurations ?? order.reversed()).map { configuration -> PlannedTrial in
                let trial = Trial(
                    configuration: Configuration(name: configuration),
                    clip: Clip(name: "\(clip)", caption: "", video: artifact("\(clip)")), prompt: "",
                    video: artifact("\(name) \(configuration) \(clip)"))
                return PlannedTrial(trial: trial, fingerprint: trial.identity)
            }
        }
        let conditions = (metrics.contains { $0.scope == .condition } ? trials : []).map { planned in
            let trial = planned.trial
            let condition = Condition(configuration: trial.configuration, clip: trial.clip, videos: [trial.video])
            return PlannedCondition(condition: condition, fingerprint: condition.identity)
        }
        let plan = RunPlan(
            name: name, dataset: "/data", profile: .paibench2025, parameters: [:], metrics: metrics,
            regions: Region.allCases, trials: trials, conditions: conditions, rejected: rejected, layout: layout,
            configurations: order, sweep: sweep, identity: Identity(of: [name]))
        _ = try store.begin(plan, environment: [:], at: Date(timeIntervalSince1970: 0))
        func scores(_ configuration: String, _ clip: String, _ scope: MetricDescriptor.Scope) -> [Score] {
            metrics.filter { $0.scope == scope }.flatMap { metric in
                metric.regions.map { region in
                    let value = value(configuration, .init(metric: metric.name, region: region), Int(clip) ?? 0)
                    return Score(
                        metric: metric.name, region: region,
                        outcome: value.map { .scored($0) } ?? .unscored(reason: "not made"), n: 1)
                }
            }
        }
        let video = TrialRecord.Video(width: 64, height: 48, rate: 24, declaredFrames: 3)
        for planned in trials {
            let trial = planned.trial
            let record = TrialRecord(
                reference: video, generated: video, scores: scores(trial.configuration.name, trial.clip.name, .trial),
                warnings: [], failures: [], referencePreviews: [:], generatedPreviews: [:])
            try store.record(record, of: planned, plan: plan, environment: [:])
        }
        for planned in conditions {
            let condition = planned.condition
            let made = scores(condition.configuration.name, condition.clip.name, .condition)
            if !made.isEmpty { try store.record(made, of: planned, plan: plan, environment: [:]) }
        }
    }

    func results() throws -> [RunResults] { try store.runs().map { try store.results(of: $0) } }

    /// A table of the paper, read from the file that the marks are tested with.
    static func published(
        _ table: String, _ comparison: PublishedTable.Comparison, _ columns: [(key: String, PublishedTable.Column)]
    ) throws -> PublishedTable {
        let url = try #require(
            Bundle.module.url(forResource: "paper_tables", withExtension: "json", subdirectory: "Resources"))
        let root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        let entry = try #require((root["tables"] as? [String: Any])?[table] as? [String: Any])
        let rows = try #require(entry["rows"] as? [[String: Any]])
        return PublishedTable(
            source: "the paper, \(table)", comparison: comparison, columns: columns.map(\.1),
            rows: try rows.map { row in
                let values = try #require(row["values"] as? [String: [String: Any]])
                return .init(
                    configuration: try #require(row["row"] as? String),
                    values: columns.map { (values[$0.key]?["value"] as? NSNumber)?.doubleValue })
            })
    }
}

extension PublishedTable {
    /// The published number of a row and our column.
    func value(_ configuration: String, _ column: TableLayout.Column) -> Double? {
        guard let place = columns.firstIndex(where: { $0.column == column }) else { return nil }
        return rows.first { $0.configuration == configuration }?.values[place]
    }

    var configurations: [String] { rows.map(\.configuration) }
}
