import Experiment
import Foundation
import Scoring
import Video

/// What `score --json` prints for one pair; the schema is in the README and changes only with its number.
struct PairDocument: Encodable {
    struct Video: Encodable {
        let path: String
        let bytes: Int
        let sha256: String
        let width: Int
        let height: Int
        let fps: Double
        let frames: Int?
    }

    let schema = "transferbench.score/1"
    let profile: String
    let reference: Video
    let generated: Video
    /// Frames that were compared.
    let frames: Int
    let scores: [ScoreEntry]
    let warnings: [String]
    let failures: [String]
    let environment: [String: String]

    init(
        _ result: PairResult, artifacts: (reference: Artifact, generated: Artifact), profile: Profile,
        environment: [String: String]
    ) {
        func video(_ artifact: Artifact, _ facts: VideoFacts) -> Video {
            Video(
                path: artifact.path, bytes: artifact.bytes, sha256: artifact.sha256, width: facts.size.width,
                height: facts.size.height, fps: facts.rate, frames: facts.declaredFrames)
        }
        self.profile = profile.rawValue
        reference = video(artifacts.reference, result.reference)
        generated = video(artifacts.generated, result.generated)
        frames = result.frames
        scores = result.scores.map { ScoreEntry($0) }
        warnings = result.warnings
        failures = result.failures
        self.environment = environment
    }
}

/// What `score --profile all --json` prints: a document for each profile.
struct PairDocuments: Encodable {
    let schema = "transferbench.scores/1"
    let profiles: [PairDocument]
}
