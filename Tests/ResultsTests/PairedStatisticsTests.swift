import Experiment
import Foundation
import TestSupport
import Testing

@testable import Results

/// Kendall's tau-b, and bootstrap intervals over clips that all rows share, against SciPy's and NumPy's numbers.
@Suite struct PairedStatisticsTests {
    private struct Kendall: Decodable {
        struct Case: Decodable {
            let name: String
            let first: [Double]
            let second: [Double]
            let tauB: Double
        }
        let cases: [Case]
    }

    private struct Bootstrap: Decodable {
        let published: [Double]
        /// Row, clip and value of each.
        let videos: [[Double]]
        let tauB: Double
        let tauBInterval: [Double]
        let firstLessSecond: Double
        let differenceInterval: [Double]
    }

    private func reference<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        let url = URL(fileURLWithPath: Places.references + "/agreement/\(name)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: url))
    }

    private struct Item: ScoredItem {
        let configuration = ""
        let clip: String
        let prompt = ""
        var clipIdentity: Identity { Identity(of: [clip]) }
        let scores: [Score]

        init(_ clip: Int, _ value: Double?) {
            self.clip = "clip \(clip)"
            let outcome: Score.Outcome = value.map { .scored($0) } ?? .unscored(reason: "flat")
            scores = [Score(metric: "m", region: .all, outcome: outcome, n: 1)]
        }
    }

    /// Rows of a value for each clip.
    private func values(_ rows: [[Double?]]) -> PairedValues {
        PairedValues(rows.map { row in row.enumerated().map { Item($0, $1) } }, metric: "m", region: .all)
    }

    private func ranking(_ rows: [[Double?]], _ published: [Double]) -> PairedValues.Ranking {
        values(rows).ranking(against: published, better: (.higher, .higher), level: 0.95)
    }

    @Test func `tau-b is SciPy's, with ties and without`() throws {
        let cases = try reference(Kendall.self, "kendall.json").cases
        #expect(cases.count >= 8)
        for item in cases {
            let tau = try #require(kendallTau(item.first, item.second))
            #expect(abs(tau - item.tauB) < 1e-12, "\(item.name)")
            #expect(kendallTau(item.second, item.first) == tau, "\(item.name)")
            #expect(kendallTau(item.first.map { -$0 }, item.second) == -tau, "\(item.name)")
            #expect(kendallTau(item.first.map { exp($0) }, item.second) == tau, "\(item.name)")
        }
    }

    @Test func `the same order gives exactly 1, the reverse -1, and without an order there is none`() {
        var random = SeededRandom(3)
        for n in 2..<30 {
            let ties = (0..<n).map { $0 == 0 ? -1 : Double(Int.random(in: 0..<5, using: &random)) }
            #expect(kendallTau(ties, ties) == 1)
            #expect(kendallTau(ties, ties.map { -$0 }) == -1)
            #expect(kendallTau(ties, ties.map { _ in 0.5 }) == nil)
        }
        #expect(kendallTau([1], [2]) == nil && kendallTau([], []) == nil)
    }

    @Test func `intervals are those of NumPy's bootstrap to the width of a step, and the same every time`() throws {
        let reference = try reference(Bootstrap.self, "bootstrap.json")
        let rows = reference.published.indices.map { row in
            reference.videos.filter { Int($0[0]) == row }.map { Item(Int($0[1]), $0[2]) }
        }
        let values = PairedValues(rows, metric: "m", region: .all)
        #expect(values.clips == 24)
        func measured() -> PairedValues.Ranking {
            values.ranking(against: reference.published, better: (.higher, .higher), level: 0.95)
        }
        let ranking = measured()
        #expect(abs(try #require(ranking.tau.value) - reference.tauB) < 1e-12)
        let interval = try #require(ranking.interval.bounds)
        // One pair of nine rows that changes sides moves tau by 2/36.
        #expect(abs(interval.lowerBound - reference.tauBInterval[0]) < 2 / 36.0 + 1e-9)
        #expect(abs(interval.upperBound - reference.tauBInterval[1]) < 2 / 36.0 + 1e-9)
        #expect(ranking.rows == 9 && ranking.clips == 24 && measured().interval == .bounds(interval))

        let difference = try #require(values.difference(0, 1, level: 0.95))
        #expect(abs(difference.value - reference.firstLessSecond) < 1e-12)
        let width = reference.differenceInterval[1] - reference.differenceInterval[0]
        let paired = try #require(difference.interval.bounds)
        #expect(abs(paired.lowerBound - reference.differenceInterval[0]) < 0.05 * width)
        #expect(abs(paired.upperBound - reference.differenceInterval[1]) < 0.05 * width)
        let reverse = try #require(values.difference(1, 0, level: 0.95))
        #expect(abs(reverse.value + difference.value) < 1e-12)
        // Paired: what clips have in common is gone. Without pairs the interval would be that of two independent means.
        let alone = try #require(
            bootstrapInterval(rows[0].map { ($0.clip, $0.scores[0].outcome.value!) }, level: 0.95).bounds)
        #expect(width < alone.upperBound - alone.lowerBound)
    }

    @Test func `what is better decides which way rows are ordered`() {
        let rows = [1.0, 2, 3].map { [Double?](repeating: $0, count: 5) }
        for (ours, theirs, tau) in [
            (MetricDescriptor.Direction.higher, MetricDescriptor.Direction.higher, 1.0), (.lower, .lower, 1),
            (.lower, .higher, -1), (.higher, .lower, -1),
        ] {
            let ranking = values(rows).ranking(against: [10, 20, 30], better: (ours, theirs), level: 0.95)
            #expect(ranking.tau == .scored(tau) && ranking.interval == .bounds(tau...tau))
        }
    }

    @Test func `where there is no order the reason says so`() {
        #expect(ranking([[1, 2], [2, 1]], [1, 2]).tau == .unscored(reason: "all our means are equal"))
        #expect(ranking([[1], [2]], [5, 5]).tau == .unscored(reason: "all published values are equal"))
        let one = ranking([[1], [nil]], [5, 6])
        #expect(one.tau == .unscored(reason: "one row has no order") && one.rows == 1)
        let none = ranking([[nil], []], [5, 6])
        #expect(none.tau == .unscored(reason: "no row has a value") && none.rows == 0 && none.clips == 0)
    }

    @Test func `an interval takes five clips, and an order in nearly all resamples`() {
        let four = ranking([[1, 1, 1, 1], [2, 2, 2, 2]], [5, 6])
        #expect(four.tau == .scored(1) && four.clips == 4)
        #expect(four.interval == .absent(reason: "4 clips are too few for an interval, which takes 5"))
        // A third of the resamples lack the last clip, without which the rows are equal.
        #expect(
            ranking([[1, 1, 1, 1, 3], [1, 1, 1, 1, 4]], [5, 6]).interval
                == .absent(reason: "more than a tenth of the resamples have no value"))
        // A row that lacks a clip has no mean in some resamples; those hold the other rows alone.
        let gap = ranking([[1, 1, 1, 1, 1], [2, 2, 2, 2, 2], [3, 3, 3, 3, nil]], [5, 6, 7])
        #expect(gap.tau == .scored(1) && gap.interval == .bounds(1...1) && gap.rows == 3)
    }

    @Test func `a difference is of the clips that both rows have`() throws {
        let values = values([[1, 2, 1, 2, 1.5, 9], [0, 0, 0, 0, 0, nil], [nil, nil, nil]])
        let difference = try #require(values.difference(0, 1, level: 0.95))
        #expect(difference.value == 1.5 && difference.clips == 5)
        let interval = try #require(difference.interval.bounds)
        #expect(interval.lowerBound >= 1 && interval.upperBound <= 2 && interval.contains(1.5))
        #expect(values.difference(0, 2, level: 0.95) == nil && values.difference(2, 2, level: 0.95) == nil)
    }
}
