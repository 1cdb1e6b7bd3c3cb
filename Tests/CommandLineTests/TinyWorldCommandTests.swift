import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// `transferbench tinyworld` as a user runs it.
@Suite struct TinyWorldCommandTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: [String]) throws -> Program.Result {
        try program.run(["tinyworld"] + arguments, in: folder)
    }

    private func frames(_ name: String) throws -> [Frame] {
        let reader = try openFrames(folder.file(name))
        var frames: [Frame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    @Test func `a rendered dataset has every part and can be scored`() throws {
        let made = try run(["render", "--domain", "all", "--seed", "4", "--frames", "3", "--out", "data", "--variants"])
        #expect(made.status == 0 && made.output.isEmpty && made.errors.contains("data: 3 clips"), "\(made.errors)")
        for id in ["robot_000000", "driving_000000", "household_000000"] {
            let isDriving = id.hasPrefix("driving")
            for name in [
                "videos/\(id).mkv", "controls/vis/\(id).mkv", "controls/edge/\(id).mkv", "controls/depth/\(id).mkv",
            ] {
                #expect(try frames("data/" + name).count == 3)
            }
            #expect(try frames("data/masks/\(id)") == frames("data/controls/seg/\(id).mkv"))
            #expect(FileManager.default.fileExists(atPath: folder.file("data/controls/hdmap/\(id).mkv")) == isDriving)
            #expect(FileManager.default.fileExists(atPath: folder.file("data/controls/lidar/\(id).mkv")) == isDriving)
            let depth = try ArrayStream(path: folder.file("data/depth_npzs/\(id).npz"))
            #expect(depth.frames == 3 && depth.height == 64 && depth.width == 96)
            let mask = try ForegroundReader(path: folder.file("data/foreground/\(id)"))
            #expect(try mask.next()?.pixels.contains(1) == true)
            for caption in [id] + (1...5).map({ "\(id)_caption\($0)" }) {
                #expect(try JSON(path: folder.file("data/captions/\(caption).json"))["caption"]?.kind == "a string")
            }
            let scene = try JSON(path: folder.file("data/scene/\(id).json"))
            guard case .array(let poses) = scene["poses"], case .array(let boxes) = scene["boxes"] else {
                Issue.record("\(id) has no poses or boxes")
                continue
            }
            #expect(poses.count == 3 && boxes.count == 3)
        }
        let scored = try program.run(["score", "--dataset", "data", "--videos", "data/variants"], in: folder)
        #expect(scored.status == 0 && scored.output.contains("n = 15 of 15"), "\(scored.output) \(scored.errors)")
    }

    @Test func `a clip is the same in a dataset and in a shard`() throws {
        #expect(try run(["render", "--domain", "driving", "--frames", "2", "--out", "data"]).status == 0)
        let made = try run([
            "shard", "--domain", "driving", "--frames", "2", "--count", "2", "--variants", "3", "--out",
            "s.safetensors",
        ])
        #expect(made.status == 0 && made.output.isEmpty, "\(made.errors)")
        let tensors = try TensorFile.read(path: folder.file("s.safetensors"))
        let maps = [2, 2, 64, 96]
        let shapes = [
            "rgb": [2, 3, 2, 64, 96, 3], "depth": maps, "instance": maps, "class": maps, "foreground": maps,
            "lane": maps,
            "hdmap": maps + [3], "lidar": maps + [3],
        ]
        #expect(tensors.mapValues(\.shape) == shapes)
        #expect(tensors.allSatisfy { $0.value.element == ($0.key == "depth" ? .float16 : .uint8) })
        let rgb = try #require(tensors["rgb"]).withBytes { Array($0) }
        let first = try frames("data/videos/driving_000000.mkv").flatMap(\.pixels)
        #expect(Array(rgb[..<first.count]) == first)
        let depth = try #require(tensors["depth"]).floats()
        let stream = try ArrayStream(path: folder.file("data/depth_npzs/driving_000000.npz"))
        let exact = try #require(try stream.nextFrame())
        #expect(zip(depth, exact).allSatisfy { abs(Double($0) - $1) <= $1 / 2048 })
        let document = try JSON(path: folder.file("s.json"))
        guard case .array(let clips) = document["clips"] else {
            Issue.record("no clips")
            return
        }
        #expect(clips.compactMap { $0["id"] } == [.string("driving_000000"), .string("driving_000001")])
        guard case .array(let captions) = clips[0]["captions"] else {
            Issue.record("no captions")
            return
        }
        #expect(captions.count == 3)
    }

    @Test func `threads and neighbours do not change a shard's clips`() throws {
        let common = ["shard", "--domain", "robot", "--frames", "1", "--variants", "1", "--size", "32x48"]
        #expect(try run(common + ["--count", "3", "--threads", "1", "--out", "a.safetensors"]).status == 0)
        #expect(try run(common + ["--count", "3", "--threads", "3", "--out", "b.safetensors"]).status == 0)
        #expect(try run(common + ["--first", "2", "--out", "c.safetensors"]).status == 0)
        let files = ["a", "b", "c"].map { FileManager.default.contents(atPath: folder.file("\($0).safetensors")) }
        #expect(files[0] == files[1] && files[0] != nil)
        let all = try #require(TensorFile.read(path: folder.file("a.safetensors"))["rgb"]).withBytes { Array($0) }
        let last = try #require(TensorFile.read(path: folder.file("c.safetensors"))["rgb"]).withBytes { Array($0) }
        #expect(Array(all.suffix(last.count)) == last)
    }

    @Test(arguments: [
        (["render", "--domain", "kitchen", "--out", "x"], "robot, driving, household or all"),
        (["render", "--size", "64", "--out", "x"], "rows x columns"),
        (["render", "--size", "96x64", "--out", "x"], "no fewer columns"),
        (["render", "--size", "63x96", "--out", "x"], "even numbers"),
        (["render", "--size", "64x-96", "--out", "x"], "64x96"),
        (["render", "--frames", "0", "--out", "x"], "1 to 121"),
        (["render", "--count", "0", "--out", "x"], "--count is 0"),
        (["render", "--first", "999999", "--count", "2", "--out", "x"], "beyond clip 999999"),
        (["render", "--threads", "0", "--out", "x"], "--threads is 0"),
        (["shard", "--variants", "7", "--out", "x.safetensors"], "1 to 6"),
        (["shard", "--out", "x.pt"], ".safetensors"),
        (["shard", "--size", "512x768", "--count", "900", "--out", "x.safetensors"], "make several"),
    ])
    func `arguments that make no sense are refused in a sentence`(arguments: [String], sentence: String) throws {
        let result = try run(arguments)
        #expect(result.status == 64 && result.errors.contains(sentence), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("x")))
    }

    @Test func `a folder that cannot be made is a sentence`() throws {
        try folder.write("a file", to: "taken")
        let rendered = try run(["render", "--out", "taken/data"])
        #expect(rendered.status == 69 && rendered.errors.contains("taken/data"), "\(rendered.errors)")
        let written = try run(["shard", "--frames", "1", "--out", "nowhere/x.safetensors"])
        #expect(written.status == 69 && written.errors.contains("nowhere"), "\(written.errors)")
    }
}
