import Experiment
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Results

/// Opening, writing, reading and guarding the store.
@Suite struct StoreTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("results.sqlite") }
    private let now = Date(timeIntervalSince1970: 0)

    @Test func `what is recorded is read back whole`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let trials = [Made.trial("edge", "a"), Made.trial("edge", "b")]
        let plan = Made.plan(trials)
        let run = try store.begin(plan, environment: ["cpu": "x"], at: now)
        try store.record(
            Made.record(["blur-ssim": 0.5, "depth-si-rmse": Double?.none]), of: trials[0], plan: plan,
            environment: ["cpu": "x"])
        try store.note("b is broken", isWarning: false, of: trials[1].trial.video.path, run: run, at: now)
        try store.finish(run: run, at: now)

        let reader = try Store(path: path, access: .read)
        let summary = try #require(try reader.runs().first)
        #expect(summary.name == "made" && summary.metrics == Made.metrics && summary.environment == ["cpu": "x"])
        let results = try reader.results(of: summary)
        #expect(results.planned == 2 && results.scored == 1 && results.isPartial)
        let score = try #require(results.trials[0].score("blur-ssim", .all))
        #expect(score.outcome == .scored(0.5))
        #expect(score.counts == ["tp": 4] && score.warnings == ["mind this"])
        #expect(
            results.curves.first { $0.metric == "blur-ssim" }
                == .init(configuration: "edge", metric: "blur-ssim", means: [0.25, nil, 0.75], videos: 1))
        #expect(results.trials[0].score("depth-si-rmse", .all)?.outcome == .unscored(reason: "no depth"))
        #expect(results.events.map(\.message).sorted() == ["b is broken", "resized"])
        let previews = try reader.previews(of: trials[0].trial.identity)
        #expect(previews.map(\.frame) == [0, 2] && previews[1].jpeg == [255, 216, 3])
        #expect(try reader.unscored(trials) == [trials[1].fingerprint])
    }

    @Test func `recording a trial again replaces its scores`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let trial = Made.trial("edge", "a")
        let plan = Made.plan([trial])
        for value in [0.5, 0.75] {
            _ = try store.begin(plan, environment: [:], at: now)
            try store.record(Made.record(["blur-ssim": value]), of: trial, plan: plan, environment: ["cpu": "x"])
        }
        let results = try store.results(of: try #require(try store.runs().first))
        #expect(try store.runs().count == 1)
        #expect(results.trials[0].scores.count == 1 && results.trials[0].scores[0].outcome.value == 0.75)
    }

    @Test func `a damaged cell is a damaged store, not a crash`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let trial = Made.trial("edge", "a")
        let plan = Made.plan([trial])
        _ = try store.begin(plan, environment: [:], at: now)
        try store.record(Made.record(["blur-ssim": 0.5]), of: trial, plan: plan, environment: [:])
        for damage in ["value = 'text'", "n = 'many'", "value = NULL"] {
            #expect(throws: DatabaseError.self, "\(damage)") {
                try store.database.write { db in try db.execute(sql: "UPDATE score SET \(damage)") }
            }
        }
        try store.database.write { db in try db.execute(sql: "UPDATE score SET warnings = 'xx'") }
        #expect(errorCode { try store.results(of: try store.runs()[0]) } == .unusableInput)
    }

    @Test func `what scoring had to say goes with the scores to every run that shows them`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let trial = Made.trial("edge", "a")
        let first = Made.plan([trial], name: "first")
        _ = try store.begin(first, environment: [:], at: now)
        let video = TrialRecord.Video(width: 64, height: 48, rate: 24, declaredFrames: 3)
        let record = TrialRecord(
            reference: video, generated: video, scores: Made.record(["blur-ssim": 0.5]).scores, warnings: ["resized"],
            failures: ["depth is broken"], referencePreviews: [:], generatedPreviews: [:])
        try store.record(record, of: trial, plan: first, environment: [:])
        let second = try store.begin(
            Made.plan([trial, Made.trial("vis", "a")], name: "second"), environment: [:], at: now)
        #expect(try store.partFailures(run: second) == 1)
        let results = try store.results(of: try #require(try store.runs().last))
        #expect(results.events.map(\.message) == ["depth is broken", "resized"])
        #expect(results.isPartial)
    }

    @Test func `two clips of the same bytes are two, and rejected videos count as planned`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        func twin(_ clip: String) -> PlannedTrial {
            let same = Artifact(path: "/videos/\(clip)", bytes: 1, sha256: "same")
            let trial = Trial(
                configuration: Configuration(name: "edge"), clip: Clip(name: clip, caption: "", video: same),
                prompt: "",
                video: same)
            return PlannedTrial(trial: trial, fingerprint: Identity(of: [trial.identity.hex]))
        }
        let plan = RunPlan(
            name: "twins", dataset: "/data", profile: .paibench2025, parameters: [:], metrics: Made.metrics,
            regions: [.all], trials: [twin("a"), twin("b")], rejected: ["edge": 3, "lost": 1],
            identity: Identity(of: ["twins"]))
        _ = try store.begin(plan, environment: [:], at: now)
        let results = try store.results(of: try #require(try store.runs().first))
        #expect(results.trials.map(\.clip) == ["a", "b"])
        #expect(results.planned == 6 && results.configurations == ["edge", "lost"])
    }

    @Test func `a second writer is told who holds the store, and may wait`() throws {
        var holder: Store? = try Store(path: path, access: .write(wait: 0))
        #expect(errorCode { try Store(path: path, access: .write(wait: 0)) } == .tryAgain)
        #expect(sentence { try Store(path: path, access: .write(wait: 0.1)) }.contains("process \(getpid())"))
        #expect(errorCode { try Store(path: path, access: .read) } == nil)
        #expect(holder != nil)
        holder = nil
        #expect(errorCode { try Store(path: path, access: .write(wait: 0)) } == nil)
    }

    @Test func `a store of a newer version is refused untouched`() throws {
        var newer = Schema.migrator(in: "/nowhere")
        newer.registerMigration("2031-01 dreams") { db in try db.execute(sql: "CREATE TABLE dream (id INTEGER)") }
        _ = try Store(path: path, access: .write(wait: 0), migrator: newer)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for path in ["", ":memory:", folder.path] {
            #expect(errorCode { try Store(path: path, access: .write(wait: 0)) } == .unusableInput)
        }
        for access in [Store.Access.read, .write(wait: 0)] {
            #expect(errorCode { try Store(path: path, access: access) } == .unusableInput)
            #expect(sentence { try Store(path: path, access: access) }.contains("newer transferbench"))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func `files that are no stores are refused untouched`() throws {
        try folder.write(
            "plain text, long enough to be looked at as a database header, and then some more of it", to: "text")
        let foreign = try DatabaseQueue(path: folder.file("foreign"))
        try foreign.write { db in try db.execute(sql: "CREATE TABLE theirs (id INTEGER)") }
        try foreign.close()
        for name in ["text", "foreign"] {
            let before = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
            #expect(errorCode { try Store(path: folder.file(name), access: .write(wait: 0)) } == .unusableInput)
            #expect(errorCode { try Store(path: folder.file(name), access: .read) } == .unusableInput)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) == before)
        }
        #expect(errorCode { try Store(path: folder.file("absent"), access: .read) } == .unusableInput)
        #expect(
            errorCode { try Store(path: folder.file("no/folder/store"), access: .write(wait: 0)) } == .unusableInput)
    }

    @Test func `a store whose making was cut short is made anew`() throws {
        let half = try DatabaseQueue(path: path)
        try half.write { db in
            try db.execute(sql: "CREATE TABLE t (id INTEGER)")
            try db.execute(sql: "DROP TABLE t")
        }
        try half.close()
        #expect(errorCode { try Store(path: path, access: .read) } == .unusableInput)
        #expect(try Store(path: path, access: .write(wait: 0)).runs().isEmpty)
    }

    @Test func `a store whose making was killed before its first transaction is made anew`() throws {
        try DatabaseQueue(path: path).write { db in
            try db.execute(sql: "CREATE TABLE t (id INTEGER)")
            try db.execute(sql: "DROP TABLE t")
        }
        // A journal's header: magic, no records, nonce, the file had no pages, sectors of 512 bytes, pages of 4096.
        var journal: [UInt8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]
        journal += [0, 0, 2, 0, 0, 0, 0x10, 0]
        journal += [UInt8](repeating: 0, count: 512 - journal.count)
        try Data(journal).write(to: URL(fileURLWithPath: path + "-journal"))
        #expect(errorCode { try Store(path: path, access: .read) } == .unusableInput)
        #expect(try Store(path: path, access: .write(wait: 0)).runs().isEmpty)
    }

    @Test func `a full disk is a sentence with the remedy, and what was committed stays`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let trials = (0..<200).map { Made.trial("edge", "clip\($0)") }
        let plan = Made.plan(trials)
        _ = try store.begin(plan, environment: [:], at: now)
        // SQLite reports a page limit as it reports a full disk.
        try store.database.write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 20)")
        }
        var recorded = 0
        let failure = sentence {
            for trial in trials {
                try store.record(Made.record(["blur-ssim": 0.5]), of: trial, plan: plan, environment: ["cpu": "x"])
                recorded += 1
            }
        }
        #expect(recorded > 0 && recorded < 200)
        #expect(failure.contains("is full; free space and run the same command again"))
        #expect(try store.results(of: try #require(try store.runs().first)).scored == recorded)
    }

    @Test func `a file's hash is remembered while its size and time stay`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        try store.remember([(Made.artifact("a"), "17")])
        let known = Made.artifact("a")
        #expect(try store.knownHash(path: known.path, bytes: 10, stamp: "17") == known.sha256)
        #expect(try store.knownHash(path: known.path, bytes: 10, stamp: "18") == nil)
        #expect(try store.knownHash(path: known.path, bytes: 11, stamp: "17") == nil)
    }
}
