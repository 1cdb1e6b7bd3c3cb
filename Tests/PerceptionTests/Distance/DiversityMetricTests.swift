import Experiment
import TestSupport
import Testing

@testable import Perception

@Suite struct DiversityMetricTests {
    @Test func `only LPIPS' own weights are called LPIPS`() {
        let own = diversityDescriptor(.features("lpips-vgg16", lpips: 1))
        #expect(own.name == "lpips-diversity" && own.direction == .higher)
        for card in [NetworkCard.features("vgg16-uncalibrated"), .features("vgg16-uncalibrated", lpips: 0)] {
            let other = diversityDescriptor(card)
            #expect(other.name == "perceptual-diversity" && other.title.contains("vgg16-uncalibrated"))
        }
    }

    @Test func `a score says which network made it`() throws {
        let folder = TemporaryFolder()
        let videos = try (0..<3).map { k in
            try folder.video("v\(k)", [.noise(8, 8, seed: UInt64(k)), .noise(8, 8, seed: UInt64(k + 50))])
        }
        let scorer = DiversityScorer.plain()
        let score = try #require(scorer.scores(try scorer.score(DiversityInputs(videos: videos))).first)
        #expect(score.metric == "perceptual-diversity" && score.region == .all && score.n == 2)
        #expect(score.counts == ["videos": 3, "pairs": 3] && score.perFrame.count == 2)
        #expect(
            score.parameters == [
                "backbone": "plain", "network-sha256": Identity(of: ["plain"]).hex, "device": "cpu",
                "heads": "none (uncalibrated)", "frame-limit": "121",
            ])
    }
}
