import Experiment
import Foundation
import Results
import Scoring
import Tensors
import TestSupport
import Testing

@testable import Execution

/// The same videos for two profiles at once, and what makes scores others.
@Suite struct CompanionTests {
    private let folder = TemporaryFolder()
    private let options = ScoringOptions(profile: .paibench2025, workers: 2, frameLimit: 3)

    /// Two clips of the recorded benchmark with a video each.
    private func layOut() throws {
        for (target, name) in [
            ("dataset/videos/task_0000.mp4", "data/videos/a.mp4"),
            ("dataset/videos/task_0001.mp4", "data/videos/b.mp4"),
            ("vis/videos/task_0000.mp4", "run/videos/a.mp4"), ("vis/videos/task_0001.mp4", "run/videos/b.mp4"),
        ] {
            let url = URL(fileURLWithPath: folder.file(name))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: url.path, withDestinationPath: Places.recorded + "/" + target)
        }
    }

    private func request(_ profile: Profile) -> ScoringRequest {
        ScoringRequest(
            dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options.following(profile))
    }

    @Test func `two profiles at once give two runs, each as if it were scored alone`() throws {
        try layOut()
        func jobs(_ store: Store) throws -> [ScoringJob] {
            try Profile.allCases.map(request).map { request in
                var planner = ScoringPlanner(options: request.options, store: store)
                return try planner.plan(request)
            }
        }
        func runner(_ store: Store) -> ScoringRunner {
            ScoringRunner(store: store, environment: ["cpu": "test"]) { _ in }
        }
        func scores(_ store: Store) throws -> [[[Score]]] {
            try store.runs().map { try store.results(of: $0).trials.map(\.scores) }
        }
        let together = try Store(path: folder.file("together.sqlite"), access: .write(wait: 0))
        let planned = try jobs(together)
        // One video is known for the second profile beforehand.
        _ = try runner(together).run(planned[1], limit: 1)
        let first = try runner(together).run(planned[0], with: planned[1])
        #expect(first.scored == 2)
        let second = try runner(together).run(planned[1])
        #expect(second.scored == 0 && second.known == 2 && second.failures == 0)
        let alone = try Store(path: folder.file("alone.sqlite"), access: .write(wait: 0))
        for job in try jobs(alone).reversed() { _ = try runner(alone).run(job) }
        #expect(try scores(together) == scores(alone))
        #expect(try together.runs().map(\.profile) == [.aligned2026, .paibench2025])
    }

    @Test func `unlike kinds of depth are part of a fingerprint`() throws {
        try layOut()
        func fingerprint() throws -> Identity {
            var planner = ScoringPlanner(options: options, store: nil)
            return try planner.plan(request(.paibench2025)).plan.trials[0].fingerprint
        }
        for place in ["data/depth_npzs", "run/depth_npzs"] {
            try FileManager.default.createDirectory(atPath: folder.file(place), withIntermediateDirectories: true)
            try NpzWriter.write([1, 2], shape: [1, 1, 2], to: folder.file(place + "/a.npz"))
        }
        let silent = try fingerprint()
        try folder.write("{\"kind\": \"metres\"}", to: "data/depth_npzs/card.json")
        #expect(try fingerprint() == silent, "one kind that is known is compared as before")
        try folder.write("{\"kind\": \"metres\"}", to: "run/depth_npzs/card.json")
        #expect(try fingerprint() == silent)
        try folder.write("{\"kind\": \"disparity\"}", to: "run/depth_npzs/card.json")
        #expect(try fingerprint() != silent)
    }
}
