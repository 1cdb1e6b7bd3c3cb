import Experiment
import Foundation
import TestSupport
import Testing

@testable import Results

/// Races on made-up benchmarks whose true means are known: a video's value is its configuration's mean, what the clip adds to all
/// of them (three times the noise), and noise.
@Suite struct RaceSimulationTests {
    /// What some repetitions of a race came to.
    private struct Outcome {
        /// Repetitions in which a member of the true front was dropped.
        var wrong = 0
        /// Trials that were run, and those of the full grids.
        var trials = 0
        var planned = 0

        var error: Double { Double(wrong) / Double(repetitions) }
        var share: Double { Double(trials) / Double(planned) }
        var repetitions = 0
    }

    /// Standard normal numbers by Box and Muller.
    private struct Noise {
        var random: SeededRandom
        var spare: Double?

        mutating func next() -> Double {
            if let value = spare {
                spare = nil
                return value
            }
            let u = Double(random.next() >> 11) * 0x1p-53
            let v = Double(random.next() >> 11) * 0x1p-53
            let radius = (-2 * log(1 - u)).squareRoot()
            spare = radius * sin(2 * .pi * v)
            return radius * cos(2 * .pi * v)
        }
    }

    /// - Parameters:
    ///   - means: of each configuration, by objective; larger is better.
    ///   - shape: turns a normal number into a noise of unit spread.
    private func simulate(
        _ means: [[Double]], clips: Int, block: Int = 2, repetitions: Int, seed: UInt64,
        noise shape: (Double) -> Double = { $0 }
    ) -> Outcome {
        let objectives = ["blur-ssim", "edge-f1"].map { TableLayout.Column(metric: $0, region: .all) }
        let race = Race(objectives: objectives, block: block)
        let names = means.indices.map { "cell \($0)" }
        let front = Set(
            means.indices.filter { j in
                !means.contains { other in zip(other, means[j]).allSatisfy { $0 > $1 } }
            }.map { names[$0] })
        var noise = Noise(random: SeededRandom(seed))
        var outcome = Outcome()
        for _ in 0..<repetitions {
            let hard = (0..<2).map { _ in (0..<clips).map { _ in 3 * noise.next() } }
            let values = means.map { own in
                own.indices.map { k in (0..<clips).map { own[k] + hard[k][$0] + shape(noise.next()) } }
            }
            var racing = Racing(
                race, run: 1, directions: [.higher, .higher], configurations: names, named: [],
                clips: (0..<clips).map { "clip_\($0)" })
            var done = 0
            while true {
                let step = racing.next(done: done)
                if case .block(let clips, let players) = step {
                    done += clips.count
                    outcome.trials += clips.count * players.count
                } else if step == .look {
                    let players = Set(racing.inPlay)
                    let own = names.indices.filter { players.contains(names[$0]) }
                    _ = racing.look(RaceValues(own.map { i in values[i].map { Array($0.prefix(done)) } }))
                } else {
                    break
                }
            }
            outcome.planned += clips * names.count
            outcome.wrong += front.isSubset(of: racing.inPlay) ? 0 : 1
        }
        outcome.repetitions = repetitions
        return outcome
    }

    /// A grid of 4 x 4 weights: each weight helps one objective much; the first helps the other a little less than the second
    /// hurts it, so that there is a front of several cells and most are far behind it.
    private func grid(_ scale: Double) -> [[Double]] {
        (0..<16).map { cell in
            let (x, y) = (Double(cell / 4) / 3, Double(cell % 4) / 3)
            return [scale * (x + 0.5 * y), scale * (y - 0.1 * x)]
        }
    }

    @Test func `a race of 16 cells keeps the front at its confidence and runs under half of the trials`() {
        let outcome = simulate(grid(18), clips: 24, repetitions: 1_000, seed: 15)
        #expect(outcome.error <= 0.05, "\(outcome)")
        #expect(outcome.share < 0.5, "\(outcome.share)")
    }

    @Test func `where all are equal in one objective nobody is dropped for being behind in the other`() {
        let ties = (0..<16).map { [0, Double($0)] }
        let outcome = simulate(ties, clips: 12, repetitions: 300, seed: 16)
        #expect(outcome.error <= 0.05, "\(outcome)")
    }

    @Test func `noise with heavy tails or a skew drops no more of the front than the confidence allows`() {
        let near = (0..<16).map { [-0.05 * Double($0), 2 * Double($0)] }
        let cubed = simulate(near, clips: 12, repetitions: 300, seed: 17) { $0 * $0 * $0 / 15.0.squareRoot() }
        #expect(cubed.error <= 0.05, "\(cubed)")
        let skewed = simulate(near, clips: 12, repetitions: 300, seed: 18) { ($0 * $0 - 1) / 2.0.squareRoot() }
        #expect(skewed.error <= 0.05, "\(skewed)")
    }

    @Test func `the same numbers give the same decisions`() {
        let outcomes = (0..<2).map { _ in simulate(grid(18), clips: 12, repetitions: 20, seed: 19) }
        #expect(outcomes[0].trials == outcomes[1].trials && outcomes[0].wrong == outcomes[1].wrong)
        #expect(outcomes[0].trials < outcomes[0].planned)
    }
}
