import CosmosTransfer
import Experiment
import Foundation
import Generation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct EmbeddedGeneratorTests {
    private let tiny: TinySet

    init() throws { tiny = try TinySet() }

    private func generator(
        _ controls: [String] = ["vis", "edge", "depth"], _ change: (inout EmbeddedGenerator.Options) -> Void = { _ in }
    ) throws -> EmbeddedGenerator {
        var options = EmbeddedGenerator.Options()
        change(&options)
        return try EmbeddedGenerator(tiny.opened(), controls: controls, options: options, pool: tiny.pool)
    }

    /// The same video put together from the engine's parts.
    private func alone(_ task: VideoTask, frames: Int, controls: [GenerationRequest.Control]) throws -> [Frame] {
        let folder = try tiny.opened()
        let model = try TransferModel(folder, controls: ["vis", "edge", "depth"])
        var request = GenerationRequest(
            prompt: try PromptEncoder(folder).encode(task.prompt.text, pool: tiny.pool), size: TinySet.size,
            frames: frames, clipFrames: 9, fps: 24, seed: Int(task.seed), sampler: folder.configuration.sampler)
        request.controls = controls
        var result: [Frame] = []
        try VideoGenerator(model, pool: tiny.pool).run(request) { result.append($0) }
        return result
    }

    @Test func `every video of a clip is the one that the engine makes of it alone`() throws {
        let depth = try tiny.video("depth.mkv", frames: 11, level: 70)
        let clip = tiny.clip(
            video: try tiny.video("long.mkv", frames: 12),
            controls: ["vis": .preset("low"), "depth": .video(path: depth)])
        let other = Prompt(label: "caption1", text: "a kitchen at night")
        let tasks = [
            try tiny.task("Vis", [("vis", .uniform(1))], clip: clip),
            try tiny.task("Vis", [("vis", .uniform(1))], clip: clip, prompt: other, seed: 7),
            try tiny.task("Depth", [("depth", .uniform(0.8))], clip: clip),
            try tiny.task("Both", [("depth", .uniform(0.5)), ("vis", .uniform(0.9))], clip: clip),
        ]
        #expect(try generator().results(tasks) == [nil, nil, nil, nil])
        let low = VisControl(.low)
        let vis = SourceVideo(path: clip.video) { low($0) }
        let source = SourceVideo(path: depth) { $0 }
        func control(_ name: String, _ video: SourceVideo, _ weight: Double) -> GenerationRequest.Control {
            GenerationRequest.Control(name: name, video: video, weight: .scalar(weight))
        }
        let expected = [
            try alone(tasks[0], frames: 12, controls: [control("vis", vis, 1)]),
            try alone(tasks[1], frames: 12, controls: [control("vis", vis, 1)]),
            try alone(tasks[2], frames: 11, controls: [control("depth", source, 0.8)]),
            try alone(tasks[3], frames: 11, controls: [control("vis", vis, 0.9), control("depth", source, 0.5)]),
        ]
        for (task, frames) in zip(tasks, expected) { #expect(try TinySet.frames(task.output) == frames) }
        #expect(expected[0] != expected[1])
        #expect(try openFrames(tasks[0].output).rate == 10)
        #expect(try tiny.leftovers().isEmpty)
    }

    @Test func `neither the size of batches nor the order of weights changes a video`() throws {
        let clip = tiny.clip()
        let weights: [(String, ControlAmount)] = [("vis", .uniform(0.4)), ("edge", .uniform(0.9))]
        let tasks = try (0..<3).map { try tiny.task("A\($0)", weights, clip: clip, seed: UInt32($0)) }
        #expect(try generator().results(tasks) == [nil, nil, nil])
        let together = try tasks.map { try TinySet.frames($0.output) }
        let turned = try (0..<3).map { try tiny.task("B\($0)", weights.reversed(), clip: clip, seed: UInt32($0)) }
        #expect(try generator { $0.batch = 2 }.results(turned) == [nil, nil, nil])
        #expect(try turned.map { try TinySet.frames($0.output) } == together)
        #expect(try generator { $0.batchBytes = 0 }.results([tasks[1]]) == [nil])
        #expect(try TinySet.frames(tasks[1].output) == together[1])
        #expect(together[0] != together[1])
    }

    @Test func `a foreground that is everywhere gives the bits of its number, one that is half others`() throws {
        let all = tiny.clip(foreground: try tiny.mask("all.mkv", until: 48))
        let half = tiny.clip(foreground: try tiny.mask("half.mkv", until: 24, frames: 1))
        let none = tiny.clip(foreground: try tiny.mask("none.mkv", until: 0, frames: 4))
        let regional: [(String, ControlAmount)] = [
            ("vis", .regional(fg: 0.7, bg: 0.1)), ("edge", .regional(fg: 0.6, bg: 0)),
        ]
        let tasks = [
            try tiny.task("All", regional, clip: all), try tiny.task("Half", regional, clip: half),
            try tiny.task("None", regional, clip: none),
            try tiny.task("Number", [("vis", .uniform(0.7)), ("edge", .uniform(0.6))], clip: all),
            try tiny.task("Background", [("vis", .uniform(0.1))], clip: all),
        ]
        #expect(try generator().results(tasks) == [nil, nil, nil, nil, nil])
        let videos = try tasks.map { try TinySet.frames($0.output) }
        #expect(videos[0] == videos[3])
        #expect(videos[2] == videos[4])
        #expect(videos[1] != videos[0] && videos[1] != videos[2])
    }

    @Test func `a task that cannot be made says why, and the others are made`() throws {
        let broken = try tiny.folder.write("no video", to: "broken.mkv")
        let clip = tiny.clip(
            controls: [
                "vis": .preset("medium"), "edge": .preset("sharp"), "depth": .video(path: broken),
                "seg": .preset("low"), "lidar": .video(path: tiny.folder.file("clip.mkv")),
            ])
        let cases: [(weights: [(String, ControlAmount)], says: String?)] = [
            ([("vis", .regional(fg: 1, bg: 0))], "clip clip has no foreground mask"),
            ([("vis", .uniform(1))], nil), ([("edge", .uniform(1))], "'sharp' is no preset"),
            ([("depth", .uniform(1))], "broken.mkv"), ([("seg", .uniform(1))], "cannot be made by the preset"),
            ([("keypoint", .uniform(1))], "clip clip has no control 'keypoint'"),
            ([("lidar", .uniform(1))], "no weights of the control 'lidar'"),
            ([("upscale", .uniform(1))], "none of the controls"), ([("vis", .uniform(-1))], "-1"),
            ([("vis", .uniform(0.5))], nil),
        ]
        var tasks = try cases.enumerated().map { try tiny.task("C\($0)", $1.weights, clip: clip) }
        tasks.append(try tiny.task("Empty", [("vis", .uniform(1))], clip: clip, prompt: Prompt(label: "", text: " ")))
        tasks.append(
            VideoTask(
                configuration: tasks[1].configuration, clip: clip, prompt: tasks[1].prompt, seed: 1,
                output: tiny.folder.file("nowhere/a.mkv"), recipe: "0a1b2c3d"))
        let results = try generator(["vis", "edge", "depth", "seg", "keypoint", "lidar"]).results(tasks)
        for (expected, result) in zip(cases.map(\.says) + ["empty prompt", "nowhere/a.mkv"], results) {
            if let expected {
                #expect(result?.contains(expected) == true, "\(result ?? "made")")
            } else {
                #expect(result == nil)
            }
        }
        for (task, result) in zip(tasks, results) {
            #expect(FileManager.default.fileExists(atPath: task.output) == (result == nil))
        }
        #expect(try tiny.leftovers().isEmpty)
    }

    @Test func `a branch whose weights are missing is missed only by tasks that use it`() throws {
        try FileManager.default.removeItem(atPath: tiny.weights + "/edge_control.safetensors")
        let clip = tiny.clip()
        let off = try tiny.task("Off", [("vis", .uniform(1)), ("edge", .uniform(0))], clip: clip)
        let on = try tiny.task("On", [("vis", .uniform(1)), ("edge", .uniform(0.5))], clip: clip)
        let generator = try generator()
        let results = try generator.results([on, off])
        #expect(results[0]?.contains("no weights of the control 'edge'") == true)
        #expect(results[1] == nil)
        #expect(throws: BenchError.self) { try generator.fingerprint(of: on) }
        try FileManager.default.removeItem(atPath: tiny.weights + "/base_model.safetensors")
        let baseless = try self.generator()
        #expect(throws: BenchError.self) { try baseless.results([off]) }
    }

    @Test func `videos have the clip's size where the model can work at it, else the model's`() throws {
        let sizes: [(own: FrameSize, made: FrameSize)] = [
            (FrameSize(width: 64, height: 48), FrameSize(width: 64, height: 48)),
            (FrameSize(width: 50, height: 32), TinySet.size), (FrameSize(width: 256, height: 16), TinySet.size),
        ]
        for (index, size) in sizes.enumerated() {
            let clip = tiny.clip(video: try tiny.video("size\(index).mkv", frames: 3, size: size.own))
            let task = try tiny.task("S\(index)", [("edge", .uniform(1))], clip: clip)
            #expect(try generator().results([task]) == [nil])
            let frames = try TinySet.frames(task.output)
            #expect(frames.count == 3 && frames.allSatisfy { $0.size == size.made })
        }
        let asked = FrameSize(width: 32, height: 32)
        let task = try tiny.task("Asked", [("edge", .uniform(1))], clip: tiny.clip())
        #expect(try generator { ($0.size, $0.frames) = (asked, 2) }.results([task]) == [nil])
        #expect(try TinySet.frames(task.output).map(\.size) == [asked, asked])
    }

    @Test func `what can change pixels is in the fingerprint, and nothing else`() throws {
        let vis = try tiny.task("Vis", [("vis", .uniform(1))], clip: tiny.clip())
        let edge = try tiny.task("Edge", [("edge", .uniform(1))], clip: tiny.clip())
        let one = try generator()
        #expect(one.label.hasPrefix("embedded weights ") && one.label.hasSuffix("…, 2 steps, guidance 5"))
        #expect(try generator(["vis"]) { $0.batch = 1 }.fingerprint == one.fingerprint)
        #expect(try generator(["vis"]).fingerprint(of: vis) == one.fingerprint(of: vis))
        #expect(try one.fingerprint(of: vis) != one.fingerprint(of: edge))
        let changes: [(inout EmbeddedGenerator.Options) -> Void] = [
            { $0.steps = 3 }, { $0.guidance = 0 }, { $0.negativePrompt = "blurred" }, { $0.frames = 5 },
            { $0.size = TinySet.size },
        ]
        var seen = Set(try changes.map { try generator(["vis"], $0).fingerprint } + [one.fingerprint])
        #expect(seen.count == changes.count + 1)
        for name in ["base_model", "tokenizer", "text_encoder"].map({ $0 + ".safetensors" }) + [
            "spiece.model", "config.json",
        ] {
            let url = URL(fileURLWithPath: "\(tiny.weights)/\(name)")
            let kept = try Data(contentsOf: url)
            try (kept + [32]).write(to: url)
            #expect(seen.insert(try generator(["vis"]).fingerprint).inserted)
            try kept.write(to: url)
        }
        try Data("other".utf8).write(to: URL(fileURLWithPath: tiny.weights + "/vis_control.safetensors"))
        let other = try generator()
        #expect(other.fingerprint == one.fingerprint)
        #expect(try other.fingerprint(of: vis) != one.fingerprint(of: vis))
        #expect(try other.fingerprint(of: edge) == one.fingerprint(of: edge))
    }

    @Test func `what is cut, stretched and not read is told, and what cannot be written before it is made`() throws {
        let odd = try tiny.video("odd.mkv", frames: 5, size: FrameSize(width: 50, height: 32))
        let clip = tiny.clip(video: odd, controls: ["depth": .video(path: tiny.folder.file("clip.mkv"))])
        let long = Prompt(label: "", text: String(repeating: "a very long prompt ", count: 20))
        let task = try tiny.task("Depth", [("depth", .uniform(1))], clip: clip, prompt: long)
        let generator = try generator(["depth"])
        let notes = try generator.notes(on: [task, task])
        #expect(
            notes == [
                "the clip is 50x32 and is stretched to 48x32, the shape of the control 'depth'",
                "the clip ends after 5 frames, and the control 'depth' has 9: the rest is left out",
                "5 frames do not fill a clip of 9: the last frame is repeated to the end, and what is made of that is cut off",
                "the prompt is longer than the 16 tokens that the text encoder reads: its end has no effect",
            ])
        #expect(try generator.notes(on: [tiny.task("Vis", [("vis", .uniform(1))], clip: tiny.clip())]).isEmpty)
        try generator.check([task])
        #expect(try tiny.leftovers().isEmpty)
        let nowhere = VideoTask(
            configuration: task.configuration, clip: clip, prompt: long, seed: 1,
            output: tiny.folder.file("nowhere/a.mkv"), recipe: "0a1b2c3d")
        #expect(throws: FileError.self) { try generator.check([task, nowhere]) }
    }
}
