import Experiment
import Foundation
import Testing

@Suite struct ScoreTests {
    private func score(_ outcome: Score.Outcome) -> Score {
        Score(metric: "blur-ssim", region: .all, outcome: outcome, n: 3)
    }

    @Test(arguments: [Double.nan, .signalingNaN, .infinity, -.infinity]) func `a value that is not finite is unscored`(
        _ value: Double
    ) {
        let outcome = score(.scored(value)).outcome
        #expect(outcome == .unscored(reason: "the value is not finite"))
        #expect(outcome.value == nil)
        #expect(outcome.reason == "the value is not finite")
    }

    @Test(arguments: [0, -0.0, 1, -3.5, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude])
    func `a finite value stays, zero too`(_ value: Double) {
        let outcome = score(.scored(value)).outcome
        #expect(outcome == .scored(value))
        #expect(outcome.value == value && outcome.reason == nil)
    }

    @Test func `a reason stays, and is no value`() {
        let outcome = score(.unscored(reason: "the video is flat")).outcome
        #expect(outcome.value == nil && outcome.reason == "the video is flat")
    }

    @Test func `what is not given is empty`() {
        let score = score(.scored(1))
        #expect(score.parameters.isEmpty && score.counts.isEmpty && score.warnings.isEmpty && score.perFrame.isEmpty)
        #expect(score.n == 3 && score.metric == "blur-ssim" && score.region == .all)
    }
}
