import ArgumentParser
import Execution
import Experiment
import Foundation
import Generation
import Perception
import Results
import Suites
import Video

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a suite: make its videos, score them, show the table.",
        discussion: """
            Example: transferbench run Fixtures/suites/table1.yaml --limit 54

            SUITE is a YAML file: a dataset, a generator, configurations of control weights or a grid of them, prompts, seeds, \
            metrics, the table. Its videos go to STORE-videos/SUITE/CONFIGURATION/CLIP.mkv or CLIP__PROMPT.mkv (.mp4 when they are not our \
            own; with several seeds CLIP__PROMPT-seedN). What exists is neither made nor scored again; the same command \
            continues what was cut short. A video that cannot be made is recorded with the reason and the rest goes on.

            A suite with `race:` leaves out cells of its grid that are surely beaten, after every few clips; one with `timing:` \
            measures how long videos take, and scores nothing.

            Finished videos are never overwritten. Where the suite was changed and videos of its configurations, clips, \
            prompts and seeds exist that were made under another recipe, or files that the store knows nothing of, nothing is \
            made until --remake or --adopt says what to do (exit code 65).
            """)

    @Argument(
        help: ArgumentHelp("The suite's file.", valueName: "suite.yaml"),
        completion: .file(extensions: ["yaml", "yml"]))
    var suite: String
    @Option(
        help: ArgumentHelp(
            "In place of the suite's generator: tinyworld[:WEIGHTS], command:FILE (one word a line), recorded:DIR.",
            valueName: "generator"))
    var generator: String?
    @Option(
        name: .customLong("axis"),
        help: ArgumentHelp(
            """
            An axis of a grid, in place of those of the suite's grid: vis/fg=0,1/3,1/2 or seg/bg=0:1:1/4 (from, to, step), \
            depth/bg+edge/bg=0,1/4 (moved together), steps=10,35 (a setting of the generator). To be given once an axis.
            """, valueName: "axis"))
    var axes: [String] = []
    @Option(
        help: ArgumentHelp(
            "How axes are combined: product, one-at-a-time, simplex, sample or sample:N (axes may be ranges, as vis=0:1). (default: the suite's, or product)",
            valueName: "design"))
    var design: String?
    @Option(help: ArgumentHelp("The store of results. (default: the suite's name.sqlite)", valueName: "file"))
    var store: String?
    @Option(
        help: ArgumentHelp(
            "Folder of the videos. (default: the store's name with -videos, in it the suite's)", valueName: "dir"),
        completion: .directory)
    var videos: String?
    @Option(
        help: ArgumentHelp("Make at most so many videos now; the run stays PARTIAL until all are made.", valueName: "n")
    )
    var limit: Int?
    @Option(help: ArgumentHelp("So many of the suite's clips only, evenly spread over them.", valueName: "n"))
    var clips: Int?
    @Option(
        help: ArgumentHelp(
            "A picture of some clips' inputs, controls and videos to write: .png or .jpg.", valueName: "file"),
        completion: .file())
    var sheet: String?
    @Option(
        help: ArgumentHelp(
            "Threads of the embedded generator and of scoring, or programs at once. Any number gives the same results. (default: the machine's cores)",
            valueName: "n"))
    var jobs: Int?
    @Flag(
        help:
            "Say what exists and what would be made, in what time and space, and make nothing. The exit code is what the run would end with, as far as that is known."
    )
    var dryRun = false
    @Flag(help: "Make videos that exist under another recipe again, beside those that exist.")
    var remake = false
    @Flag(help: "Count videos that exist under another recipe as made by that of now; reports say so.")
    var adopt = false
    @Option(
        help: ArgumentHelp(
            "Stop after so many videos in a row that failed alike; what is left is made another time. 0: never.",
            valueName: "n"))
    var maxFailures = 5
    @Option(help: "What networks run on: auto (CUDA where it works), cpu, cuda.")
    var device: DeviceChoice = .auto
    @Option(help: ArgumentHelp("Seconds to wait for another process that writes to the store.", valueName: "s"))
    var wait: Double = 10

    func validate() throws {
        guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit takes 1 or more.") }
        guard clips.map({ $0 > 0 }) ?? true else { throw ValidationError("--clips takes 1 or more.") }
        guard sheet.map({ $0.lowercased().hasSuffix(".png") || $0.lowercased().hasSuffix(".jpg") }) ?? true else {
            throw ValidationError("--sheet takes a name that ends in .png or .jpg.")
        }
        guard jobs.map({ (1...256).contains($0) }) ?? true else { throw ValidationError("--jobs takes 1 to 256.") }
        guard !(remake && adopt) else { throw ValidationError("--remake and --adopt exclude each other.") }
        guard maxFailures >= 0 else { throw ValidationError("--max-failures takes 0 or more.") }
        guard (0...1e6).contains(wait) else { throw ValidationError("--wait takes 0 to 1000000 seconds.") }
    }

    func run() throws {
        let grid = axes.isEmpty && design == nil ? nil : try GridChange(axes: axes, design: design)
        let suite = try Suite(path: suite, grid: grid).with(generator: generator)
        let workers = jobs ?? Machine.cores
        let storePath = store ?? suite.name + ".sqlite"
        let base = URL(fileURLWithPath: storePath).deletingPathExtension().path
        if let timing = suite.timing {
            let timed = SuiteTiming(suite: suite, timing: timing, clips: clips, jobs: workers, limit: limit)
            return dryRun ? try timed.outline(store: storePath) : try timed.run(store: storePath, wait: wait)
        }
        let folder = URL(fileURLWithPath: videos ?? base + "-videos/" + suite.name).standardizedFileURL.path
        // A network or weights that are not there are said before the first video is made.
        let scoring = try SuiteScoring(
            suite.metrics, workers: workers, mapFolder: base + "-maps", device: device.device)
        let generator = try suite.makeGenerator(jobs: workers)
        // A place that cannot be written to is told before the work.
        let sheetPath = try sheet.map { try OutputPath.resolved($0, inputs: [self.suite]) }
        if dryRun { return try outline(suite, generator, storePath, folder, scoring) }
        Interrupt.install("interrupted; what was made and scored is kept, and the same command goes on from there") {
            generator.stop()
            removeUnfinishedVideos(in: folder)
            ScratchFolder.removeOwn()
        }
        let store = try Store(path: storePath, access: .write(wait: wait))
        var environment = Machine.environment(version: TransferBench.version, threads: workers)
        if scoring.networks != nil, let runtime = try? OnnxRuntime.load() {
            environment["onnxruntime"] = runtime.version
        }
        Terminal.note("\(suite.name): \(generator.label)")
        let plan = try SuitePlan(suite, clips: clips, generator: generator, folder: folder, store: store)
        try scoring.check(plan)
        if let race = suite.race {
            return try run(race, plan, generator, scoring, store, environment, sheet: sheetPath)
        }
        let outcome = try make(plan, generator, store, environment, limit: limit)
        if let sheetPath { write(plan, outcome, to: sheetPath) }
        try FolderScoring(
            requests: [scoring.request(for: plan, outcome, folder: folder)], environment: environment, store: store,
            limit: nil
        ).run()
    }

    var existing: SuiteRunner.Existing { remake ? .remake : adopt ? .adopt : .ask }

    private func outline(
        _ suite: Suite, _ generator: any Generator, _ storePath: String, _ folder: String, _ scoring: SuiteScoring
    ) throws {
        let isThere = FileManager.default.fileExists(atPath: storePath)
        do throws(BenchError) { _ = try OutputPath.resolved(storePath, inputs: [self.suite]) } catch {
            throw BenchError(.unusableInput, error.sentence)
        }
        let store = isThere ? try Store(path: storePath, access: .read) : nil
        let plan = try SuitePlan(suite, clips: clips, generator: generator, folder: folder, store: store)
        let outline = try SuiteOutline(
            plan, generator: generator, store: store, existing: existing, limit: limit)
        try Terminal.output(outline.text)
        try scoring.check(plan)
        if let problem = outline.problem { throw problem }
    }

    /// The scores do not wait for a picture that cannot be drawn.
    func write(_ plan: SuitePlan, _ outcome: SuiteRunner.Outcome, to path: String) {
        do {
            let sheet = try SuiteSheet(plan, outcome, clips: 8)
            guard !sheet.rows.isEmpty else { return Terminal.note("no sheet: there is no video to show") }
            try ContactSheet.picture(sheet.rows, zoom: 2, titles: sheet.titles).write(to: path)
        } catch {
            Terminal.note("no sheet: \(error)")
        }
    }

    /// - Parameter limit: videos to make at most.
    func make(
        _ plan: SuitePlan, _ generator: any Generator, _ store: Store, _ environment: [String: String], limit: Int?
    ) throws -> SuiteRunner.Outcome {
        let bar = ProgressBar(total: 0, unit: "video", scale: 100)
        var due = 0.0
        var notes: [String: Int] = [:]
        let told = Mutable(Set<String>())
        let isStopped = Mutable(false)
        let runner = SuiteRunner(store: store, generator: generator, environment: environment) { event in
            switch event {
            case .began(let known, let toMake):
                if known > 0 { Terminal.note("\(known) of \(plan.planned) videos exist already") }
                if toMake > 0 { Terminal.note("making \(toMake) video\(toMake == 1 ? "" : "s")") }
                bar.expect(100 * toMake)
            case .progress(let share):
                due += 100 * share
                let whole = Int(due)
                due -= Double(whole)
                if whole > 0 { bar.step(whole) }
            case .noted(let note): Terminal.note(note)
            case .adopted(let count): Terminal.note("\(count) video\(count == 1 ? "" : "s") adopted")
            case .failed(let failure):
                told.value.insert(failure.sentence)
                bar.note("failed: \(failure.sentence)")
            case .stopped(let alike):
                isStopped.value = true
                let begun = alike > maxFailures ? ", and those that had begun" : ""
                bar.note(
                    "stopped, because \(alike) videos in a row failed alike (--max-failures \(maxFailures)\(begun)); the rest is left"
                )
            case .made: break
            case .note(let clip, let text):
                notes[text, default: 0] += 1
                if notes[text] == 1 { Terminal.note("Note: clip \(clip): \(text)") }
            }
        }
        let outcome = try usableInput {
            try runner.run(plan, limit: limit, existing: existing, mostAlike: maxFailures > 0 ? maxFailures : nil)
        }
        bar.finish()
        for (text, count) in notes.sorted(by: { $0.key < $1.key }) where count > 1 {
            Terminal.note("Note: the same of \(count - 1) more clip\(count == 2 ? "" : "s"): \(text)")
        }
        let failures = outcome.lost.compactMap(\.failure)
        for line in VideoFailure.lines(failures, one: "not made", many: "failed alike")
        where !told.value.contains(line) { Terminal.note("failed: \(line)") }
        if outcome.made > 0 || outcome.left > 0 {
            let reason = limit == nil || isStopped.value ? "" : " by --limit"
            let left = outcome.left == 0 ? "" : ", \(outcome.left) left\(reason)"
            Terminal.note("\(outcome.made) made now\(left)")
        }
        let beside = outcome.present.filter { $0.path != plan.entries[$0.entry].task.output }
        if let first = beside.first {
            Terminal.note("\(beside.count) of the videos lie beside other ones that exist, the first at \(first.path)")
        }
        return outcome
    }
}
