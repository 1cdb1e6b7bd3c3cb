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
