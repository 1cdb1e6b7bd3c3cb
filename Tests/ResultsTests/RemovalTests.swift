import Experiment
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Results

/// Runs that are removed, and folders that are searched for a store.
@Suite struct RemovalTests {
    private let folder = TemporaryFolder()
    private let now = Date(timeIntervalSince1970: 0)

    /// Two runs that share a video, each with one of its own.
    private func twoRuns() throws -> Store {
        let store = try Store(path: folder.file("results.sqlite"), access: .write(wait: 0))
        for (name, clips) in [("first", ["a", "b"]), ("second", ["b", "c"])] {
            let trials = clips.map { Made.trial("vis", $0) }
            let plan = Made.plan(trials, name: name)
            let run = try store.begin(plan, environment: [:], at: now)
            for trial in trials {
                try store.record(
                    Made.record(["blur-ssim": 0.5, "depth-si-rmse": nil]), of: trial, plan: plan, environment: [:])
            }
            try store.note("mind", isWarning: true, of: "x", run: run, at: now)
        }
        return store
    }

    private func count(_ table: String, _ store: Store) throws -> Int {
        try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    @Test func `a removed run takes what only it shows`() throws {
        let store = try twoRuns()
        #expect(try store.removal(of: [1]) == RunRemoval(scores: 2))
        #expect(try store.runs().count == 2, "nothing goes before it is asked for")
        #expect(try store.remove(runs: [1]) == RunRemoval(scores: 2))
        #expect(try store.runs().map(\.name) == ["second"])
        let left = try store.results(of: try #require(try store.runs().first))
        #expect(left.trials.map(\.clip) == ["b", "c"] && left.trials.allSatisfy { $0.scores.count == 2 })
        #expect(try count("trial", store) == 2 && count("clip", store) == 2 && count("event", store) == 1)
        #expect(try count("score", store) == 4 && count("remark", store) == 2 && count("configuration", store) == 1)
        #expect(try store.previews(of: left.trials[0].trialIdentity).count == 2)
        #expect(try store.remove(runs: [2]) == RunRemoval(scores: 4))
        for table in ["run", "run_trial", "trial", "clip", "configuration", "score", "preview", "remark", "event"] {
            #expect(try count(table, store) == 0, "\(table)")
        }
    }

    @Test func `what is known of made videos stays, and a removed run can be run again`() throws {
        let store = try twoRuns()
        let task = VideoTask(
            configuration: WeightedConfiguration(name: "vis", weights: [("vis", .uniform(1))]),
            clip: ClipInputs(name: "a", video: "/data/a.mp4", controls: [:], foreground: nil),
            prompt: Prompt(label: "", text: ""), seed: 1, output: "/out/a.mkv", recipe: "0a1b2c3d")
        let made = GeneratedVideo(
            identity: Identity(of: ["a"]), task: task, generator: "g", video: Made.artifact("vis/a"), seconds: 1)
        try store.record(made, environment: [:], at: now)
        _ = try store.remove(runs: [1, 2])
        #expect(try count("generation", store) == 1)
        let trial = Made.trial("vis", "a")
        let plan = Made.plan([trial], name: "first")
        _ = try store.begin(plan, environment: [:], at: now)
        #expect(try store.unscored([trial]) == [trial.fingerprint])
        #expect(try store.results(of: try #require(try store.runs().first)).trials[0].origin?.seed == 1)
    }

    @Test func `a folder's only store is found, and several are told by name`() throws {
        #expect(errorCode { try Store.only(in: folder.path) } == .unusableInput)
        _ = try twoRuns()
        try folder.write("not a database", to: "notes.sqlite")
        #expect(try Store.only(in: folder.path) == folder.file("results.sqlite"))
        _ = try Store(path: folder.file("table 1.sqlite"), access: .write(wait: 0))
        #expect(errorCode { try Store.only(in: folder.path) } == .usage)
        #expect(
            sentence { try Store.only(in: folder.path) }.contains("2 stores: results.sqlite, table 1.sqlite; name one"))
    }
}
