import Experiment
import Foundation
import TestSupport
import Testing

@testable import Results

/// Means, n and bootstrap intervals.
@Suite struct AggregateTests {
    private func trial(_ clip: String, _ value: Double?) -> TrialResults {
        let score = Score(
            metric: "m", region: .all, outcome: value.map { .scored($0) } ?? .unscored(reason: "flat"), n: 1)
        return TrialResults(
            configuration: "c", clip: clip, prompt: "", caption: "", referencePath: "", generatedPath: "",
            clipIdentity: Identity(of: [clip]), trialIdentity: Identity(of: [clip]), origin: nil, scores: [score])
    }

    @Test func `a mean counts what has a value, and says what has none and why`() {
        let aggregate = Aggregate([trial("a", 1), trial("b", nil), trial("c", 2)], metric: "m", region: .all)
        #expect(aggregate.mean == 1.5 && aggregate.n == 2 && aggregate.planned == 3 && aggregate.clips == 2)
        #expect(Aggregate([trial("a", 1), trial("a", 2)], metric: "m", region: .all).clips == 1)
        #expect(aggregate.unscored == ["flat": 1])
        let none = Aggregate([trial("a", 1)], metric: "other", region: .all)
        #expect(none.mean == nil && none.n == 0 && none.unscored == ["not scored": 1])
    }

    @Test func `an interval holds the mean, lies within the values and is the same every time`() throws {
        let values = (0..<40).map { ("clip\($0)", Double(($0 * 37) % 41)) }
        let interval = try #require(bootstrapInterval(values.map { (clip: $0.0, value: $0.1) }, level: 0.95).bounds)
        let mean = values.map(\.1).reduce(0, +) / 40
        #expect(interval.contains(mean))
        #expect(interval.lowerBound > 0 && interval.upperBound < 40)
        #expect(bootstrapInterval(values.map { (clip: $0.0, value: $0.1) }, level: 0.95) == .bounds(interval))
        let wider = try #require(bootstrapInterval(values.map { (clip: $0.0, value: $0.1) }, level: 0.99).bounds)
        #expect(wider.lowerBound <= interval.lowerBound && wider.upperBound >= interval.upperBound)
        // For a mean, the expanded percentile interval is close to Student's: mean ± t s / sqrt(n).
        let spread = (values.map { ($0.1 - mean) * ($0.1 - mean) }.reduce(0, +) / 39).squareRoot() / 40.0.squareRoot()
        #expect(abs(interval.upperBound - (mean + 2.0227 * spread)) < 0.15 * spread)
        #expect(abs(interval.lowerBound - (mean - 2.0227 * spread)) < 0.15 * spread)
    }

    @Test func `clips are resampled, not their videos`() throws {
        // Six copies of each clip's value add videos, not knowledge.
        let once = (0..<10).map { (clip: "\($0)", value: Double($0)) }
        let sixfold = once.flatMap { item in (0..<6).map { _ in item } }
        #expect(bootstrapInterval(once, level: 0.95) == bootstrapInterval(sixfold, level: 0.95))
    }

    @Test func `per-frame values survive their blob`() {
        let values: [Double?] = [0, -0.0, 1.5, nil, .leastNonzeroMagnitude, 1e300]
        #expect(PerFrame.values(PerFrame.data(values)) == values)
        #expect(PerFrame.values(Data()).isEmpty)
    }
}
