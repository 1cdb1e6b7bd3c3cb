import Experiment
import Foundation
import Perception
import Video

/// What `diversity --json` prints; it changes only with its number.
struct DiversityDocument: Encodable {
    let schema = "transferbench.diversity/1"
    let videos: [String]
    let width: Int
    let height: Int
    /// Frames of each video that count.
    let frames: Int
    /// Positions in `videos`.
    let pairs: [[Int]]
    let scores: [ScoreEntry]
    let warnings: [String]
    let seconds: Double
    let environment: [String: String]

    init(_ result: DiversityResult, scores: [Score], seconds: Double, environment: [String: String]) {
        videos = result.videos
        width = result.size.width
        height = result.size.height
        frames = result.frames
        pairs = result.pairs.map { [$0.first, $0.second] }
        self.scores = zip(scores, result.regions).map { ScoreEntry($0, byPair: $1.pairs) }
        warnings = result.warnings
        self.seconds = seconds
        self.environment = environment
    }
}
