import Foundation
import Perception
import TestSupport
import Testing

/// `transferbench perceive` and `score` with networks, as a user runs them.
@Suite(
    .enabled(if: (try? OnnxRuntime.load()) != nil, "skipped: ONNX Runtime is not on this machine")
) struct PerceiveCommandTests {
    private let folder = TemporaryFolder()
    private let clip = Places.recorded + "/dataset/videos/task_0001.mp4"
    private let generated = Places.recorded + "/edge/videos/task_0001__0.mp4"

    private func network(_ name: String) -> String {
        Places.repository.appendingPathComponent("Fixtures/references/perception/scoring/\(name)").path
    }

    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Program.Result {
        try program.run(arguments, in: folder, environment: environment)
    }

    @Test func `depth and masks that were written are what scoring with the networks makes`() throws {
        for (kind, name) in [("depth", "depth"), ("masks", "segmenter")] {
            for (video, out) in [(clip, "a"), (generated, "b")] {
                let made = try run([
                    "perceive", kind, video, "--network", network(name), "--out", "\(out)-\(kind).maps",
                ])
                #expect(made.status == 0, "\(made.errors)")
                #expect(made.errors.contains("wrote 25 frames to \(out)-\(kind).maps"))
            }
        }
        func scores(_ more: [String]) throws -> [[String: Any]] {
            let result = try run(
                ["score", "--reference", clip, "--generated", generated, "--json", "--profile", "aligned-2026"] + more)
            #expect(result.status == 0, "\(result.errors)")
            let root = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            return root?["scores"] as? [[String: Any]] ?? []
        }
        let given = try scores([
            "--depth-reference", "a-depth.maps", "--depth-generated", "b-depth.maps",
            "--masks-reference", "a-masks.maps", "--masks-generated", "b-masks.maps",
        ])
        let made = try scores(["--depth-network", network("depth"), "--mask-network", network("segmenter")])
        #expect(given.count == 14 && made.count == 14)
        for (a, b) in zip(given, made) {
            #expect(a["metric"] as? String == b["metric"] as? String)
            #expect(a["value"] as? Double == b["value"] as? Double, "\(a["metric"] ?? "")")
        }
        let depth = try #require(made.first { $0["metric"] as? String == "depth-si-rmse" })
        let parameters = try #require(depth["parameters"] as? [String: String])
        #expect(parameters["network"]?.hasPrefix("tiny-depth ") == true && parameters["device"] == "cpu")
    }

    @Test func `a foreground is written as a video and as a weight map, and scores by region`() throws {
        let made = try run([
            "perceive", "foreground", clip, "--network", network("saliency"), "--out", "mask.mkv", "--threshold", "0.4",
            "--weights", "edge.safetensors", "--background-weight", "0.25", "--frames", "3",
        ])
        #expect(made.status == 0, "\(made.errors)")
        #expect(FileManager.default.fileExists(atPath: folder.file("mask.mkv")))
        #expect(FileManager.default.fileExists(atPath: folder.file("edge.safetensors")))
        let scored = try run([
            "score", "--reference", clip, "--generated", generated, "--saliency-network", network("saliency"),
            "--saliency-threshold", "0.4", "--niqe", "references", "--niqe-block", "32", "--json",
        ])
        #expect(scored.status == 0, "\(scored.errors)")
        #expect(scored.output.contains("\"foreground\" : \"saliency by tiny-saliency"))
        #expect(scored.output.contains("\"niqe\""))
    }

    @Test func `objects that phrases name are the foreground`() throws {
        _ = try run([
            "perceive", "masks", clip, "--network", network("segmenter"), "--out", "masks.maps", "--frames", "2",
        ])
        let made = try run([
            "perceive", "foreground", clip, "--phrases", "green things", "--masks", "masks.maps", "--out", "mask.maps",
        ])
        #expect(made.status == 0 && made.errors.contains("wrote 2 frames"), "\(made.errors)")
        let none = try run([
            "perceive", "foreground", clip, "--phrases", "unicorns", "--masks", "masks.maps", "--out", "none.maps",
        ])
        #expect(none.status == 65 && none.errors.contains("'unicorns'") && none.errors.contains("'green things'"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.maps")))
    }

    @Test func `what cannot work is said in one sentence with its exit code`() throws {
        func sentence(_ arguments: [String], _ status: Int32, environment: [String: String] = [:]) throws -> String {
            let result = try run(arguments, environment: environment)
            let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("transferbench: ") }
            #expect(result.status == status && lines.count == 1, "\(result.errors)")
            return result.errors
        }
        let depth = ["perceive", "depth", clip, "--out", "d.mkv", "--network"]
        #expect(try sentence(depth + ["nothing"], 65).contains("models list"))
        #expect(try sentence(depth + [network("saliency")], 64).contains("saliency"))
        #expect(try sentence(depth + [network("depth"), "--out", clip], 64).contains("input"))
        let absent = ["TRANSFERBENCH_ONNXRUNTIME": "/nowhere.so"]
        #expect(try sentence(depth + [network("depth")], 69, environment: absent).contains("pip install"))
        // The metrics that need no network still run.
        let pair = ["score", "--reference", clip, "--generated", generated]
        let partial = try run(pair + ["--depth-network", network("depth")], environment: absent)
        #expect(partial.status == 2 && partial.output.contains("blur-ssim") && partial.errors.contains("pip install"))
    }

    @Test func `options that contradict each other are usage errors`() throws {
        let pair = ["score", "--reference", clip, "--generated", generated]
        for more in [
            ["--perceptual-network", "x"], ["--phrase-network", "x"],
            ["--saliency-network", "x", "--foreground-phrases", "cup"],
            ["--foreground", "m.mp4", "--saliency-network", "x"],
            ["--niqe", "references", "--niqe-block", "7"], ["--saliency-network", "x", "--saliency-threshold", "2"],
        ] {
            #expect(try run(pair + more).status == 64, "\(more)")
        }
        #expect(try run(["perceive", "foreground", clip, "--out", "m.mkv"]).status == 64)
        #expect(try run(["perceive", "foreground", clip, "--out", "m.mkv", "--phrases", "cup"]).status == 64)
    }
}
