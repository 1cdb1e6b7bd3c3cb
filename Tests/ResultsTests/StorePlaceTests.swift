import Experiment
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Results

/// Stores that are moved together with what lies beside them.
@Suite struct StorePlaceTests {
    let folder = TemporaryFolder()
    let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func trial(in place: String, dataset: String) -> PlannedTrial {
        let clip = Clip(
            name: "a", caption: "", video: Artifact(path: dataset + "/videos/a.mkv", bytes: 1, sha256: "0a"))
        let trial = Trial(
            configuration: Configuration(name: "Vis"), clip: clip, prompt: "",
            video: Artifact(path: place + "/made/Vis/a.mkv", bytes: 2, sha256: "0b"))
        return PlannedTrial(trial: trial, fingerprint: Identity(of: ["scores"]))
    }

    @Test func `paths in the store's folder move with it, and others stay`() throws {
        let (old, new) = (folder.file("old"), folder.file("new"))
        try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
        let here = StorePlace.folder(of: old + "/results.sqlite")
        do {
            let store = try Store(path: old + "/results.sqlite", access: .write(wait: 0))
            let planned = trial(in: here, dataset: "/elsewhere")
            let plan = Made.plan([planned])
            let run = try store.begin(plan, environment: [:], at: now)
            try store.note("is broken", isWarning: false, of: here + "/made/Vis/a.mkv", run: run, at: now)
            try store.note("is incomplete", isWarning: true, of: "Vis", run: run, at: now)
            try store.remember([(Artifact(path: here + "/made/Vis/a.mkv", bytes: 2, sha256: "0b"), "stamp")])
        }
        try FileManager.default.moveItem(atPath: old, toPath: new)
        let there = StorePlace.folder(of: new + "/results.sqlite")
        #expect(there != here)
        let store = try Store(path: new + "/results.sqlite", access: .read)
        let results = try store.results(of: #require(try store.runs().first))
        #expect(results.trials.map(\.generatedPath) == [there + "/made/Vis/a.mkv"])
        #expect(results.trials.map(\.referencePath) == ["/elsewhere/videos/a.mkv"])
        #expect(results.run.dataset == "/data")
        #expect(Set(results.events.map(\.subject)) == [there + "/made/Vis/a.mkv", "Vis"])
        #expect(try store.knownHash(path: there + "/made/Vis/a.mkv", bytes: 2, stamp: "stamp") == "0b")
        #expect(store.former(there + "/made") == here + "/made" && store.former(there) == here)
        #expect(store.former(there + "-beside/made") == there + "-beside/made" && store.former("/data") == "/data")
    }

    @Test(arguments: [true, false])
    func `absolute paths of an older store are those of before, and relative from then on`(isRead: Bool) throws {
        let path = folder.file("results.sqlite")
        let here = StorePlace.folder(of: path)
        let old = try DatabaseQueue(path: path)
        try Schema.migrator(in: here).migrate(old, upTo: "2026-12 caveats")
        try old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO environment (details) VALUES ('{}');
                    INSERT INTO run (identity, name, dataset, profile, parameters, metrics, regions, environment_id,
                        rejected, created_at)
                    VALUES ('0a', 'old', :folder || '/data', 'paibench-2025', '{}', '[]', '["all"]', 1, '{}', 'then');
                    INSERT INTO artifact (path, bytes, stamp, sha256) VALUES (:folder || '/a.mkv', 1, 's', '0c'),
                        (:folder || '-beside/a.mkv', 1, 's', '0d');
                    """, arguments: ["folder": here])
        }
        try old.close()
        let store = try Store(path: path, access: isRead ? .read : .write(wait: 0))
        #expect(try store.runs().map(\.dataset) == [here + "/data"])
        #expect(try store.knownHash(path: here + "/a.mkv", bytes: 1, stamp: "s") == "0c")
        #expect(try store.knownHash(path: here + "-beside/a.mkv", bytes: 1, stamp: "s") == "0d")
        let kept = try store.read { db in try String.fetchAll(db, sql: "SELECT path FROM artifact ORDER BY sha256") }
        #expect(kept == ["./a.mkv", here + "-beside/a.mkv"])
    }
}
