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

    struct Entry: Encodable {
        let metric: String
        let region: String
        /// null where there is none, and `reason` says why.
        let value: Double?
        let reason: String?
        let n: Int
        let parameters: [String: String]
        let counts: [String: Int]
        let warnings: [String]

        private enum CodingKeys: String, CodingKey {
            case metric, region, value, reason, n, parameters, counts, warnings
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(metric, forKey: .metric)
            try container.encode(region, forKey: .region)
            try container.encode(value, forKey: .value)
            try container.encodeIfPresent(reason, forKey: .reason)
            try container.encode(n, forKey: .n)
            try container.encode(parameters, forKey: .parameters)
            if !counts.isEmpty { try container.encode(counts, forKey: .counts) }
            try container.encode(warnings, forKey: .warnings)
        }
    }

    let schema = "transferbench.score/1"
    let profile: String
    let reference: Video
    let generated: Video
    /// Frames that were compared.
    let frames: Int
    let scores: [Entry]
    let warnings: [String]
    let failures: [String]
    let environment: [String: String]

    init(
        _ result: PairResult, artifacts: (reference: Artifact, generated: Artifact), options: ScoringOptions,
        environment: [String: String]
    ) {
        func video(_ artifact: Artifact, _ facts: VideoFacts) -> Video {
            Video(
                path: artifact.path, bytes: artifact.bytes, sha256: artifact.sha256, width: facts.size.width,
                height: facts.size.height, fps: facts.rate, frames: facts.declaredFrames)
        }
        profile = options.profile.rawValue
        reference = video(artifacts.reference, result.reference)
        generated = video(artifacts.generated, result.generated)
        frames = result.frames
        scores = result.scores.map { score in
            Entry(
                metric: score.metric, region: score.region.rawValue, value: score.outcome.value,
                reason: score.outcome.reason, n: score.n, parameters: score.parameters, counts: score.counts,
                warnings: score.warnings)
        }
        warnings = result.warnings
        failures = result.failures
        self.environment = environment
    }

    /// - Throws: `BenchError` 70, which would be a mistake of ours.
    func text() throws(BenchError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n" } catch {
            throw BenchError(.bug, "the scores cannot be written as JSON: \(error)")
        }
    }
}
