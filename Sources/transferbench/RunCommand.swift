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

            SUITE is a YAML file: a dataset, a generator, configurations of control weights, prompts, seeds, metrics, the \
            table. Its videos go to STORE-videos/SUITE/CONFIGURATION/CLIP.mkv or CLIP__PROMPT.mkv (.mp4 when they are not our \
            own; with several seeds CLIP__PROMPT-seedN). What exists is neither made nor scored again; the same command \
            continues what was cut short. A video that cannot be made is recorded with the reason and the rest goes on.
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
    @Flag(help: "Say what would be made, and make nothing.")
    var dryRun = false
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
        guard (0...1e6).contains(wait) else { throw ValidationError("--wait takes 0 to 1000000 seconds.") }
    }

    func run() throws {
        let suite = try Suite(path: suite).with(generator: generator)
        let workers = jobs ?? Machine.cores
        let storePath = store ?? suite.name + ".sqlite"
        let base = URL(fileURLWithPath: storePath).deletingPathExtension().path
        let folder = URL(fileURLWithPath: videos ?? base + "-videos/" + suite.name).standardizedFileURL.path
        // A network or weights that are not there are said before the first video is made.
        let scoring = try SuiteScoring(
            suite.metrics, workers: workers, mapFolder: base + "-maps", device: device.device)
        let generator = try suite.makeGenerator(jobs: workers)
        if dryRun {
            let store =
                FileManager.default.fileExists(atPath: storePath) ? try Store(path: storePath, access: .read) : nil
            let plan = try SuitePlan(suite, clips: clips, generator: generator, folder: folder, store: nil)
            return try Terminal.output(try SuiteOutline(plan, generator: generator.label, store: store).text)
        }
        Interrupt.install("interrupted; what was made and scored is kept, and the same command goes on from there") {
            generator.stop()
            ScratchFolder.removeOwn()
        }
        let store = try Store(path: storePath, access: .write(wait: wait))
        var environment = Machine.environment(version: TransferBench.version, threads: workers)
        if scoring.networks != nil, let runtime = try? OnnxRuntime.load() {
            environment["onnxruntime"] = runtime.version
        }
        // A place that cannot be written to is told before the work.
        let sheetPath = try sheet.map { try OutputPath.resolved($0, inputs: [self.suite]) }
        Terminal.note("\(suite.name): \(generator.label)")
        let plan = try SuitePlan(suite, clips: clips, generator: generator, folder: folder, store: store)
        let outcome = try make(plan, generator, store, environment)
        if let sheetPath { write(plan, outcome, to: sheetPath) }
        try FolderScoring(
            request: scoring.request(for: plan, outcome, folder: folder), environment: environment, store: store,
            limit: nil
        ).run()
    }

    /// The scores do not wait for a picture that cannot be drawn.
    private func write(_ plan: SuitePlan, _ outcome: SuiteRunner.Outcome, to path: String) {
        do {
            let sheet = try SuiteSheet(plan, outcome, clips: 8)
            guard !sheet.rows.isEmpty else { return Terminal.note("no sheet: there is no video to show") }
            try ContactSheet.picture(sheet.rows, zoom: 2, titles: sheet.titles).write(to: path)
        } catch {
            Terminal.note("no sheet: \(error)")
        }
    }

    private func make(
        _ plan: SuitePlan, _ generator: any Generator, _ store: Store, _ environment: [String: String]
    ) throws -> SuiteRunner.Outcome {
        let bar = ProgressBar(total: 0, unit: "video", scale: 100)
        var due = 0.0
        var notes: [String: Int] = [:]
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
            case .made: break
            case .note(let clip, let text):
                notes[text, default: 0] += 1
                if notes[text] == 1 { Terminal.note("Note: clip \(clip): \(text)") }
            }
        }
        let outcome = try usableInput { try runner.run(plan, limit: limit) }
        bar.finish()
        for (text, count) in notes.sorted(by: { $0.key < $1.key }) where count > 1 {
            Terminal.note("Note: the same of \(count - 1) more clip\(count == 2 ? "" : "s"): \(text)")
        }
        if outcome.made > 0 {
            Terminal.note("\(outcome.made) made now" + (outcome.left > 0 ? ", \(outcome.left) left by --limit" : ""))
        }
        return outcome
    }
}
