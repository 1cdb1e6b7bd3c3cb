import Experiment
import Foundation
import GRDB
import Results
import Synchronization
import TestSupport
import Testing

@testable import Execution
@testable import Suites

/// Videos that exist and are not what the plan would make: nothing is overwritten, mixed or made again without a word.
extension SuiteRunnerTests {
    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) }

    private func question(_ body: () throws -> Void) throws -> String {
        let error = try #require(throws: BenchError.self, performing: body)
        #expect(error.code == .unusableInput)
        return error.sentence
    }

    @Test func `a changed recipe makes nothing before somebody decides`() throws {
        try layOut()
        let store = try openStore()
        _ = try run(suite([vis, both]), Painter(), store)
        let other = Painter(version: "2")
        let asked = try question { _ = try run(suite([vis, both]), other, store) }
        #expect(asked.hasPrefix("4 videos exist under another recipe: the generator was changed; nothing was made"))
        #expect(asked.contains("--remake") && asked.contains("--adopt"))
        #expect(other.asked.withLock { $0.isEmpty })
        let outline = try SuiteOutline(plan(suite([vis, both]), other), generator: other, store: store)
        #expect(outline.text.contains("4 videos exist under another recipe: the generator was changed\n"))
        #expect(outline.text.contains("0 exist, 4 to make") && outline.problem?.code == .unusableInput)
        let adopting = try SuiteOutline(
            plan(suite([vis, both]), other), generator: other, store: store, existing: .adopt)
        #expect(adopting.text.contains("0 exist, 4 would be adopted, 0 to make") && adopting.problem == nil)
        // What is not concerned goes on.
        let third = WeightedConfiguration(name: "Seg", weights: [("seg", .uniform(1))])
        #expect(try run(suite([third]), other, store).made.made == 2)
    }

    @Test func `two recipes live side by side, and each finds its own videos and scores`() throws {
        try layOut()
        let store = try openStore()
        let first = try run(suite([vis]), Painter(), store)
        let old = try bytes("made/Vis/a.mkv")
        let other = Painter(version: "2")
        let second = try run(suite([vis]), other, store, existing: .remake)
        #expect(second.made.made == 2 && second.made.known == 0)
        #expect(try bytes("made/Vis/a.mkv") == old)
        let path = try #require(second.made.present.first).path
        #expect(path.contains("/made/Vis~") && path.hasSuffix("/a.mkv"))
        #expect(second.results.trials.allSatisfy { $0.generatedPath.contains("Vis~") && !$0.scores.isEmpty })
        for (painter, whole) in [(Painter(), first), (other, second), (Painter(), first)] {
            let again = try run(suite([vis]), painter, store)
            #expect(again.made.known == 2 && again.made.made == 0)
            #expect(again.results.run.number == whole.results.run.number)
            #expect(again.results.trials.map(\.generatedPath) == whole.results.trials.map(\.generatedPath))
            #expect(again.results.trials.map(\.scores) == whole.results.trials.map(\.scores))
        }
        // A third one that the generator's hash does not tell apart: the clip's own file was changed.
        try write("data/videos/a.mkv", seed: 55)
        #expect(try question { _ = try run(suite([vis]), other, store) }.contains("the clip's video was changed"))
        let third = try run(suite([vis]), other, store, existing: .remake)
        #expect(third.made.made == 1 && third.made.present[0].path.contains("-2/a.mkv"), "\(third.made.present)")
    }

    @Test func `adopted videos count, and the store and every report say so`() throws {
        try layOut()
        let store = try openStore()
        let first = try run(suite([vis]), Painter(), store)
        let other = Painter(version: "2")
        for existing in [SuiteRunner.Existing.adopt, .ask] {
            let adopted = try run(suite([vis]), other, store, existing: existing)
            #expect(adopted.made.made == 0 && adopted.made.known == 2)
            #expect(adopted.results.trials.map(\.scores) == first.results.trials.map(\.scores))
            let said = adopted.results.events.map(\.message)
            #expect(
                said == Array(repeating: "made under another recipe and adopted: the generator was changed", count: 2))
        }
        #expect(other.asked.withLock { $0.isEmpty })
        let plan = try plan(suite([vis]), other, store)
        let before = try self.plan(suite([vis]), Painter(), store)
        let known = try store.generated(plan.entries.map(\.identity))
        #expect(plan.entries.map { known[$0.identity]?.adoption } == before.entries.map { .made($0.identity) })
        // Making them after all takes their place, and the old ones stay.
        let remade = try run(suite([vis]), other, store, existing: .remake)
        #expect(remade.made.made == 2 && remade.results.events.isEmpty)
        #expect(try run(suite([vis]), Painter(), store).made.known == 2)
    }

    @Test func `a file that the store knows nothing of is not overwritten`() throws {
        try layOut()
        try write("made/Vis/a.mkv", seed: 77)
        let mine = try bytes("made/Vis/a.mkv")
        let store = try openStore()
        let asked = try question { _ = try run(suite([vis]), Painter(), store) }
        #expect(asked.contains("1 file is where a video goes, and the store knows nothing of it: "))
        #expect(asked.contains("/made/Vis/a.mkv"))
        #expect(try run(suite([vis]), Painter(), store, existing: .remake).made.made == 2)
        #expect(try bytes("made/Vis/a.mkv") == mine)
        #expect(try run(suite([vis]), Painter(), store).made.known == 2)
        try FileManager.default.createDirectory(
            atPath: folder.file("made/Vis_Seg"), withIntermediateDirectories: true)
        try folder.write("no video", to: "made/Vis_Seg/a.mkv")
        let refused = try question { _ = try run(suite([both]), Painter(), store, existing: .adopt) }
        #expect(refused.contains("cannot be adopted, because it cannot be read as a video"))
    }

    @Test func `a program that is edited while it works ends the run, and what it made does not count`() throws {
        try layOut()
        let store = try openStore()
        let script = try folder.write("one", to: "make.sh")
        let painter = Painter(files: [try Artifact(hashing: script)]) { task in
            if task.configuration.name == "Vis / Seg" { try? Data("two".utf8).write(to: URL(fileURLWithPath: script)) }
            return false
        }
        let made = try run(suite([vis, both]), painter, store).made
        #expect(made.made == 1 && made.failures == 1 && made.left == 2)
        #expect(made.lost[0].failure?.cause.contains("make.sh was changed or removed while") == true)
        #expect(FileManager.default.fileExists(atPath: folder.file("made/Vis_Seg/a.mkv.unsure")))
    }

    @Test(arguments: [2, nil]) func `failures alike in a row leave the rest, and others do not`(most: Int?) throws {
        try layOut()
        let store = try openStore()
        let broken = Painter { _ in true }
        let plan = try plan(suite([vis, both], prompts: .all), broken, store)
        func run(_ painter: Painter) throws -> SuiteRunner.Outcome {
            try SuiteRunner(store: store, generator: painter, environment: [:]) { _ in }.run(plan, mostAlike: most)
        }
        let outcome = try run(broken)
        #expect(outcome.failures == most ?? 8 && outcome.left == 8 - (most ?? 8) && outcome.made == 0)
        #expect(outcome.lost.count == 8 && outcome.lost.count { $0.failure == nil } == outcome.left)
        let mixed = try run(Painter { $0.configuration.name == "Vis" && $0.prompt.label.isEmpty })
        #expect(mixed.made == 6 && mixed.failures == 2 && mixed.left == 0)
    }

    @Test func `a store without recipes says what it can, and learns them from a run of the old suite`() throws {
        try layOut(["a"])
        let store = try openStore()
        _ = try run(suite([vis]), Painter(), store)
        // As migrations leave an older store.
        try DatabaseQueue(path: store.path).write { db in
            try db.execute(sql: "UPDATE generation SET recipe_id = NULL, parts = NULL")
        }
        let half = WeightedConfiguration(name: "Vis", weights: [("vis", .uniform(0.5))])
        #expect(
            try question { _ = try run(suite([half]), Painter(), store) }.contains(
                "the weight of vis was 1.0 and is 0.5"))
        let other = Painter(version: "2")
        #expect(
            try question { _ = try run(suite([vis]), other, store) }.contains(
                "a prompt, a file of the clip or one that the generator reads was changed"))
        #expect(try run(suite([vis]), Painter(), store).made.known == 1)
        #expect(try question { _ = try run(suite([vis]), other, store) }.contains("the generator was changed"))
    }

    @Test func `an outline estimates from what the store has measured, and ends as the run would`() throws {
        try layOut()
        let store = try openStore()
        let painter = Painter()
        _ = try run(suite([vis]), painter, store)
        let outline = try SuiteOutline(plan(suite([vis, both]), painter), generator: painter, store: store, limit: 1)
        #expect(outline.text.contains("2 exist, 1 to make, 1 left by --limit"))
        #expect(outline.text.contains("time       about 1 s, as 2 videos of this generator took"), "\(outline.text)")
        #expect(outline.problem == nil)
        try FileManager.default.removeItem(atPath: folder.file("data/controls/seg/a.mkv"))
        let part = try SuiteOutline(plan(suite([vis, both]), painter), generator: painter, store: store)
        #expect(part.problem?.code == .incomplete)
        #expect(part.text.contains("cannot be made: ") && part.text.contains("clip a has no 'seg' control"))
        let file = try folder.write("", to: "file")
        let plan = try SuitePlan(suite([vis]), generator: painter, folder: file + "/videos", store: nil)
        let refused = try SuiteOutline(plan, generator: painter, store: nil)
        #expect(refused.problem?.code == .missing && refused.problem?.sentence.contains("\(file) is a file") == true)
    }

    @Test func `an outline ends as the run would where a video cannot be written, and leaves nothing behind`() throws {
        let long = String(repeating: "x", count: 256)
        try layOut(["a"])
        let painter = Painter()
        let plan = try plan(suite([vis]), painter)
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.file("")).sorted()
        #expect(try SuiteOutline(plan, generator: painter, store: nil).problem == nil)
        let narrow = try SuitePlan(
            suite([WeightedConfiguration(name: long, weights: [("vis", .uniform(1))])]), generator: painter,
            folder: folder.file("made"), store: nil)
        let problem = try SuiteOutline(narrow, generator: painter, store: nil).problem
        #expect(problem?.sentence.hasPrefix(folder.file("made/xxx")) == true, "\(problem?.sentence ?? "")")
        let error = #expect(throws: BenchError.self) {
            try SuiteRunner(store: openStore(), generator: painter, environment: [:]) { _ in }.run(narrow)
        }
        #expect(error?.code == problem?.code)
        let deep = try SuitePlan(suite([vis]), generator: painter, folder: folder.file(long), store: nil)
        #expect(try SuiteOutline(deep, generator: painter, store: nil).problem?.code == .missing)
        for name in ["made", "results.sqlite", "results.sqlite.lock"] {  // of the run
            try? FileManager.default.removeItem(atPath: folder.file(name))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("")).sorted() == before)
    }

    @Test func `a column that nobody can measure is refused before anything is made`() throws {
        try layOut()
        func sentence(_ metric: String, _ region: Region = .all) throws -> String {
            let suite = suite([vis], columns: [.init(metric: metric, region: region)])
            let scoring = try SuiteScoring(suite.metrics, workers: 1, mapFolder: folder.file("maps"), device: nil)
            let plan = try plan(suite, Painter())
            do throws(BenchError) { try scoring.check(plan) } catch { return error.sentence }
            return "measured"
        }
        #expect(try sentence("blur-ssim") == "measured")
        #expect(try sentence("depth-absrel").contains("the column 'depth-absrel': add 'networks: {depth: …}'"))
        #expect(try sentence("edge-f1", .fg).contains("'edge-f1/fg': the dataset has no foreground masks"))
        #expect(try sentence("box3d-map").contains("suites do not measure it yet"))
        for path in ["data/depth_npzs", "made/Vis/depth_npzs"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(path), withIntermediateDirectories: true)
        }
        #expect(try sentence("depth-absrel") == "measured")
    }
}
