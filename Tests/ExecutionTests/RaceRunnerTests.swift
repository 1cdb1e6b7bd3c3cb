import Experiment
import Foundation
import Generation
import Results
import TestSupport
import Testing
import Video

@testable import Execution
@testable import Suites

/// A race from the suite to the store, with a generator that paints the clip with more or less noise on it.
@Suite struct RaceRunnerTests {
    private let folder = TemporaryFolder()
    private let race = Race(
        objectives: [
            .init(metric: "blur-ssim", region: .all), .init(metric: "edge-f1", region: .all),
        ],
        block: 1, atLeast: 5)
    private let clips = (0..<7).map { "clip_\($0)" }

    /// The more a configuration weighs vis, the less noise.
    private struct NoisyPainter: Generator {
        let label = "noisy painter"
        let fingerprint = ["noisy painter"]

        func make(
            _ tasks: [VideoTask], onProgress: (Double) -> Void,
            onResult: (Int, Result<String, any Error>) throws -> Bool
        ) throws {
            for (place, task) in tasks.enumerated() {
                onProgress(1 / Double(tasks.count))
                let clip = UInt64(task.clip.name.suffix(1)) ?? 0
                var amount = 0.0
                if case .uniform(let weight)? = task.configuration.weights.first?.amount { amount = 1 - weight }
                if FileManager.default.fileExists(atPath: task.output) {
                    try FileManager.default.removeItem(atPath: task.output)
                }
                try RaceRunnerTests.paint(task.output, clip: clip, noise: amount)
                guard try onResult(place, .success(task.output)) else { return }
            }
        }
    }

    /// A square that moves over bars, and noise on it.
    private static func paint(_ path: String, clip: UInt64, noise: Double) throws {
        let writer = try VideoWriter(path: path, size: FrameSize(width: 48, height: 48), rate: 10)
        var random = SeededRandom(clip * 31 + UInt64(noise * 100))
        for t in 0..<2 {
            var pixels: [UInt8] = []
            for y in 0..<48 {
                for x in 0..<48 {
                    let inside = (8 + 3 * t..<28 + 3 * t).contains(x) && (Int(clip)..<30).contains(y)
                    let base = inside ? 220.0 : (x / 6 + Int(clip)) % 2 == 0 ? 60 : 130
                    let level = base + noise * 160 * (Double(random.next() % 1000) / 1000 - 0.5)
                    pixels += [UInt8](repeating: UInt8(min(255, max(0, level))), count: 3)
                }
            }
            try writer.append(Frame(width: 48, height: 48, pixels: pixels))
        }
        try writer.finish()
    }

    private func layOut() throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("data/videos"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: folder.file("data/captions"), withIntermediateDirectories: true)
        for (index, clip) in clips.enumerated() {
            try Self.paint(folder.file("data/videos/\(clip).mkv"), clip: UInt64(index), noise: 0)
            try Data("{\"caption\": \"a square\"}".utf8).write(
                to: URL(fileURLWithPath: folder.file("data/captions/\(clip).json")))
        }
    }

    private func suite(_ race: Race?, grid: Bool = true) -> Suite {
        let weights = ["named": 0.1, "low": 0.2, "high": 0.9]
        let names = ["named", "low", "high"]
        let cells = names.dropFirst().map { name in
            Sweep.Cell(configuration: name, values: [.init(text: "\(weights[name]!)", number: weights[name]!)])
        }
        let axis = Sweep.Axis(name: "vis", weights: ["vis"], values: cells.map { $0.values[0] })
        return Suite(
            name: "race", path: "/suites/race.yaml", dataset: folder.file("data"),
            generator: .embedded(weights: "", steps: nil, guidance: nil), presets: [:],
            configurations: names.map { WeightedConfiguration(name: $0, weights: [("vis", .uniform(weights[$0]!))]) },
            prompts: .own, seeds: [1], metrics: MetricChoice(profile: .paibench2025),
            layout: TableLayout(title: "A race"),
            sweep: grid ? Sweep(design: .product, axes: [axis], cells: cells) : nil, race: race, raceLine: 7)
    }

    private struct Stopped: Error {}

    /// Runs the race with a store of that name until so many videos were made and scored and looks taken.
    private func run(_ name: String, steps: Int = .max, race: Race? = nil) throws -> RaceRunner.Outcome {
        let store = try Store(path: folder.file(name + ".sqlite"), access: .write(wait: 0))
        let suite = suite(race ?? self.race)
        let painter = NoisyPainter()
        let plan = try SuitePlan(suite, generator: painter, folder: folder.file(name), store: store)
        let scoring = try SuiteScoring(suite.metrics, workers: 1, mapFolder: folder.file("maps"), device: nil)
        let left = Steps(steps)
        let makes = SuiteRunner(store: store, generator: painter, environment: ["cpu": "test"]) { _ in }
        let scores = ScoringRunner(store: store, environment: ["cpu": "test"]) { _ in }
        return try RaceRunner(
            plan, race: suite.race!, scoring: scoring, store: store,
            effects: .init { part in
                let outcome = try makes.run(part, limit: left.count)
                try left.take(outcome.made, isOver: outcome.left > 0)
                return outcome
            } score: { request in
                var planner = ScoringPlanner(options: scoring.options, store: store)
                let outcome = try scores.run(planner.plan(request), limit: left.count)
                try left.take(outcome.scored, isOver: outcome.left > 0)
                return outcome
            }
        ) { event in
            if case .looked = event { left.count -= 1 }
        }.run()
    }

    /// How many steps are left before a kill.
    private final class Steps {
        var count: Int
        init(_ count: Int) { self.count = count }

        func take(_ done: Int, isOver: Bool) throws {
            count -= min(done, count)
            if isOver || count <= 0 { throw Stopped() }
        }
    }

    private struct Kept: Equatable {
        let race: [RaceLook]
        let scores: [String: [Double?]]
        let rejected: [String: Int]
        let isPartial: Bool
        let identity: Int
    }

    private func kept(_ name: String) throws -> Kept {
        let store = try Store(path: folder.file(name + ".sqlite"), access: .read)
        let runs = try store.runs()
        guard let run = runs.last else { throw Stopped() }
        let results = try store.results(of: run)
        let scores = results.trials.map { trial in
            ("\(trial.configuration) \(trial.clip)", trial.scores.map(\.outcome.value))
        }
        return Kept(
            race: results.race, scores: Dictionary(scores) { a, _ in a }, rejected: results.run.rejected,
            isPartial: results.isPartial, identity: runs.count)
    }

    @Test func `cells that are beaten are not made on later clips, and named ones are`() throws {
        try layOut()
        let outcome = try run("whole")
        let whole = try kept("whole")
        #expect(whole.race.map(\.clips) == [5, 6] && outcome.isWhole)
        #expect(whole.race[0].decisions.map(\.dropped) == ["low"])
        #expect(whole.race[0].decisions.map(\.by) == ["high"] && whole.race[1].decisions.isEmpty)
        #expect(outcome.trials == 5 * 3 + 2 * 2 && outcome.planned == 21 && whole.scores.count == outcome.trials)
        #expect(!whole.isPartial && whole.rejected.isEmpty)
        let made = try FileManager.default.contentsOfDirectory(atPath: folder.file("whole/low"))
        #expect(made.count == 5)
        // Again: nothing is made, scored or decided.
        #expect(try run("whole").scoring.scored == 0)
        #expect(try kept("whole") == whole)
    }

    @Test func `stopped after any step, the race goes on to the same store`() throws {
        try layOut()
        let outcome = try run("whole")
        let whole = try kept("whole")
        let steps = 2 * outcome.trials + outcome.looks.count
        for limit in 1..<steps {
            #expect(throws: Stopped.self, "after \(limit) steps") { try run("part", steps: limit) }
            if let part = try? kept("part"), !part.scores.isEmpty { #expect(part.isPartial, "after \(limit) steps") }
            _ = try run("part")
            #expect(try kept("part") == whole, "after \(limit) steps")
            for file in ["part.sqlite", "part.sqlite-wal", "part.sqlite-shm", "part"] {
                try? FileManager.default.removeItem(atPath: folder.file(file))
            }
        }
    }

    @Test func `another race of the same suite is another run`() throws {
        try layOut()
        _ = try run("whole")
        _ = try run("whole", race: Race(objectives: race.objectives, confidence: 0.9))
        #expect(try kept("whole").identity == 2)
    }

    @Test func `a race that may drop nobody is refused with its line`() throws {
        try layOut()
        let plan = try SuitePlan(
            suite(race, grid: false), generator: NoisyPainter(), folder: folder.file("a"), store: nil)
        let scoring = try SuiteScoring(plan.suite.metrics, workers: 1, mapFolder: folder.file("maps"), device: nil)
        let error = #expect(throws: BenchError.self) { try scoring.check(plan) }
        #expect(error?.sentence.hasPrefix("/suites/race.yaml:7: 'race' has nobody whom it may drop") == true)
    }

    @Test func `an objective that nobody measures is refused with its line before anything is made`() throws {
        try layOut()
        let suite = suite(Race(objectives: [.init(metric: "depth-si-rmse", region: .all)]))
        let plan = try SuitePlan(suite, generator: NoisyPainter(), folder: folder.file("a"), store: nil)
        let scoring = try SuiteScoring(suite.metrics, workers: 1, mapFolder: folder.file("maps"), device: nil)
        let error = #expect(throws: BenchError.self) { try scoring.check(plan) }
        #expect(
            error?.sentence.hasPrefix("/suites/race.yaml:7: nobody can measure the objective 'depth-si-rmse': add")
                == true,
            "\(error?.sentence ?? "")")
    }
}
