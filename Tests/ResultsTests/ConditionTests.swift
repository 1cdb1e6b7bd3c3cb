import Experiment
import Foundation
import TestSupport
import Testing

@testable import Results

/// Scores of whole conditions: all videos of a clip in one configuration.
@Suite struct ConditionTests {
    private let folder = TemporaryFolder()
    private let now = Date(timeIntervalSince1970: 0)

    private static let diversity = MetricDescriptor(
        name: "perceptual-diversity", version: 3, title: "Perceptual diversity", direction: .higher, low: 0,
        isHeadline: true, scope: .condition)

    private static func condition(_ trials: [PlannedTrial]) -> PlannedCondition {
        let condition = Condition(
            configuration: trials[0].trial.configuration, clip: trials[0].trial.clip, videos: trials.map(\.trial.video))
        return PlannedCondition(condition: condition, fingerprint: Identity(of: ["diversity", condition.identity.hex]))
    }

    private static func plan(_ trials: [PlannedTrial], _ conditions: [PlannedCondition]) -> RunPlan {
        RunPlan(
            name: "made", dataset: "/data", profile: .paibench2025, parameters: [:],
            metrics: Made.metrics + [diversity],
            regions: [.all], trials: trials, conditions: conditions, identity: Identity(of: ["run"]))
    }

    @Test func `what is recorded of a condition is read back, and what is not leaves the run partial`() throws {
        let store = try Store(path: folder.file("results.sqlite"), access: .write(wait: 0))
        let trials = ["a", "b"].flatMap { clip in ["", "1"].map { Made.trial("edge", clip, prompt: $0) } }
        let conditions = [Self.condition(Array(trials[..<2])), Self.condition(Array(trials[2...]))]
        let plan = Self.plan(trials, conditions)
        let run = try store.begin(plan, environment: ["cpu": "x"], at: now)
        for trial in trials {
            try store.record(Made.record(["blur-ssim": 0.5]), of: trial, plan: plan, environment: ["cpu": "x"])
        }
        let score = Score(
            metric: "perceptual-diversity", region: .all, outcome: .scored(0.25), n: 3, parameters: ["backbone": "b"],
            counts: ["pairs": 1], warnings: ["two videos"], perFrame: [0.25])
        try store.record([score], of: conditions[0], plan: plan, environment: ["cpu": "x"])
        #expect(try store.unscored(conditions) == [conditions[1].fingerprint])

        let summary = try #require(try store.runs().first { $0.number == run })
        #expect(summary.metrics.last == Self.diversity)
        let results = try store.results(of: summary)
        #expect(results.scored == 4 && results.isPartial)
        #expect(results.conditions.map(\.clip) == ["a", "b"] && results.conditions.map(\.videos) == [2, 2])
        let read = try #require(results.conditions[0].score("perceptual-diversity", .all))
        #expect(read.outcome == .scored(0.25) && read.counts == ["pairs": 1] && read.warnings == ["two videos"])
        let mean = Aggregate(results.conditions, metric: "perceptual-diversity", region: .all)
        #expect(mean.mean == 0.25 && mean.n == 1 && mean.planned == 2)

        try store.record([score], of: conditions[1], plan: plan, environment: ["cpu": "x"])
        #expect(try !store.results(of: summary).isPartial)
    }

    @Test func `a condition is another when one of its videos is`() {
        let trials = ["", "1", "2"].map { Made.trial("edge", "a", prompt: $0) }
        #expect(
            Self.condition(Array(trials[..<2])).condition.identity != Self.condition(trials).condition.identity)
    }

    @Test func `a descriptor from before conditions is one of trials`() throws {
        let old = """
            {"name": "blur-ssim", "version": 1, "title": "Blur SSIM", "direction": "higher", "low": -1, "high": 1, \
            "unit": "", "regions": ["all"], "isHeadline": true}
            """
        let descriptor = try JSONDecoder().decode(MetricDescriptor.self, from: Data(old.utf8))
        #expect(descriptor.scope == .trial && descriptor.low == -1)
        let encoded = try JSONEncoder().encode(Self.diversity)
        #expect(try JSONDecoder().decode(MetricDescriptor.self, from: encoded) == Self.diversity)
    }
}
