import Experiment
import Foundation
import Generation
import Results
import Scoring
import Synchronization
import Tensors
import TestSupport
import Testing
import Video

@testable import Execution
@testable import Suites

/// Suites with a generator that paints: planning, identities, resuming, failures, partial runs.
@Suite struct SuiteRunnerTests {
    let folder = TemporaryFolder()

    /// Paints a video in a grey that depends on the task, and counts what it was asked for.
    final class Painter: Generator {
        let label = "painter"
        let fingerprint: [String]
        let files: [Artifact]
        private let refused: @Sendable (VideoTask) -> Bool
        let asked = Mutex<[[VideoTask]]>([])

        init(
            version: String = "1", files: [Artifact] = [],
            refusing refused: @escaping @Sendable (VideoTask) -> Bool = { _ in false }
        ) {
            fingerprint = ["painter", version]
            self.files = files
            self.refused = refused
        }

        func make(
            _ tasks: [VideoTask], onProgress: (Double) -> Void,
            onResult: (Int, Result<String, any Error>) throws -> Bool
        ) throws {
            asked.withLock { $0.append(tasks) }
            for (place, task) in tasks.enumerated() {
                onProgress(1 / Double(tasks.count))
                guard !refused(task) else {
                    let error = BenchError(.unusableInput, "the painter has no colour")
                    guard try onResult(place, .failure(error)) else { return }
                    continue
                }
                let text = task.prompt.text.utf8.reduce(0) { $0 + UInt64($1) }
                let path = try #require(
                    (0...).lazy.map { task.place($0) }.first {
                        !FileManager.default.fileExists(atPath: $0)
                    })
                try FileManager.default.createDirectory(
                    atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
                    withIntermediateDirectories: true)
                let own = UInt64(task.seed) + text + UInt64(task.configuration.weights.count)
                try paint(path, seed: own + UInt64(fingerprint[1].utf8.first ?? 0))
                guard try onResult(place, .success(path)) else { return }
            }
        }
    }

    let vis = WeightedConfiguration(name: "Vis", weights: [("vis", .uniform(1))])
    let both = WeightedConfiguration(
        name: "Vis / Seg", weights: [("vis", .uniform(0.5)), ("seg", .uniform(0.5))])

    func suite(
        _ configurations: [WeightedConfiguration], prompts: PromptChoice = .own, seeds: [UInt32] = [1],
        clips: ClipChoice? = nil, generator: GeneratorChoice = .embedded(weights: "", steps: nil, guidance: nil),
        columns: [TableLayout.Column] = []
    ) -> Suite {
        Suite(
            name: "test", path: folder.file("test.yaml"), dataset: folder.file("data"), clips: clips,
            generator: generator, presets: [:], configurations: configurations,
            prompts: prompts, seeds: seeds, metrics: MetricChoice(profile: .paibench2025),
            layout: TableLayout(title: "A test", columns: columns))
    }

    func write(_ name: String, seed: UInt64 = 7) throws {
        let path = folder.file(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try paint(path, seed: seed)
    }

    func layOut(_ clips: [String] = ["a", "b"]) throws {
        for (index, clip) in clips.enumerated() {
            try write("data/videos/\(clip).mkv", seed: UInt64(index + 1))
            try write("data/controls/seg/\(clip).mkv", seed: UInt64(index + 11))
            try caption("a thing", of: clip)
            try caption("a red thing", of: "\(clip)_caption1")
        }
    }

    func caption(_ text: String, of id: String) throws {
        let path = folder.file("data/captions/\(id).json")
        try FileManager.default.createDirectory(
            atPath: folder.file("data/captions"), withIntermediateDirectories: true)
        try Data("{\"caption\": \"\(text)\"}".utf8).write(to: URL(fileURLWithPath: path))
    }

    func openStore() throws -> Store { try Store(path: folder.file("results.sqlite"), access: .write(wait: 0)) }

    func plan(_ suite: Suite, _ painter: Painter, _ store: Store? = nil, clips: Int? = nil) throws -> SuitePlan {
        try SuitePlan(suite, clips: clips, generator: painter, folder: folder.file("made"), store: store)
    }

    /// Makes and scores a suite, as the command does.
    func run(
        _ suite: Suite, _ painter: Painter, _ store: Store, limit: Int? = nil, existing: SuiteRunner.Existing = .ask
    ) throws -> (made: SuiteRunner.Outcome, results: RunResults) {
        let plan = try plan(suite, painter, store)
        let outcome = try SuiteRunner(store: store, generator: painter, environment: ["cpu": "test"]) { _ in }
            .run(plan, limit: limit, existing: existing)
        let scoring = try SuiteScoring(suite.metrics, workers: 1, mapFolder: folder.file("maps"), device: nil)
        var planner = ScoringPlanner(options: scoring.options, store: store)
        let job = try planner.plan(scoring.request(for: plan, outcome, folder: folder.file("made")))
        let scored = try ScoringRunner(store: store, environment: ["cpu": "test"]) { _ in }.run(job)
        let run = try #require(try store.runs().first { $0.number == scored.run })
        return (outcome, try store.results(of: run))
    }

    @Test func `trials go clip by clip through configurations, prompts and seeds`() throws {
        try layOut()
        let plan = try plan(suite([vis, both], prompts: .all, seeds: [1, 2]), Painter())
        #expect(plan.entries.count == 2 * 2 * 2 * 2 && plan.impossible.isEmpty)
        #expect(Set(plan.entries.map(\.identity)).count == 16)
        #expect(plan.entries.prefix(8).allSatisfy { $0.task.clip.name == "a" })
        let names = plan.entries.prefix(4).map { $0.task.output.split(separator: "/").suffix(2).joined(separator: "/") }
        #expect(names == ["Vis/a__own-seed1.mkv", "Vis/a__own-seed2.mkv", "Vis/a__1-seed1.mkv", "Vis/a__1-seed2.mkv"])
        #expect(plan.entries[4].task.output.contains("/Vis_Seg/"))
    }

    @Test func `a place that cannot be written to is told before anything is made`() throws {
        let long = String(repeating: "x", count: 241)  // with its prompt's name too long by a byte
        try layOut(["a", long])
        let painter = Painter()
        let error = #expect(throws: FileError.self) { try run(suite([vis], seeds: [1, 2]), painter, openStore()) }
        #expect(error?.reason.contains("names in ") == true, "\(error?.reason ?? "")")
        #expect(painter.asked.withLock { $0.isEmpty })
        try FileManager.default.removeItem(atPath: folder.file("made"))
        try Data().write(to: URL(fileURLWithPath: folder.file("made")))
        #expect(throws: BenchError.self) { try run(suite([vis], clips: .first(1)), painter, openStore()) }
        #expect(painter.asked.withLock { $0.isEmpty })
    }

    @Test func `clips are called whatever videos can be called`() throws {
        let names = ["caf\u{e9} 1", "a", "a__b", "a_caption1"]
        try layOut(names)
        let store = try openStore()
        let (outcome, results) = try run(suite([both], prompts: .all, clips: .ids(names)), Painter(), store)
        // "a_caption1.json" is the caption of a clip, and no prompt of "a".
        #expect(outcome.made == 7 && outcome.failures == 0)
        let read = Set(results.trials.map { "\($0.clip)/\($0.prompt)" })
        #expect(
            read == [
                "caf\u{e9} 1/", "caf\u{e9} 1/1", "a/", "a__b/", "a__b/1", "a_caption1/", "a_caption1/1",
            ])
    }

    @Test func `a video that would be read as another clip's is refused`() throws {
        try layOut(["a", "a__1"])
        let error = #expect(throws: BenchError.self) {
            try plan(suite([vis], prompts: .all, clips: .ids(["a"])), Painter())
        }
        #expect(error?.sentence.contains("prompt '1' would be called a__1, which reads as another clip") == true)
    }

    @Test func `a clip that is not there is told with the one that may be meant`() throws {
        try layOut(["0001", "Robot"])
        for (id, meant) in [("1", "0001"), ("robot", "Robot"), ("Robots", "Robot")] {
            let error = #expect(throws: BenchError.self) { try plan(suite([vis], clips: .ids([id])), Painter()) }
            #expect(error?.sentence.contains("did you mean '\(meant)'?") == true, "\(error?.sentence ?? "")")
        }
        try write("data/videos/0001.mp4")
        let whole = try plan(suite([vis]), Painter())
        #expect(whole.entries.count == 1 && whole.impossible.count == 1)
        #expect(whole.impossible[0].reason.contains("are both the reference video of clip 0001"))
    }

    @Test func `an identity changes with what can change the pixels, and with nothing else`() throws {
        try layOut(["a"])
        func identity(_ suite: Suite, _ painter: Painter = Painter()) throws -> Identity {
            try #require(try plan(suite, painter).entries.first).identity
        }
        let base = try identity(suite([both]))
        #expect(try identity(suite([WeightedConfiguration(name: "other", weights: both.weights)])) == base)
        #expect(try identity(suite([WeightedConfiguration(name: "x", weights: both.weights.reversed())])) == base)
        var seen: Set<Identity> = [base]
        seen.insert(try identity(suite([both]), Painter(version: "2")))
        seen.insert(try identity(suite([vis])))
        seen.insert(try identity(suite([both], seeds: [2])))
        seen.insert(try identity(suite([both], prompts: .labels(["1"]))))
        try write("data/controls/seg/a.mkv", seed: 99)
        seen.insert(try identity(suite([both])))
        try write("data/videos/a.mkv", seed: 98)
        seen.insert(try identity(suite([both])))
        #expect(seen.count == 7)
        // A control that the configuration does not use is none of its business.
        let alone = try identity(suite([vis]))
        try write("data/controls/seg/a.mkv", seed: 97)
        #expect(try identity(suite([vis])) == alone)
    }

    @Test func `what was made is neither made nor scored again, and what is gone or changed is`() throws {
        try layOut()
        let store = try openStore()
        let painter = Painter()
        let first = try run(suite([vis, both], prompts: .all), painter, store)
        #expect(first.made.made == 8 && first.made.failures == 0 && !first.results.isPartial)
        #expect(painter.asked.withLock { $0.map(\.count) } == [4, 4])
        #expect(first.results.configurations == ["Vis", "Vis / Seg"])
        let second = try run(suite([vis, both], prompts: .all), painter, store)
        #expect(second.made.made == 0 && second.made.known == 8)
        #expect(second.results.run.number == first.results.run.number)
        try FileManager.default.removeItem(atPath: folder.file("made/Vis/a.mkv"))
        try write("made/Vis/b.mkv")
        let third = try run(suite([vis, both], prompts: .all), painter, store)
        #expect(third.made.made == 2 && third.made.known == 6)
        #expect(third.results.trials.map(\.scores) == first.results.trials.map(\.scores))
    }

    @Test func `a limit leaves a partial run that the same command completes`() throws {
        try layOut()
        let store = try openStore()
        let painter = Painter()
        let part = try run(suite([vis, both]), painter, store, limit: 1)
        #expect(part.made.made == 1 && part.made.left == 3)
        #expect(part.results.isPartial && part.results.planned == 4 && part.results.scored == 1)
        #expect(part.results.configurations == ["Vis", "Vis / Seg"])
        let whole = try run(suite([vis, both]), painter, store)
        #expect(whole.made.made == 3 && whole.made.known == 1)
        #expect(whole.results.run.number == part.results.run.number)
        #expect(!whole.results.isPartial && whole.results.scored == 4)
    }

    @Test func `a video that cannot be made is recorded with its reason and the rest goes on`() throws {
        try layOut()
        let store = try openStore()
        let painter = Painter { $0.clip.name == "a" && $0.configuration.name == "Vis" }
        let (made, results) = try run(suite([vis, both]), painter, store)
        #expect(made.made == 3 && made.failures == 1)
        #expect(results.isPartial && results.scored == 3 && results.planned == 4)
        #expect(results.events.contains { $0.kind == "failure" && $0.message.contains("the painter has no colour") })
    }

    @Test func `a clip without a control, mask or caption loses only what needs it`() throws {
        try layOut()
        try FileManager.default.removeItem(atPath: folder.file("data/controls/seg/a.mkv"))
        try FileManager.default.removeItem(atPath: folder.file("data/captions/b_caption1.json"))
        let regional = WeightedConfiguration(name: "Regional", weights: [("vis", .regional(fg: 1, bg: 0))])
        let one = try plan(suite([vis, both, regional]), Painter())
        #expect(one.entries.count == 3 && one.impossible.count == 3)
        #expect(one.impossible.contains { $0.reason.contains("clip a has no 'seg' control") })
        #expect(one.impossible.contains { $0.reason.contains("has no foreground mask") })
        let other = try plan(suite([vis], prompts: .labels(["", "1"])), Painter())
        #expect(other.entries.count == 3 && other.impossible.count == 1 && other.planned == 4)
        #expect(other.impossible[0].reason.contains("clip b has no prompt '1'"))
    }

    @Test(arguments: ["removed", "replaced", "touched"])
    func `a video whose inputs changed while it was made does not count, until it is made again`(how: String) throws {
        try layOut()
        let store = try openStore()
        let seg = folder.file("data/controls/seg/a.mkv")
        let other = try Data(contentsOf: URL(fileURLWithPath: folder.file("data/controls/seg/b.mkv")))
        let own = try Data(contentsOf: URL(fileURLWithPath: seg))
        let painter = Painter { task in
            guard task.clip.name == "a" else { return false }
            // Behind the plan's back, which has hashed it.
            try? FileManager.default.removeItem(atPath: seg)
            if how != "removed" { try? (how == "touched" ? own : other).write(to: URL(fileURLWithPath: seg)) }
            return false
        }
        let made = try SuiteRunner(store: store, generator: painter, environment: [:]) { _ in }
            .run(plan(suite([vis, both]), painter, store))
        guard how != "touched" else {
            #expect(made.made == 4 && made.lost.isEmpty)
            return
        }
        #expect(made.made == 3 && made.failures == 1)
        #expect(made.lost[0].failure?.cause.contains("controls/seg/a.mkv was changed or removed while") == true)
        try other.write(to: URL(fileURLWithPath: seg))
        let again = try SuiteRunner(store: store, generator: Painter(), environment: [:]) { _ in }
            .run(plan(suite([vis, both]), Painter(), store))
        #expect(again.made == 1 && again.known == 3 && again.lost.isEmpty)
    }

    @Test func `recordings need no controls or masks of the clip`() throws {
        try layOut()
        try FileManager.default.removeItem(atPath: folder.file("data/controls/seg/a.mkv"))
        let regional = WeightedConfiguration(name: "Regional", weights: [("vis", .regional(fg: 1, bg: 0))])
        let plan = try plan(suite([both, regional], generator: .recorded(folder: folder.path)), Painter())
        #expect(plan.entries.count == 4 && plan.impossible.isEmpty)
        #expect(Set(plan.entries.map(\.identity)).count == 4)
    }

    @Test func `every metric that scoring computes can be a column of a suite`() {
        for metric in plannedMetrics(ScoringOptions(profile: .paibench2025, workers: 1), depth: true, masks: true) {
            let ofWholePictures = metric.regions == [Region.all]
            #expect(MetricNames.all.contains { $0 == metric.name }, "\(metric.name)")
            #expect(MetricNames.withoutRegions.contains { $0 == metric.name } == ofWholePictures, "\(metric.name)")
        }
    }

    @Test func `what is lost is known by its clip and video`() throws {
        try layOut(["a"])
        let store = try openStore()
        let painter = Painter { $0.prompt.label == "1" }
        let suite = suite([vis], prompts: .all)
        let plan = try plan(suite, painter, store)
        let outcome = try SuiteRunner(store: store, generator: painter, environment: [:]) { _ in }.run(plan)
        #expect(outcome.present.count == 1 && outcome.lost.map(\.clip) == ["a"])
        #expect(outcome.lost[0].failure?.video.contains("a__1.mkv") == true)
    }

    @Test func `a part of the clips is called so`() throws {
        try layOut()
        #expect(try plan(suite([vis]), Painter()).name == "test")
        #expect(try plan(suite([vis]), Painter(), clips: 1).name == "test, 1 of 2 clips")
    }

    @Test func `more clips than there are are told`() throws {
        try layOut()
        func notes(_ choice: ClipChoice?, _ count: Int? = nil) throws -> [String] {
            let plan = try plan(suite([vis], clips: choice), Painter(), clips: count)
            var hasher = ContentHasher(store: nil)
            return try SuiteSurvey(plan, store: nil, &hasher).notes
        }
        let note = "99 clips are asked for, and there are 2: all are taken"
        #expect(try notes(.first(99)) == [note])
        #expect(try notes(nil, 99) == [note])
        #expect(try notes(.first(99), 1).isEmpty)
        #expect(try notes(.first(2)).isEmpty)
    }

    @Test func `clips can be named, counted and spread`() throws {
        try layOut(["a", "b", "c", "d", "e", "f"])
        func clips(_ choice: ClipChoice?, _ count: Int? = nil) throws -> [String] {
            try plan(suite([vis], clips: choice), Painter(), clips: count).entries.map(\.task.clip.name)
        }
        #expect(try clips(nil) == ["a", "b", "c", "d", "e", "f"])
        #expect(try clips(.first(2)) == ["a", "b"])
        #expect(try clips(.ids(["f", "a"])) == ["f", "a"])
        #expect(try clips(nil, 3) == ["a", "c", "e"])
        #expect(throws: BenchError.self) { try clips(.ids(["z"])) }
    }

    @Test func `a configuration keeps its scores when its neighbours change`() throws {
        try layOut()
        let store = try openStore()
        let painter = Painter()
        let first = try run(suite([vis]), painter, store)
        let second = try run(suite([vis, both]), painter, store)
        #expect(second.made.known == 2 && second.made.made == 2)
        #expect(second.results.run.number != first.results.run.number)
    }

    @Test func `an outline says what would be made and makes nothing`() throws {
        try layOut()
        let painter = Painter()
        let plan = try plan(suite([vis, both], prompts: .all), painter)
        let text = try SuiteOutline(plan, generator: painter, store: nil).text
        #expect(text.contains("8 = 2 configurations, 2 clips, 2 prompts and seeds"))
        #expect(text.contains("vis 0.5, seg 0.5") && text.contains("4 videos, 4 to make"))
        #expect(text.contains("time       unknown"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("made")))
    }

    @Test func `a sheet shows inputs, controls and configurations, and blanks for what is missing`() throws {
        try layOut()
        let store = try openStore()
        let painter = Painter { $0.configuration.name == "Vis / Seg" }
        let plan = try plan(suite([vis, both]), painter, store)
        let outcome = try SuiteRunner(store: store, generator: painter, environment: [:]) { _ in }.run(plan)
        let sheet = try SuiteSheet(plan, outcome, clips: 8)
        #expect(sheet.titles == ["input", "vis", "seg", "Vis", "Vis / Seg"])
        #expect(sheet.rows.count == 2 && sheet.rows.allSatisfy { $0.count == 5 })
        #expect(sheet.rows[0][4].pixels.allSatisfy { $0 == 255 } && sheet.rows[0][3].pixels.contains { $0 != 255 })
        let picture = ContactSheet.picture(sheet.rows, zoom: 2, titles: sheet.titles)
        #expect(picture.width == 5 * 66 - 2 && picture.height == 16 + 2 * 66 - 2)
    }
}

/// Two frames of noise.
func paint(_ path: String, seed: UInt64) throws {
    let writer = try VideoWriter(path: path, size: FrameSize(width: 32, height: 32), rate: 10)
    for t in 0..<2 { try writer.append(Frame.noise(32, 32, seed: seed + 1000 * UInt64(t))) }
    try writer.finish()
}
