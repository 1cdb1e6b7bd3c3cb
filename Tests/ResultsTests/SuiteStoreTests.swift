import Experiment
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Results

/// What a suite's run keeps: its layout, the order of its rows, and the videos that were made for it.
@Suite struct SuiteStoreTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("results.sqlite") }
    private let now = Date(timeIntervalSince1970: 0)

    private static let layout = TableLayout(
        title: "Table 1", columns: [.init(metric: "blur-ssim", region: .all), .init(metric: "edge-f1", region: .fg)],
        published: PublishedTable(
            source: "a paper, Table 1", comparison: .ranking,
            columns: [
                .init(column: .init(metric: "blur-ssim", region: .all), published: "Blur SSIM"),
                .init(column: .init(metric: "niqe", region: .all), published: "Quality", direction: .higher),
            ],
            rows: [.init(configuration: "vis", values: [0.96, nil]), .init(configuration: "edge", values: [0.77, 5])]))

    private func plan(
        _ trials: [PlannedTrial], rejected: [String: Int] = [:], layout: TableLayout? = layout,
        configurations: [String] = []
    ) -> RunPlan {
        RunPlan(
            name: "table1", dataset: "/data", profile: .paibench2025, parameters: [:], metrics: Made.metrics,
            regions: [.all], trials: trials, rejected: rejected, layout: layout, configurations: configurations,
            identity: Identity(of: ["table1"]))
    }

    private func video(_ name: String, configuration: WeightedConfiguration, seed: UInt32 = 1) -> GeneratedVideo {
        let clip = ClipInputs(name: "a", video: "/data/a.mp4", controls: [:], foreground: nil)
        let task = VideoTask(
            configuration: configuration, clip: clip, prompt: Prompt(label: "1", text: "a red arm"), seed: seed,
            output: "/out/\(name)", recipe: "0a1b2c3d")
        return GeneratedVideo(
            identity: Identity(of: [name]), task: task, generator: "embedded", video: Made.artifact(name), seconds: 2.5)
    }

    @Test func `a layout is read back whole, and goes when the run is planned without one`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        _ = try store.begin(plan([Made.trial("vis", "a")], configurations: ["vis"]), environment: [:], at: now)
        let summary = try #require(try store.runs().first)
        #expect(summary.layout == Self.layout && summary.configurations == ["vis"])
        _ = try store.begin(plan([Made.trial("vis", "a")], layout: nil), environment: [:], at: now)
        #expect(try store.runs().map(\.layout) == [nil] && store.runs().map(\.configurations) == [[]])
    }

    @Test func `rows follow the plan, also those whose videos were all rejected`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let trials = [Made.trial("seg", "a"), Made.trial("edge", "a"), Made.trial("stray", "a")]
        let order = ["all", "edge", "depth", "seg", "unplanned"]
        _ = try store.begin(
            plan(trials, rejected: ["depth": 2, "all": 1, "lost": 1], configurations: order), environment: [:], at: now)
        let results = try store.results(of: try #require(try store.runs().first))
        #expect(results.configurations == ["all", "edge", "depth", "seg", "stray", "lost"])
        #expect(results.isPartial && results.planned == 7)
    }

    @Test func `a grid is read back whole`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let third = Sweep.Value(text: "1/3", number: 1.0 / 3)
        let sweep = Sweep(
            design: .oneAtATime, axes: [.init(name: "vis/fg", weights: ["vis/fg"], values: [third])],
            cells: [.init(configuration: "vis/fg 1/3", values: [third])], base: 0)
        let plan = RunPlan(
            name: "swept", dataset: "/data", profile: .paibench2025, parameters: [:], metrics: Made.metrics,
            regions: [.all], trials: [Made.trial("vis/fg 1/3", "a")], sweep: sweep, identity: Identity(of: ["swept"]))
        _ = try store.begin(plan, environment: [:], at: now)
        #expect(try store.runs().map(\.sweep) == [sweep])
    }

    @Test func `a store from before suites is read as it is and brought up to date, its runs without a layout`() throws
    {
        let old = try DatabaseQueue(path: path)
        try Schema.migrator(in: "/nowhere").migrate(old, upTo: "2026-11 conditions")
        try old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO environment (details) VALUES ('{"cpu":"x"}');
                    INSERT INTO run (identity, name, dataset, profile, parameters, metrics, regions, environment_id,
                        rejected, created_at)
                    VALUES ('0a', 'old', '/data', 'paibench-2025', '{}', '[]', '["all"]', 1, '{"edge":2}', 'then');
                    """)
        }
        try old.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(try Store(path: path, access: .read).runs().map(\.name) == ["old"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        let store = try Store(path: path, access: .write(wait: 0))
        let summary = try #require(try store.runs().first)
        #expect(summary.name == "old" && summary.layout == nil && summary.configurations.isEmpty)
        #expect(try store.results(of: summary).configurations == ["edge"])
        #expect(try store.generated([Identity(of: ["x"])]).isEmpty)
    }

    @Test func `a made video is found by its identity, and one made again takes its place`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let configuration = WeightedConfiguration(
            name: "scheme a",
            weights: [("vis", .regional(fg: 0.5, bg: 0)), ("edge", .uniform(0.25)), ("seg", .uniform(0))]
        )
        let first = video("first", configuration: configuration)
        let second = video("second", configuration: configuration, seed: .max)
        try store.record(first, environment: ["cpu": "x"], at: now)
        try store.record(second, environment: ["cpu": "x"], at: now)
        let unknown = Identity(of: ["unknown"])
        #expect(
            try store.generated([second.identity, unknown, first.identity]).mapValues(\.video)
                == [first.identity: first.video, second.identity: second.video])

        let again = GeneratedVideo(
            identity: first.identity, task: first.task, generator: "embedded", video: Made.artifact("other"),
            seconds: nil)
        try store.record(again, environment: ["cpu": "y"], at: now)
        #expect(
            try Store(path: path, access: .read).generated([first.identity]).mapValues(\.video)
                == [first.identity: again.video])
        let rows = try store.database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM generation ORDER BY seed")
        }
        func texts(_ column: String) -> [String] { rows.map { $0[column] } }
        let seeds: [Int64] = rows.map { $0["seed"] }
        let seconds: [Double?] = rows.map { $0["seconds"] }
        #expect(seeds == [1, 4_294_967_295] && seconds == [nil, 2.5])
        #expect(texts("weights") == Array(repeating: #"{"edge":0.25,"vis":{"bg":0,"fg":0.5}}"#, count: 2))
        #expect(texts("clip") == ["a", "a"] && texts("prompt") == ["1", "1"])
        #expect(texts("configuration") == ["scheme a", "scheme a"])
    }

    @Test func `a damaged layout or video is a damaged store, not a crash`() throws {
        let store = try Store(path: path, access: .write(wait: 0))
        _ = try store.begin(plan([Made.trial("vis", "a")]), environment: [:], at: now)
        let made = video("a", configuration: WeightedConfiguration(name: "vis", weights: []))
        try store.record(made, environment: [:], at: now)
        try store.database.write { db in try db.execute(sql: "UPDATE generation SET path = X'ff'") }
        #expect(errorCode { try store.generated([made.identity]) } == .unusableInput)
        for damage in ["'xx'", "'{}'", "X'ff00'", #"'{"layout": {"title": 3}, "configurations": []}'"#] {
            try store.database.write { db in try db.execute(sql: "UPDATE run SET suite = \(damage)") }
            #expect(errorCode { try store.runs() } == .unusableInput, "\(damage)")
        }
        #expect(throws: DatabaseError.self) {
            try store.database.write { db in try db.execute(sql: "UPDATE generation SET bytes = 'many'") }
        }
    }
}
