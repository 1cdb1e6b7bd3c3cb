import Experiment
import Foundation
import Perception
import Video

/// What `diversity --json` prints; it changes only with its number.
struct DiversityDocument: Encodable {
    struct Entry: Encodable {
        let metric: String
        let region: String
        /// Absent where there is none, and `reason` says why.
        let value: Double?
        let reason: String?
        let n: Int
        let parameters: [String: String]
        let counts: [String: Int]
        /// In the order of `pairs`.
        let byPair: [Double]
        let byFrame: [Double]
    }

    let schema = "transferbench.diversity/1"
    let videos: [String]
    let width: Int
    let height: Int
    /// Frames of each video that count.
    let frames: Int
    /// Positions in `videos`.
    let pairs: [[Int]]
    let scores: [Entry]
    let warnings: [String]
    let seconds: Double
    let environment: [String: String]

    init(_ result: DiversityResult, scores: [Score], seconds: Double, environment: [String: String]) {
        videos = result.videos
        width = result.size.width
        height = result.size.height
        frames = result.frames
        pairs = result.pairs.map { [$0.first, $0.second] }
        self.scores = zip(scores, result.regions).map { score, region in
            Entry(
                metric: score.metric, region: score.region.rawValue, value: score.outcome.value,
                reason: score.outcome.reason, n: score.n, parameters: score.parameters, counts: score.counts,
                byPair: region.pairs, byFrame: region.frames)
        }
        warnings = result.warnings
        self.seconds = seconds
        self.environment = environment
    }

    /// - Throws: `BenchError` 70, which would be a mistake of ours.
    func text() throws(BenchError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n" } catch {
            throw BenchError(.bug, "the distances cannot be written as JSON: \(error)")
        }
    }
}
