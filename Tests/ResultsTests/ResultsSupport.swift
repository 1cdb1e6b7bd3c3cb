import Experiment
import Foundation
import TestSupport

@testable import Results

/// Made-up results, for tests that need no video.
enum Made {
    static let metrics = [
        MetricDescriptor(name: "blur-ssim", title: "Blur SSIM", direction: .higher, low: -1, high: 1, isHeadline: true),
        MetricDescriptor(name: "depth-si-rmse", title: "Depth si-RMSE", direction: .lower, low: 0, isHeadline: true),
    ]

    static func artifact(_ name: String) -> Artifact {
        Artifact(path: "/videos/\(name)", bytes: 10, sha256: Identity(of: [name]).hex)
    }

    static func trial(_ configuration: String, _ clip: String, prompt: String = "") -> PlannedTrial {
        let trial = Trial(
            configuration: Configuration(name: configuration),
            clip: Clip(name: clip, caption: "a clip", video: artifact(clip)), prompt: prompt,
            video: artifact("\(configuration)/\(clip)\(prompt)"))
        return PlannedTrial(trial: trial, fingerprint: Identity(of: ["scores of", trial.identity.hex]))
    }

    static func plan(_ trials: [PlannedTrial], name: String = "made", regions: [Region] = [.all]) -> RunPlan {
        RunPlan(
            name: name, dataset: "/data", profile: .paibench2025, parameters: ["frame-limit": "121"], metrics: metrics,
            regions: regions, trials: trials, identity: Identity(of: ["run", name]))
    }

    static func record(_ values: [String: Double?]) -> TrialRecord {
        let video = TrialRecord.Video(width: 64, height: 48, rate: 24, declaredFrames: 3)
        return TrialRecord(
            reference: video, generated: video,
            scores: values.sorted { $0.key < $1.key }.map { metric, value in
                Score(
                    metric: metric, region: .all,
                    outcome: value.map { .scored($0) } ?? .unscored(reason: "no depth"), n: 3,
                    parameters: ["window": "7x7"], counts: ["tp": 4], warnings: ["mind this"],
                    perFrame: [0.25, nil, 0.75])
            },
            warnings: ["resized"], failures: [], referencePreviews: [0: [255, 216, 1]],
            generatedPreviews: [0: [255, 216, 2], 2: [255, 216, 3]])
    }
}

func errorCode<T>(_ body: () throws -> T) -> BenchError.Code? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? BenchError)?.code
    }
}

func sentence<T>(_ body: () throws -> T) -> String {
    do {
        _ = try body()
        return ""
    } catch {
        return "\(error)"
    }
}
