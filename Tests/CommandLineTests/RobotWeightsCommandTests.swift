import Foundation
import Tensors
import TestSupport
import Testing

/// `transferbench robot-weights` as a user runs it.
@Suite struct RobotWeightsCommandTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: [String], shell: String? = nil) throws -> Program.Result {
        try program.run(["robot-weights"] + arguments, in: folder, shell: shell)
    }

    private func layOut(_ examples: [String]) throws {
        for name in examples {
            try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: Places.references + "/controls/robot/example1", toPath: folder.file("in/\(name)"))
        }
    }

    @Test func `examples become folders of maps, once`() throws {
        try layOut(["a", "b"])
        let arguments = ["--input-dir", "in", "--output-dir", "out", "--setting", "fg_edge_bg_seg"]
        let first = try run(arguments)
        #expect(first.status == 0 && first.output.isEmpty, "\(first.errors)")
        #expect(first.errors.contains("a: 3 frames, the robot fills") && first.errors.contains("b: 3 frames"))
        for example in ["a", "b"] {
            for kind in ["vis", "edge", "seg", "depth"] {
                let file = folder.file("out/\(example)/\(kind)_weights.safetensors")
                let map = try #require(try TensorFile.read(path: file).values.first)
                #expect(map.shape == [3, 14, 22] && map.element == .float16)
                #expect(map.floats().contains(1) == ["edge", "seg"].contains(kind))
            }
        }
        let again = try run(arguments)
        #expect(again.status == 0 && again.errors.contains("a: skipped") && again.errors.contains("b: skipped"))
    }

    @Test func `keywords may be several, and none that fits is said`() throws {
        try layOut(["a"])
        let arguments = [
            "--input-dir", "in", "--output-dir", "out", "--robot-keywords", "wall", "cup", "--setting",
            "fg_edge_bg_seg",
        ]
        #expect(try run(arguments).status == 0)
        let none = try run(["--input-dir", "in", "--output-dir", "none", "--robot-keywords", "ROBOT"])
        #expect(none.status == 0 && none.errors.contains("no class contains ROBOT; check --robot-keywords"))
    }

    @Test func `only the two settings are known`() throws {
        let numbered = try run(["--setting", "setting1"])
        #expect(numbered.status == 64)
        #expect(
            numbered.errors.contains("there are fg_vis_edge_bg_seg and fg_edge_bg_seg, whatever the official README"))
        let other = try run(["--setting", "fg_all"])
        #expect(other.status == 64 && !other.errors.contains("README"))
        #expect(try run(["--robot-keywords", ""]).status == 64)
    }

    @Test func `a damaged example is named; the others are made`() throws {
        try layOut(["a", "b"])
        try folder.write("{\"red\": {\"class\": \"robot\"}}", to: "in/a/segmentation_label/label_0001.json")
        let some = try run(["--input-dir", "in", "--output-dir", "out"])
        #expect(some.status == 2 && some.errors.contains("1 of 2 examples failed"), "\(some.errors)")
        #expect(some.errors.contains("label_0001.json"))
        #expect(FileManager.default.fileExists(atPath: folder.file("out/b/depth_weights.safetensors")))
        try FileManager.default.removeItem(atPath: folder.file("in/b"))
        let one = try run(["--input-dir", "in", "--output-dir", "out"])
        #expect(one.status == 65 && one.errors.contains("label_0001.json"))
        let missing = try run(["--input-dir", "nowhere"])
        #expect(missing.status == 65 && missing.errors.contains("nowhere: cannot be listed"))
    }

    @Test func `a disk that takes no more is one sentence, and no map has its name`() throws {
        try layOut(["a"])
        let result = try run(["--input-dir", "in", "--output-dir", "out"], shell: "ulimit -f 1; exec \"$@\"")
        #expect(result.status == 65 && result.errors.contains("cannot be written"), "\(result.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("out/a")).sorted()
        #expect(left == ["visualizations"])
    }
}
