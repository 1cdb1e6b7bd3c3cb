import Experiment
import Foundation
import TestSupport
import Testing

@testable import Scoring

/// The public evaluator's own values for real Cosmos-Transfer1 outputs. Skipped where the clips are not there.
@Suite(.enabled(if: Places.clips != nil, "../shared/clips is not beside the repository"))
struct RealClipTests {
    @Test(arguments: ["ex1_edge", "ex1_uniform"]) func `real pairs score what the public evaluator scored`(
        _ pair: String
    ) throws {
        let clips = try #require(Places.clips)
        let data = try Data(contentsOf: URL(fileURLWithPath: clips + "/expected.json"))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let expected = try #require((root["pairs"] as? [String: Any])?[pair] as? [String: Any])
        func number(_ keys: String...) throws -> Double {
            let value = keys.reduce(expected as Any?) { ($0 as? [String: Any])?[$1] }
            return try #require((value as? NSNumber)?.doubleValue, "\(keys)")
        }
        let result = try scorePair(
            PairInputs(
                reference: clips + "/" + (try #require(expected["gt"] as? String)),
                generated: clips + "/" + (try #require(expected["pred"] as? String))),
            options: ScoringOptions(profile: .paibench2025, workers: 2))
        #expect(result.frames == 121)
        for name in ["tp", "fp", "fn"] {
            #expect(Double(result.scores.first("edge-f1")?.counts[name] ?? -1) == (try number("canny_counts", name)))
        }
        let scores = result.scores
        #expect(isClose(scores.value("edge-f1"), try number("reference", "canny_f1"), 1e-9))
        #expect(isClose(scores.value("edge-precision"), try number("reference", "canny_precision"), 1e-9))
        #expect(isClose(scores.value("edge-recall"), try number("reference", "canny_recall"), 1e-9))
        #expect(isClose(scores.value("blur-ssim"), try number("reference", "blur_ssim"), 1e-7))
        #expect(isClose(scores.value("blur-mse-wrapped"), try number("reference", "blur_mse"), 1e-3))
        let trueError = try number("not_reference", "blur_mse_without_uint8_wraparound")
        #expect(isClose(scores.value("blur-mse"), trueError, 1e-3))
    }
}
