import Experiment
import Results
import Testing

@testable import Reporting

/// The signs behind values that do not say what their column says.
@Suite struct FootnotesTests {
    private struct Item: ScoredItem {
        let clip: String
        let scores: [Score]
        let configuration = "edge"
        let prompt = ""
        var clipIdentity: Identity { Identity(of: [clip]) }
    }

    /// Of videos with these caveats each.
    private func aggregate(_ caveats: [[String]]) -> Aggregate {
        let items = caveats.enumerated().map { i, caveats in
            Item(
                clip: "\(i)",
                scores: [Score(metric: "depth-si-rmse", region: .fg, outcome: .scored(0), n: 1, caveats: caveats)])
        }
        return Aggregate(items, metric: "depth-si-rmse", region: .fg)
    }

    @Test func `a value without a caveat has no sign`() {
        let plain = aggregate([[], []])
        let notes = Footnotes([(plain, .trial)])
        #expect(notes.marks(plain).isEmpty && notes.sentences.isEmpty)
    }

    @Test func `each caveat has a sign of its own and a sentence that counts videos`() {
        let (one, both) = (aggregate([["no depth"], []]), aggregate([["no depth", "no object"], ["no depth"]]))
        let notes = Footnotes([(one, .trial), (both, .trial)])
        #expect(notes.marks(one) == "†" && notes.marks(both) == "†‡")
        #expect(
            notes.sentences == ["† in 1 to 2 of 2 videos: no depth", "‡ in 1 of 2 videos: no object"])
    }

    @Test func `one video and one clip are not plural`() {
        let one = aggregate([["no depth"]])
        #expect(Footnotes([(one, .trial)]).sentences == ["† in 1 of 1 video: no depth"])
        #expect(Footnotes([(one, .condition)]).sentences == ["† in 1 of 1 clip: no depth"])
    }

    @Test func `after the last sign they are doubled`() {
        let many = aggregate([(0..<6).map { "reason \($0)" }])
        #expect(Footnotes([(many, .trial)]).marks(many) == "†‡§¶‖††")
    }

    @Test func `a score without a value has no caveats`() {
        let score = Score(
            metric: "niqe", region: .all, outcome: .unscored(reason: "too small"), n: 0, caveats: ["no depth"])
        #expect(score.caveats.isEmpty)
    }
}
