import Experiment
import Foundation
import Results
import Scoring
import TestSupport
import Testing

@testable import Execution

/// The recorded benchmark, end to end, against numbers that other people's packages gave (Fixtures/recorded/peer_scores.py).
@Suite struct RecordedBenchmarkTests {
    @Test(arguments: Profile.allCases) func `every score agrees with the peers' packages`(_ profile: Profile) throws {
        let folder = TemporaryFolder()
        let store = try Store(path: folder.file("results.sqlite"), access: .write(wait: 0))
        let options = ScoringOptions(profile: profile, workers: 2)
        var planner = ScoringPlanner(options: options, store: store)
        let job = try planner.plan(
            ScoringRequest(
                dataset: Places.recorded + "/dataset",
                videos: ["vis", "edge", "uniform"].map { .folder(Places.recorded + "/" + $0) }, options: options))
        let outcome = try ScoringRunner(store: store, environment: [:]) { _ in }.run(job)
        #expect(outcome.scored == 18 && outcome.failures == 0)

        let peer = try PeerScores(profile)
        let run = try #require(try store.runs().first)
        var compared = 0
        for trial in try store.results(of: run).trials {
            let stem = URL(fileURLWithPath: trial.generatedPath).deletingPathExtension().lastPathComponent
            for score in trial.scores {
                guard let expected = peer.value(trial.configuration, stem, score.metric, score.region) else { continue }
                let value = try #require(score.outcome.value)
                #expect(
                    abs(value - expected) <= tolerance(score.metric),
                    "\(trial.configuration)/\(stem) \(score.metric) \(score.region): \(value), peer \(expected)")
                compared += 1
                if score.metric == "edge-f1" {
                    #expect(score.counts == peer.edgeCounts(trial.configuration, stem, score.region))
                }
            }
        }
        // 18 videos with 13 metrics in three regions, and the wrapped error and true error in one.
        #expect(compared == 18 * (12 * 3 + 2))
    }

    /// OpenCV's single-precision blur differs by a level in a byte in ten thousand (metrics.md §2).
    private func tolerance(_ metric: String) -> Double {
        switch metric {
        case "blur-ssim": 5e-6
        case "blur-mse": 5e-3
        case "blur-mse-wrapped": 1e-2
        case let name where name.hasPrefix("edge"): 1e-12
        case let name where name.hasPrefix("depth"): 5e-6
        default: 1e-6
        }
    }
}

private struct PeerScores {
    private let scores: [String: Any]

    init(_ profile: Profile) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: Places.recorded + "/peer_scores.json"))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        scores = try #require((root["scores"] as? [String: Any])?[profile.rawValue] as? [String: Any])
    }

    private func entry(_ configuration: String, _ video: String, _ metric: String, _ region: Region) -> Any? {
        [configuration, video, metric, region.rawValue].reduce(scores as Any?) { ($0 as? [String: Any])?[$1] }
    }

    func value(_ configuration: String, _ video: String, _ metric: String, _ region: Region) -> Double? {
        (entry(configuration, video, metric, region) as? NSNumber)?.doubleValue
    }

    func edgeCounts(_ configuration: String, _ video: String, _ region: Region) -> [String: Int]? {
        entry(configuration, video, "edge-counts", region) as? [String: Int]
    }
}
