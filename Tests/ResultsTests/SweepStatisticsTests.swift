import Experiment
import Foundation
import TestSupport
import Testing

@testable import Results

/// Main effects and Pearson's r against NumPy's and SciPy's numbers, and by simulation.
@Suite struct SweepStatisticsTests {
    private struct Reference: Decodable {
        struct Effects: Decodable {
            let name: String
            /// By cell, then weight.
            let weights: [[Double]]
            /// A value of another setting for each cell.
            let settings: [Int]
            let clips: Int
            /// Cell, clip, value.
            let videos: [[Double]]
            let slopes: [Double]
            let intervals: [[Double]]
        }
        struct Pearson: Decodable {
            /// Clip, weight, value.
            let points: [[Double]]
            let r: Double
            let interval: [Double]
        }
        let effects: [Effects]
        let pearson: Pearson
    }

    private func reference() throws -> Reference {
        let url = URL(fileURLWithPath: Places.references + "/sweeps/sweeps.json")
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }

    private func factors(_ weights: [[Double]]) -> [MainEffects.Factor] {
        weights[0].indices.map { i in .weight(name: "w\(i)", weights.map { $0[i] }) }
    }

    // MARK: main effects

    @Test func `main effects are NumPy's least squares, and their intervals its bootstrap`() throws {
        for item in try reference().effects {
            var values = item.weights.map { _ in [(clip: String, value: Double)]() }
            for video in item.videos { values[Int(video[0])].append(("clip \(Int(video[1]))", video[2])) }
            let effects = MainEffects(
                factors(item.weights) + [.setting(item.settings.map { "\($0)" })], values: values, level: 0.95)
            #expect(effects.cells == item.weights.count && effects.clips == item.clips, "\(item.name)")
            #expect(effects.isBalanced == (item.name != "some videos missing"), "\(item.name)")
            for (i, effect) in effects.effects.enumerated() {
                let slope = try #require(effect.change.value)
                #expect(abs(slope - 0.1 * item.slopes[i]) < 1e-10, "\(item.name), \(effect.weight)")
                let interval = try #require(effect.interval.bounds)
                let (low, high) = (0.1 * item.intervals[i][0], 0.1 * item.intervals[i][1])
                #expect(abs(interval.lowerBound - low) < 0.07 * (high - low), "\(item.name), \(effect.weight)")
                #expect(abs(interval.upperBound - high) < 0.07 * (high - low), "\(item.name), \(effect.weight)")
            }
        }
    }

    @Test func `weights that cannot be told apart have no effect of their own, with the reason`() {
        let values = (0..<4).map { cell in (0..<6).map { (clip: "\($0)", value: Double(cell)) } }
        let effects = MainEffects(
            [
                .weight(name: "a", [0, 1, 2, 3]), .weight(name: "b", [0, 2, 4, 6]), .weight(name: "c", [1, 1, 1, 1]),
                .weight(name: "d", [0, 1, 0, 1]),
            ], values: values, level: 0.95
        ).effects
        #expect(effects[0].change == .unscored(reason: "the weight cannot be told apart from the others"))
        #expect(effects[1].interval == .absent(reason: "the weight cannot be told apart from the others"))
        #expect(effects[2].change == .unscored(reason: "the weight is the same in all cells"))
        #expect(abs((effects[3].change.value ?? .nan)) < 1e-12)
    }

    @Test func `weights that add up to 1 grow at the cost of the others`() throws {
        // y = 3 a + 1 b + 2 c on a simplex: 0.1 more of a takes 0.05 from each of the others.
        let weights: [[Double]] = [
            [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.25, 0.25, 0.5],
        ]
        let values = weights.map { w in
            (0..<5).map { (clip: "\($0)", value: 3 * w[0] + w[1] + 2 * w[2] + Double($0)) }
        }
        let effects = MainEffects(factors(weights), values: values, isMixture: true, level: 0.95).effects
        for (effect, change) in zip(effects, [0.3 - 0.05 * 3, 0.1 - 0.05 * 5, 0.2 - 0.05 * 4]) {
            #expect(abs(try #require(effect.change.value) - change) < 1e-12)
        }
        // Without knowing of the mixture there is nothing to tell.
        #expect(
            MainEffects(factors(weights), values: values, level: 0.95).effects.allSatisfy { $0.change.value == nil })
    }

    @Test func `without values, and with few clips, reasons stand in for numbers`() {
        let none = MainEffects([.weight(name: "a", [0, 1])], values: [[], []], level: 0.95)
        #expect(none.effects[0].change.reason == "no cell has a value" && none.cells == 0)
        let few = MainEffects([.weight(name: "a", [0, 1])], values: [[("x", 1)], [("x", 3)]], level: 0.95)
        #expect(abs((few.effects[0].change.value ?? 0) - 0.2) < 1e-12)
        #expect(few.effects[0].interval.reason?.contains("too few") == true)
    }

    @Test func `intervals of main effects hold the truth about as often as they say`() {
        var random = SeededRandom(77)
        var held = 0
        let runs = 200
        for _ in 0..<runs {
            // The effect of the weight differs by clip around 1: clips are what is sampled.
            let slopes = (0..<9).map { _ in 1 + normal(&random) }
            let values = [0.0, 0.25, 0.5, 1].map { x in
                slopes.indices.map { (clip: "\($0)", value: slopes[$0] * x + 0.1 * normal(&random)) }
            }
            let effect = MainEffects([.weight(name: "x", [0, 0.25, 0.5, 1])], values: values, level: 0.95).effects[0]
            if effect.interval.bounds?.contains(0.1) == true { held += 1 }
        }
        #expect((0.89...0.99).contains(Double(held) / Double(runs)), "\(held) of \(runs)")
    }

    // MARK: correlation

    @Test func `Pearson's r is SciPy's, its interval the bootstrap over clips`() throws {
        let item = try reference().pearson
        let correlation = Correlation(
            item.points.map { (clip: "clip \(Int($0[0]))", x: $0[1], y: $0[2]) }, level: 0.95)
        #expect(abs(try #require(correlation.r.value) - item.r) < 1e-10)
        #expect(correlation.videos == item.points.count && correlation.clips == 11)
        let interval = try #require(correlation.interval.bounds)
        let width = item.interval[1] - item.interval[0]
        #expect(abs(interval.lowerBound - item.interval[0]) < 0.05 * width)
        #expect(abs(interval.upperBound - item.interval[1]) < 0.05 * width)
    }

    @Test func `a line has r of exactly 1, and what does not vary has none`() {
        func points(_ y: (Double) -> Double) -> [(clip: String, x: Double, y: Double)] {
            (0..<6).flatMap { clip in [0, 1.0 / 3, 0.5].map { ("\(clip)", $0, y($0)) } }
        }
        #expect(abs((Correlation(points { 2 * $0 }, level: 0.95).r.value ?? 0) - 1) < 1e-12)
        #expect(abs((Correlation(points { -$0 }, level: 0.95).r.value ?? 0) + 1) < 1e-12)
        #expect(Correlation(points { _ in 0.3 }, level: 0.95).r == .unscored(reason: "all values are equal"))
        #expect(
            Correlation([("a", 1, 2), ("b", 1, 3)], level: 0.95).r == .unscored(reason: "all weights are equal"))
        #expect(Correlation([], level: 0.95).r == .unscored(reason: "no video has a value"))
        #expect(Correlation([("a", 1, 2)], level: 0.95).r == .unscored(reason: "one video has no correlation"))
    }

    @Test func `intervals of r hold the truth about as often as they say, though videos of a clip are alike`() {
        var random = SeededRandom(5)
        var held = 0
        let runs = 200
        // y = x + clip + noise at x in {0, 1/3, 1/2}: r of the population from its variances.
        let xs = [0, 1.0 / 3, 0.5]
        let mean = xs.reduce(0, +) / 3
        let spread = xs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3
        let truth = spread.squareRoot() / (spread + 0.2 * 0.2 + 0.1 * 0.1).squareRoot()
        for _ in 0..<runs {
            let points = (0..<12).flatMap { clip -> [(clip: String, x: Double, y: Double)] in
                let level = 0.2 * normal(&random)
                return xs.map { ("\(clip)", $0, $0 + level + 0.1 * normal(&random)) }
            }
            if Correlation(points, level: 0.95).interval.bounds?.contains(truth) == true { held += 1 }
        }
        #expect((0.88...0.99).contains(Double(held) / Double(runs)), "\(held) of \(runs)")
    }

    private func normal(_ random: inout SeededRandom) -> Double {
        let u = Double.random(in: Double.leastNormalMagnitude..<1, using: &random)
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
    }
}
