import Experiment
import Foundation

/// A score as `--json` prints it.
struct ScoreEntry: Encodable {
    let score: Score
    /// For diversity: the value of each pair of videos, in the order of the document's `pairs`.
    let byPair: [Double]?

    init(_ score: Score, byPair: [Double]? = nil) {
        self.score = score
        self.byPair = byPair
    }

    private enum CodingKeys: String, CodingKey {
        case metric, region, value, reason, n, parameters, counts, warnings, caveats, byPair, byFrame
    }

    /// `value` is null where there is none, and `reason` says why.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(score.metric, forKey: .metric)
        try container.encode(score.region.rawValue, forKey: .region)
        try container.encode(score.outcome.value, forKey: .value)
        try container.encodeIfPresent(score.outcome.reason, forKey: .reason)
        try container.encode(score.n, forKey: .n)
        try container.encode(score.parameters, forKey: .parameters)
        if !score.counts.isEmpty { try container.encode(score.counts, forKey: .counts) }
        try container.encode(score.warnings, forKey: .warnings)
        if !score.caveats.isEmpty { try container.encode(score.caveats, forKey: .caveats) }
        if let byPair {
            try container.encode(byPair, forKey: .byPair)
            try container.encode(score.perFrame, forKey: .byFrame)
        }
    }
}

/// The text of a document.
/// - Throws: `BenchError` 70, which would be a mistake of ours.
func jsonText(_ document: some Encodable) throws(BenchError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do { return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n" } catch {
        throw BenchError(.bug, "the result cannot be written as JSON: \(error)")
    }
}
