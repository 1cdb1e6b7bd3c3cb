import Experiment
import Foundation
import Generation
import TestSupport
import Testing

@Suite struct RecordedGeneratorTests {
    private let tiny: TinySet
    private let clip: ClipInputs
    private let generator: RecordedGenerator

    init() throws {
        tiny = try TinySet()
        clip = tiny.clip()
        for folder in ["Vis", "Edge/videos", "FG_a_BG_b"] {
            try FileManager.default.createDirectory(
                atPath: tiny.folder.file("recorded/" + folder), withIntermediateDirectories: true)
        }
        generator = try RecordedGenerator(folder: tiny.folder.file("recorded"))
    }

    private func record(_ name: String, level: Int) throws -> String {
        try tiny.video("recorded/" + name, frames: 2, level: level)
    }

    private func task(_ configuration: String, prompt: String = "") throws -> VideoTask {
        try tiny.task(
            configuration, [("vis", .uniform(1))], clip: clip, prompt: Prompt(label: prompt, text: "a robot"))
    }

    @Test func `recordings are found under the names that benchmarks use`() throws {
        let files = [
            try record("Vis/clip.mkv", level: 10), try record("Vis/clip_caption2.mkv", level: 20),
            try record("Vis/clip__night.mkv", level: 30), try record("Edge/videos/clip.mp4", level: 40),
            try record("FG_a_BG_b/clip.mkv", level: 50),
        ]
        var tasks = [
            try task("Vis"), try task("Vis", prompt: "2"), try task("Vis", prompt: "night"), try task("Edge"),
        ]
        // A folder may be called as the outputs' folder is.
        tasks.append(
            VideoTask(
                configuration: WeightedConfiguration(name: "FG a / BG b", weights: []), clip: clip,
                prompt: Prompt(label: "", text: "a robot"), seed: 1, output: try task("FG_a_BG_b").output,
                recipe: "0a1b2c3d"))
        #expect(try generator.results(tasks) == [nil, nil, nil, nil, nil])
        for (task, file) in zip(tasks, files) {
            #expect(FileManager.default.contentsEqual(atPath: task.output, andPath: file))
        }
        #expect(try tiny.leftovers().isEmpty)
        // Again, over what is there.
        #expect(try generator.results(tasks) == [nil, nil, nil, nil, nil])
        #expect(generator.label == "recorded recorded")
    }

    @Test func `two recordings of one video are refused with both names`() throws {
        let tasks = [try task("Vis"), try task("Vis", prompt: "2")]
        for name in ["clip.mkv", "clip.mp4", "clip__2.mkv", "clip_caption2.mkv"] {
            _ = try record("Vis/" + name, level: 10)
        }
        let results = try generator.results(tasks).map { $0 ?? "" }
        #expect(results[0].contains("Vis/clip.mp4 and ") && results[0].contains("Vis/clip.mkv are both the video"))
        #expect(results[1].contains("clip__2.mkv and ") && results[1].contains("clip_caption2.mkv are both"))
    }

    @Test func `recordings that a Mac copied are found`() throws {
        let name = "cafe\u{301}"
        try FileManager.default.createDirectory(
            atPath: tiny.folder.file("recorded/" + name), withIntermediateDirectories: true)
        let file = try record("\(name)/\(name).mkv", level: 10)
        try FileManager.default.moveItem(atPath: file, toPath: file.replacing(".mkv", with: ".MKV"))
        let clip = ClipInputs(name: "caf\u{e9}", video: clip.video, controls: clip.controls, foreground: nil)
        let task = try tiny.task("caf\u{e9}", [("vis", .uniform(1))], clip: clip)
        #expect(try generator.results([task]) == [nil])
    }

    @Test func `a missing or unreadable recording fails its task alone and says what was looked for`() throws {
        _ = try record("Vis/clip.mkv", level: 10)
        try tiny.folder.write("no video", to: "recorded/Vis/clip__night.mkv")
        let tasks = [
            try task("Vis", prompt: "caption1"), try task("Vis"), try task("Vis", prompt: "night"), try task("Depth"),
        ]
        let results = try generator.results(tasks)
        #expect(results[0]?.contains("looked for clip__caption1, clip_caption1 (.mp4, .mkv") == true)
        #expect(results[0]?.contains("Vis/ and Vis/videos/") == true)
        #expect(results[1] == nil)
        #expect(results[2]?.contains("clip__night.mkv") == true)
        #expect(results[3]?.contains("'Depth'") == true)
        #expect(throws: BenchError.self) { try generator.fingerprint(of: tasks[0]) }
        #expect(throws: BenchError.self) { try RecordedGenerator(folder: tiny.folder.file("nowhere")) }
    }

    @Test func `seeds are told apart by the outputs' names`() throws {
        _ = try record("Vis/clip.mkv", level: 10)
        let seeded = try record("Vis/clip__own-seed2.mkv", level: 20)
        let tasks = try [1, 2].map { seed in
            let one = try task("Vis")
            return VideoTask(
                configuration: one.configuration, clip: clip, prompt: one.prompt, seed: UInt32(seed),
                output: one.output.replacing("clip.mkv", with: "clip__own-seed\(seed).mkv"), recipe: "0a1b2c3d")
        }
        let results = try generator.results(tasks)
        #expect(results[0]?.contains("clip__own-seed1") == true && results[1] == nil)
        #expect(FileManager.default.contentsEqual(atPath: tasks[1].output, andPath: seeded))
    }

    @Test func `names lead nowhere outside the folder, and links are followed`() throws {
        let outside = try tiny.video("outside.mkv", frames: 2)
        try FileManager.default.createSymbolicLink(
            atPath: tiny.folder.file("recorded/Vis/clip.mkv"), withDestinationPath: outside)
        let linked = try task("Vis")
        #expect(try generator.results([linked]) == [nil])
        let type = try FileManager.default.attributesOfItem(atPath: linked.output)[.type] as? FileAttributeType
        #expect(type == .typeRegular)
        let escaping = VideoTask(
            configuration: WeightedConfiguration(name: "..", weights: []),
            clip: ClipInputs(name: "../outside", video: clip.video, controls: [:], foreground: nil),
            prompt: Prompt(label: "", text: "a robot"), seed: 1, output: linked.output, recipe: "0a1b2c3d")
        #expect(try generator.results([escaping])[0] == nil, "the output's own folder and name are looked for")
        let nowhere = VideoTask(
            configuration: escaping.configuration, clip: escaping.clip, prompt: escaping.prompt, seed: 1,
            output: tiny.folder.file("out/../outside.mkv"), recipe: "0a1b2c3d")
        #expect(try generator.results([nowhere])[0] != nil)
    }

    @Test func `the fingerprint of a task is its recording's bytes`() throws {
        _ = try record("Vis/clip.mkv", level: 10)
        let task = try task("Vis")
        let one = try generator.fingerprint(of: task)
        #expect(try generator.fingerprint(of: task) == one)
        _ = try record("Vis/clip.mkv", level: 11)
        #expect(try generator.fingerprint(of: task) != one)
    }
}
