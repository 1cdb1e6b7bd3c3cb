import Experiment
import Foundation
import Results
import Scoring
import Synchronization
import TestSupport
import Testing

@testable import Execution

/// Runs over small parts of the recorded benchmark: resuming, failures, changed files.
@Suite struct ScoringRunnerTests {
    private let folder = TemporaryFolder()
    private let options = ScoringOptions(profile: .paibench2025, workers: 2, frameLimit: 3)

    private func link(_ target: String, to name: String) throws {
        let path = folder.file(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: Places.recorded + "/" + target)
    }

    private func layOut() throws {
        try link("dataset/videos/task_0000.mp4", to: "data/videos/a.mp4")
        try link("dataset/videos/task_0001.mp4", to: "data/videos/b.mp4")
        try link("vis/videos/task_0000.mp4", to: "run/a.mp4")
        try link("vis/videos/task_0001.mp4", to: "run/b.mp4")
    }

    private func run(_ store: Store, limit: Int? = nil) throws -> ScoringRunner.Outcome {
        var planner = ScoringPlanner(options: options, store: store)
        let job = try planner.plan(
            ScoringRequest(dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options))
        return try ScoringRunner(store: store, environment: ["cpu": "test"]) { _ in }.run(job, limit: limit)
    }

    private func openStore() throws -> Store {
        try Store(path: folder.file("results.sqlite"), access: .write(wait: 0))
    }

    private func results(_ store: Store) throws -> RunResults {
        try store.results(of: try #require(try store.runs().last))
    }

    @Test func `what is scored is not scored again`() throws {
        try layOut()
        let store = try openStore()
        let first = try run(store)
        #expect(first.scored == 2 && first.known == 0 && first.failures == 0)
        let before = try results(store).trials.map(\.scores)
        let second = try run(store)
        #expect(second.scored == 0 && second.known == 2)
        #expect(second.run == first.run)
        #expect(try results(store).trials.map(\.scores) == before)
    }

    @Test func `a limit leaves the run partial and the next run completes it`() throws {
        try layOut()
        let store = try openStore()
        let first = try run(store, limit: 1)
        #expect(first.scored == 1 && first.left == 1)
        #expect(try results(store).isPartial)
        let second = try run(store)
        #expect(second.scored == 1 && second.known == 1)
        #expect(try !results(store).isPartial)
    }

    @Test func `a damaged video is recorded, the others are scored, and a mended one is tried again`() throws {
        try layOut()
        try FileManager.default.removeItem(atPath: folder.file("run/a.mp4"))
        try folder.write("no video", to: "run/a.mp4")
        let store = try openStore()
        let broken = try run(store)
        #expect(broken.scored == 1 && broken.failures == 1)
        let failures = try results(store).events.filter { $0.kind != "warning" }
        #expect(failures.count == 1 && failures[0].kind == "failure" && failures[0].message.contains("run/a.mp4"))
        #expect(try run(store).failures == 1)
        try link("vis/videos/task_0000.mp4", to: "run/a.mp4")
        let mended = try run(store)
        #expect(mended.scored == 1 && mended.known == 1 && mended.failures == 0)
        let after = try results(store)
        #expect(!after.events.contains { $0.kind == "failure" } && !after.isPartial)
    }

    @Test func `a damaged reference fails all its videos and no other`() throws {
        try layOut()
        try link("vis/videos/task_0000_caption1.mp4", to: "run/a_caption1.mp4")
        try FileManager.default.removeItem(atPath: folder.file("data/videos/a.mp4"))
        try folder.write("no video", to: "data/videos/a.mp4")
        let outcome = try run(try openStore())
        #expect(outcome.scored == 1 && outcome.failures == 2)
    }

    @Test func `a video that changed gives way to its new scores`() throws {
        try layOut()
        let store = try openStore()
        _ = try run(store)
        try link("edge/videos/task_0000__0.mp4", to: "run/a.mp4")
        let again = try run(store)
        #expect(again.scored == 1 && again.known == 1)
        let trials = try results(store).trials
        #expect(trials.count == 2 && trials.allSatisfy { !$0.scores.isEmpty })
    }

    @Test func `progress counts every frame once`() throws {
        try layOut()
        let store = try openStore()
        var planner = ScoringPlanner(options: options, store: store)
        let job = try planner.plan(
            ScoringRequest(dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options))
        let frames = Mutex(0)
        _ = try ScoringRunner(store: store, environment: [:]) { event in
            if case .frame = event { frames.withLock { $0 += 1 } }
        }.run(job)
        #expect(frames.withLock { $0 } == 2 * 3)
    }
}
