import Foundation
import TestSupport
import Testing

@testable import Results

/// The expanded percentile bootstrap: its quantiles against SciPy's, its resampling against exact enumeration, and how often it
/// misses the truth.
@Suite struct IntervalTests {
    private struct Quantiles: Decodable {
        struct Student: Decodable {
            let level: Double
            let degrees: Int
            let t: Double
        }
        struct Normal: Decodable {
            let x: Double
            let share: Double
        }
        struct Tail: Decodable {
            let clips: Int
            let level: Double
            let tail: Double
        }
        let student: [Student]
        let normal: [Normal]
        let tails: [Tail]
    }

    private func quantiles() throws -> Quantiles {
        let url = URL(fileURLWithPath: Places.references + "/agreement/quantiles.json")
        return try JSONDecoder().decode(Quantiles.self, from: Data(contentsOf: url))
    }

    @Test func `quantiles and tails are SciPy's to ten digits`() throws {
        let quantiles = try quantiles()
        #expect(quantiles.student.count == 96 && quantiles.normal.count == 49 && quantiles.tails.count == 21)
        for one in quantiles.student {
            let t = studentQuantile(level: one.level, degrees: one.degrees)
            #expect(abs(t - one.t) <= 1e-10 * max(1, one.t), "level \(one.level), \(one.degrees) degrees")
        }
        for one in quantiles.normal {
            #expect(abs(normalDistribution(one.x) - one.share) <= 1e-10 * one.share, "\(one.x)")
        }
        for one in quantiles.tails {
            let tail = expandedTail(clips: one.clips, level: one.level)
            #expect(abs(tail - one.tail) <= 1e-10 * one.tail, "\(one.clips) clips, level \(one.level)")
        }
    }

    @Test func `under five clips there is no interval, and it says so`() {
        for clips in 0..<5 {
            let values = (0..<clips).flatMap { clip in [(clip: "\(clip)", value: 0.23), (clip: "\(clip)", value: 0.4)] }
            let count = clips == 1 ? "1 clip is" : "\(clips) clips are"
            #expect(
                bootstrapInterval(values, level: 0.95)
                    == .absent(reason: "\(count) too few for an interval, which takes 5"))
        }
    }

    @Test func `with five clips the quantiles are those of all 3125 resamples`() throws {
        // One value, two and three values of a clip: a ratio of sums.
        let values: [(clip: String, value: Double)] = [
            ("a", 0.1), ("b", 0.35), ("b", 0.3), ("c", 0.5), ("c", 0.55), ("c", 0.7), ("d", 0.2), ("e", 0.9),
        ]
        let sums = Dictionary(grouping: values, by: \.clip).sorted { $0.key < $1.key }.map { clip in
            (sum: clip.value.map(\.value).reduce(0, +), n: Double(clip.value.count))
        }
        var all = [(sum: 0.0, n: 0.0)]
        for _ in 0..<5 {
            all = all.flatMap { so in sums.map { (sum: so.sum + $0.sum, n: so.n + $0.n) } }
        }
        let means = all.map { $0.sum / $0.n }.sorted()
        #expect(means.count == 3125)
        let interval = try #require(bootstrapInterval(values, level: 0.8, resamples: 200_000).bounds)
        let tail = expandedTail(clips: 5, level: 0.8)
        for (quantile, found) in [(tail, interval.lowerBound), (1 - tail, interval.upperBound)] {
            // Within the numbers whose shares differ by no more than 200,000 draws leave open.
            let low = means[Int((quantile - 0.003) * 3124)]
            let high = means[Int(((quantile + 0.003) * 3124).rounded(.up))]
            #expect((low - 1e-12...high + 1e-12).contains(found), "\(quantile)")
        }
    }

    @Test func `it misses the truth about as often as it says, and the plain one does not`() throws {
        var random = SeededRandom(14)
        func normal() -> Double {
            let (a, b) = (Double.random(in: .ulpOfOne..<1, using: &random), Double.random(in: 0..<1, using: &random))
            return (-2 * log(a)).squareRoot() * cos(2 * .pi * b)
        }
        let experiments = 1500
        var misses: [(clips: Int, expanded: Double, plain: Double)] = []
        for clips in [6, 9, 12, 24] {
            // The level at which the expanded interval leaves out the plain one's 2.5 % on each side.
            var (low, high) = (0.5, 0.95)
            for _ in 0..<60 {
                let middle = (low + high) / 2
                if expandedTail(clips: clips, level: middle) > 0.025 { low = middle } else { high = middle }
            }
            var missed = (expanded: 0, plain: 0)
            for _ in 0..<experiments {
                // A clip's effect, and three prompts of it; the truth is 0.
                let values = (0..<clips).flatMap { clip in
                    let effect = normal()
                    return (0..<3).map { _ in (clip: "\(clip)", value: effect + normal()) }
                }
                let expanded = try #require(bootstrapInterval(values, level: 0.95, resamples: 1000).bounds)
                let plain = try #require(bootstrapInterval(values, level: low, resamples: 1000).bounds)
                if !expanded.contains(0) { missed.expanded += 1 }
                if !plain.contains(0) { missed.plain += 1 }
            }
            misses.append(
                (clips, Double(missed.expanded) / Double(experiments), Double(missed.plain) / Double(experiments)))
        }
        print("95 % intervals that miss the truth, in \(experiments) simulated experiments:")
        for (clips, expanded, plain) in misses {
            print("  \(clips) clips: expanded \(percent(expanded)), plain percentile \(percent(plain))")
            // 5 % is off by 0.6 % in one of three such simulations.
            #expect((0.03...0.085).contains(expanded), "\(clips) clips")
            #expect(expanded < plain, "\(clips) clips")
        }
        #expect(misses[0].plain > 0.1)
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
