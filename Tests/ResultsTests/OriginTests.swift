import Experiment
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Results

/// What the store knows of how scored videos were made.
@Suite struct OriginTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("results.sqlite") }
    private let now = Date(timeIntervalSince1970: 0)

    /// A run of the clips' videos in one configuration.
    private func store(_ clips: [String], configuration: String = "scheme a") throws -> Store {
        let store = try Store(path: path, access: .write(wait: 0))
        _ = try store.begin(
            Made.plan(clips.map { Made.trial(configuration, $0, prompt: "1") }), environment: [:], at: now)
        return store
    }

    /// The video that `Made.trial` has, as it was made.
    private func video(
        _ clip: String, of configuration: WeightedConfiguration, recordedAs name: String? = nil, seed: UInt32 = 7
    ) -> GeneratedVideo {
        let task = VideoTask(
            configuration: WeightedConfiguration(name: name ?? configuration.name, weights: configuration.weights),
            clip: ClipInputs(name: clip, video: "/data/\(clip).mp4", controls: [:], foreground: nil),
            prompt: Prompt(label: "1", text: "a red arm"), seed: seed, output: "/out/\(clip).mkv", recipe: "0a1b2c3d")
        return GeneratedVideo(
            identity: Identity(of: [clip, name ?? configuration.name, "\(seed)"]), task: task,
            generator: "embedded small, 10 steps", settings: ["steps": "10", "guidance": "2"],
            video: Made.artifact("\(configuration.name)/\(clip)1"), seconds: nil)
    }

    private let scheme = WeightedConfiguration(
        name: "scheme a",
        weights: [("seg", .regional(fg: 0, bg: 0.5)), ("vis", .uniform(1)), ("lidar", .uniform(0.25))])

    private func origins() throws -> [VideoOrigin?] {
        let store = try Store(path: path, access: .read)
        return try store.results(of: try #require(try store.runs().first)).trials.map(\.origin)
    }

    @Test func `a made video says weights, settings, prompt and seed, and another one that nothing is known`() throws {
        let store = try store(["a", "b"])
        try store.record(video("a", of: scheme), environment: [:], at: now)
        let origins = try origins()
        let origin = try #require(origins[0])
        #expect(origins[1] == nil)
        #expect(origin.weights.weights.map(\.control) == ["vis", "seg", "lidar"])
        #expect(origin.weights.weights.map(\.amount) == [.uniform(1), .regional(fg: 0, bg: 0.5), .uniform(0.25)])
        #expect(origin.generator == "embedded small, 10 steps" && origin.settings == ["steps": "10", "guidance": "2"])
        #expect(origin.promptLabel == "1" && origin.promptText == "a red arm" && origin.seed == 7)
        #expect(origin.arrival == .made)
    }

    @Test func `the same bytes under another name are still known, and the own name goes first`() throws {
        let store = try store(["a"])
        try store.record(video("a", of: scheme, recordedAs: "elsewhere"), environment: [:], at: now)
        #expect(try origins()[0]?.weights.name == "elsewhere")
        try store.record(video("a", of: scheme, seed: 8), environment: [:], at: now)
        try store.record(video("a", of: scheme, recordedAs: "later"), environment: [:], at: now)
        #expect(try origins()[0]?.weights.name == "scheme a" && origins()[0]?.seed == 8)
    }

    @Test func `the same bytes of several seeds and recipes keep what each run had`() throws {
        let store = try store(["a"])
        try store.record(video("a", of: scheme), environment: [:], at: now)
        let run = try #require(try store.runs().first).number
        try store.finish(run: run, at: now.addingTimeInterval(10))
        // Another seed gives the same bytes, and later the video is adopted under another recipe.
        try store.record(video("a", of: scheme, seed: 8), environment: [:], at: now.addingTimeInterval(100))
        #expect(try origins()[0]?.seed == 7)
        let other = try Store(path: folder.file("other.sqlite"), access: .write(wait: 0))
        let trials = ["1-seed7", "1-seed8"].map { prompt in
            let trial = Trial(
                configuration: Configuration(name: "scheme a"),
                clip: Clip(name: "a", caption: "a clip", video: Made.artifact("a")), prompt: prompt,
                video: Made.artifact("scheme a/a1"))
            return PlannedTrial(trial: trial, fingerprint: trial.identity)
        }
        _ = try other.begin(Made.plan(trials), environment: [:], at: now)
        for seed in [7, 8] as [UInt32] {
            try other.record(video("a", of: scheme, seed: seed), environment: [:], at: now)
        }
        let results = try other.results(of: try #require(try other.runs().first))
        #expect(results.trials.map { $0.origin?.seed } == results.trials.map { $0.prompt == "1-seed7" ? 7 : 8 })
    }

    @Test func `a store of an older program is read as it is, with less known`() throws {
        let old = try store(["a"])
        try old.record(video("a", of: scheme), environment: [:], at: now)
        try old.database.write { db in
            try db.execute(
                sql: """
                    ALTER TABLE generation DROP COLUMN prompt_text;
                    ALTER TABLE generation DROP COLUMN settings;
                    DELETE FROM grdb_migrations WHERE identifier = '2026-12 origins';
                    """)
        }
        let origin = try #require(try origins()[0])
        #expect(origin.settings == nil && origin.promptText == nil && origin.arrival == .made)
        #expect(origin.weights.weights.map(\.control) == ["vis", "seg", "lidar"] && origin.seed == 7)
        // What was read is a copy.
        let after = try Store.reader(path)
        #expect(try after.read { try $0.columns(in: "generation").contains { $0.name == "settings" } } == false)
    }

    @Test func `a video that was taken over is told from one that was made`() throws {
        let store = try store(["a", "b", "c"])
        for clip in ["a", "b", "c"] { try store.record(video(clip, of: scheme), environment: [:], at: now) }
        try store.database.write { db in
            if try !db.columns(in: "generation").contains(where: { $0.name == "adopted" }) {
                try db.execute(sql: "ALTER TABLE generation ADD COLUMN adopted TEXT")
            }
            try db.execute(sql: "UPDATE generation SET adopted = '' WHERE clip = 'b'")
            try db.execute(sql: "UPDATE generation SET adopted = '00ff' WHERE clip = 'c'")
        }
        #expect(try origins().map { $0?.arrival } == [.made, .found, .adopted])
    }
}
