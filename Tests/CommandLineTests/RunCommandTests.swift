import Foundation
import Perception
import TestSupport
import Testing
import Video

/// `transferbench run` with the model, clips and judges that ship.
@Suite struct RunCommandTests {
    private let folder = TemporaryFolder()
    private static let world = Places.repository.appendingPathComponent("Fixtures/tinyworld").path

    private func run(_ arguments: [String]) throws -> Program.Result {
        try program.run(["run"] + arguments, in: folder)
    }

    /// A suite of one clip: without control, with vis, and with vis on the foreground.
    private func write(
        _ name: String = "suite.yaml", steps: Int = 3, clips: String = "[driving_000001]", metrics: String = "",
        configurations: String? = nil
    ) throws {
        let text = """
            suite: small
            title: A small table
            dataset: \(Self.world)/clips
            clips: \(clips)
            generator:
              embedded: {weights: \(Self.world)/weights, steps: \(steps), guidance: 0}
            controls: {vis: very_low}
            configurations:
            \(configurations ?? """
              - {name: None, weights: {vis: 0}}
              - {name: Vis, weights: {vis: 1}}
              - {name: Vis fg, weights: {vis: {fg: 1, bg: 0}}}
            """)
            metrics:
              blur-ssim: {diameter: 5, sigma-color: 150, sigma-space: 9}
              regions: true
            \(metrics)
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
    }

    private func scores(_ configuration: String, _ metric: String, _ region: String) throws -> Double {
        let csv = try program.run(
            ["report", "--store", "small.sqlite", "--format", "csv", "--metric", metric], in: folder
        ).output
        let row = csv.split(separator: "\n").first { $0.contains(",\(configuration),\(metric),\(region),") }
        let field = try #require(row?.split(separator: ",", omittingEmptySubsequences: false)[6])
        return try #require(Double(field))
    }

    @Test func `the shipped model follows a control where it has weight, and only there`() throws {
        try write(steps: 10)
        let made = try run(["suite.yaml", "--sheet", "sheet.png"])
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("A small table") && made.output.contains("Vis fg"), "\(made.output)")
        let none = try scores("None", "blur-ssim", "fg")
        #expect(try scores("Vis", "blur-ssim", "fg") > none + 0.1)
        #expect(try scores("Vis fg", "blur-ssim", "fg") > none + 0.1)
        let apart = try scores("Vis", "blur-ssim", "bg") - scores("Vis fg", "blur-ssim", "bg")
        #expect(apart > 0.1, "the background has no weight and follows all the same")
        #expect(
            try openFrames(folder.file("small-videos/small/Vis_fg/driving_000001.mkv")).size
                == FrameSize(width: 96, height: 64))
        #expect(FileManager.default.fileExists(atPath: folder.file("sheet.png")))
    }

    @Test func `a second run makes and scores nothing, and another thread count changes nothing`() throws {
        try write()
        #expect(try run(["suite.yaml", "--jobs", "1"]).status == 0)
        let path = folder.file("small-videos/small/Vis/driving_000001.mkv")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let second = try run(["suite.yaml", "--jobs", "2"])
        #expect(second.status == 0 && second.errors.contains("3 of 3 videos exist already"), "\(second.errors)")
        #expect(second.errors.contains("0 scored now, 3 known before"), "\(second.errors)")
        try FileManager.default.removeItem(atPath: folder.file("small-videos"))
        #expect(try run(["suite.yaml", "--jobs", "3"]).status == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test func `a limit leaves a partial run that the same command completes`() throws {
        try write()
        let part = try run(["suite.yaml", "--limit", "1"])
        #expect(part.status == 0 && part.output.contains("PARTIAL") && part.errors.contains("2 left by --limit"))
        let whole = try run(["suite.yaml"])
        #expect(whole.status == 0 && !whole.output.contains("PARTIAL"), "\(whole.output)")
    }

    @Test func `a dry run says what would be made and makes nothing`() throws {
        try write()
        let told = try run(["suite.yaml", "--dry-run"])
        #expect(told.status == 0 && told.output.contains("3 = 3 configurations, 1 clips"), "\(told.output)")
        #expect(told.output.contains("vis fg 1.0 bg 0.0"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file(".")) == ["suite.yaml"])
    }

    @Test func `a changed suite stops with what differs until it is told to remake or adopt`() throws {
        try write()
        #expect(try run(["suite.yaml"]).status == 0)
        let path = folder.file("small-videos/small/Vis/driving_000001.mkv")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try write(steps: 4)
        for arguments in [["suite.yaml"], ["suite.yaml", "--dry-run"]] {
            let asked = try run(arguments)
            #expect(asked.status == 65, "\(asked.errors)")
            #expect(
                asked.errors.contains("3 videos exist under another recipe: the number of steps was 3 and is 4;"),
                "\(asked.errors)")
        }
        #expect(try run(["suite.yaml", "--remake", "--adopt"]).status == 64)
        let remade = try run(["suite.yaml", "--remake"])
        #expect(
            remade.status == 0 && remade.errors.contains("3 of the videos lie beside other ones"), "\(remade.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        #expect(try run(["suite.yaml", "--dry-run"]).output.contains("3 exist, 0 to make"))
        try write(steps: 5)
        let adopted = try run(["suite.yaml", "--adopt"])
        #expect(adopted.output.contains("adopted: the number of steps was 4 and is 5 (3 videos)"), "\(adopted.output)")
    }

    @Test func `axes on the command line are rows after the named ones, with settings of their own`() throws {
        try write(configurations: "  - {name: Vis, weights: {vis: 1}}")
        let axes = ["--axis", "vis/fg=0,1/3", "--axis", "steps=2,3"]
        let told = try run(["suite.yaml", "--dry-run"] + axes)
        #expect(told.status == 0 && told.output.contains("grid       4 cells, product of vis/fg (2), steps (2)"))
        #expect(told.output.contains("vis/fg 1/3 · steps 2\n    vis fg 0.3333333333333333 bg 0.0\n"), "\(told.output)")
        let made = try run(["suite.yaml"] + axes)
        #expect(made.status == 0 && made.output.contains("vis/fg 0 · steps 3"), "\(made.errors)\(made.output)")
        let folders = try FileManager.default.contentsOfDirectory(atPath: folder.file("small-videos/small")).sorted()
        #expect(
            folders == ["Vis", "vis_fg_0_steps_2", "vis_fg_0_steps_3", "vis_fg_1_3_steps_2", "vis_fg_1_3_steps_3"])
        let again = try run(["suite.yaml"] + axes)
        #expect(again.status == 0 && again.errors.contains("5 of 5 videos exist already"), "\(again.errors)")
        let wrong = try run(["suite.yaml", "--axis", "viz=0,1"])
        #expect(wrong.status == 64 && wrong.errors.contains("unknown setting 'viz'"), "\(wrong.errors)")
        #expect(wrong.errors.contains("did you mean 'vis'?"), "\(wrong.errors)")
    }

    @Test func `a dry run exits as the run would`() throws {
        try write("column.yaml", metrics: "table: {columns: [blur-ssim, depth-absrel]}")
        let column = try run(["column.yaml", "--dry-run"])
        #expect(column.status == 65 && column.errors.contains("nobody can measure the column 'depth-absrel'"))
        try write(
            clips: "[driving_000001, robot_000000]",
            configurations: "  - {name: Map, weights: {hdmap: 1}}")
        let part = try run(["suite.yaml", "--dry-run"])
        #expect(part.status == 2 && part.output.contains("clip robot_000000 has no 'hdmap' control"), "\(part.errors)")
        let store = try run(["suite.yaml", "--dry-run", "--store", "nowhere/a.sqlite"])
        #expect(store.status == 65 && store.errors.contains("nowhere"), "\(store.errors)")
        try folder.write("", to: "file")
        #expect(try run(["suite.yaml", "--dry-run", "--videos", "file/videos"]).status == 69)
    }

    @Test func `programs that fail alike are told once, with a log, and leave the rest`() throws {
        try write(clips: "4")
        try folder.write(
            "cd .. 2>/dev/null; printf '\\033[31mno GPU %d\\033[0m\\n' $$ >&2; exit 3", to: "fail.sh")
        try folder.write("sh\n\(folder.file("fail.sh"))\n{out}\n", to: "words")
        let made = try run(["suite.yaml", "--generator", "command:words", "--max-failures", "4", "--jobs", "1"])
        #expect(made.status == 2, "\(made.errors)")
        #expect(made.errors.contains("stopped, because 4 videos in a row failed alike"), "\(made.errors)")
        #expect(made.errors.contains("4 videos failed alike: sh ended with exit code 3; it said: no GPU "))
        #expect(made.errors.contains("0 made now, 8 left"), "\(made.errors)")
        #expect(made.output.contains("failed: 4 alike, the first: not made: "), "\(made.output)")
        #expect(!(made.errors + made.output).contains("\u{1B}"))
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: folder.file("small-videos"))
                .count { $0.hasSuffix(".failed.log") } == 4)
    }

    @Test func `what a clip lacks fails its trials alone`() throws {
        try write(
            clips: "[driving_000001, robot_000000]",
            configurations: "  - {name: Map, weights: {hdmap: 1}}\n  - {name: Vis, weights: {vis: 1}}")
        let made = try run(["suite.yaml"])
        #expect(made.status == 2 && made.output.contains("Map PARTIAL"), "\(made.output) \(made.errors)")
        #expect(made.errors.contains("clip robot_000000 has no 'hdmap' control"), "\(made.errors)")
    }

    @Test(.enabled(if: (try? OnnxRuntime.load()) != nil, "skipped: ONNX Runtime is not on this machine"))
    func `the shipped judges measure what the model made`() throws {
        try write(
            metrics: """
                  networks: {depth: \(Self.world)/judges/depth, masks: \(Self.world)/judges/classes, perceptual: \(Self.world)/judges/features}
                """)
        let made = try run(["suite.yaml"])
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("Depth si-RMSE") && made.output.contains("Mask mIoU"), "\(made.output)")
        for judge in ["depth", "classes", "features", "boxes", "lanes"] {
            let verified = try program.run(["models", "verify", Self.world + "/judges/" + judge], in: folder)
            #expect(verified.status == 0, "\(judge): \(verified.errors)")
        }
    }

    @Test func `mistakes are one sentence with their place and exit code`() throws {
        try write("bad.yaml", clips: "[driving_000001, nowhere]")
        let bad = try run(["bad.yaml"])
        #expect(bad.status == 65 && bad.errors.contains("names the clip 'nowhere'"), "\(bad.errors)")
        let absent = try run(["absent.yaml"])
        #expect(absent.status == 65 && absent.errors.contains("absent.yaml"), "\(absent.errors)")
        try write()
        #expect(try run(["suite.yaml", "--generator", "magic"]).status == 64)
        #expect(try run(["suite.yaml", "--limit", "0"]).status == 64)
        let recorded = try run(["suite.yaml", "--generator", "recorded:\(Self.world)"])
        #expect(recorded.status == 2 && recorded.errors.contains("has no video of 'Vis'"), "\(recorded.errors)")
    }
}
