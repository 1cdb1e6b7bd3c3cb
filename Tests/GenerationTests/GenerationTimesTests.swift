import Experiment
import Foundation
import Generation
import Tensors
import TestSupport
import Testing

/// What generators say of the time that a video took.
@Suite struct GenerationTimesTests {
    private let tiny: TinySet

    init() throws { tiny = try TinySet() }

    private func task() throws -> VideoTask { try tiny.task("Vis", [("vis", .uniform(1))], clip: tiny.clip()) }

    /// A command that copies the clip after some lines of a shell.
    private func generator(
        _ lines: String, devices: Int? = 4, pattern: String? = nil
    ) throws -> CommandGenerator {
        try CommandGenerator(
            words: ["sh", "-c", "\(lines)\ncp \"$0\" \"$1\"", "{clip}", "{out}", "{devices}"], devices: devices,
            diffusionPattern: pattern)
    }

    @Test func `a command's own line tells of diffusion and loading`() throws {
        let lines = """
            echo 'transferbench: diffusion-seconds=99'
            echo 'transferbench: diffusion-seconds=0.125' ; echo 'transferbench: load-seconds=0' >&2
            """
        let (video, times) = try generator(lines).time(task())
        #expect(times.diffusion == 0.125 && times.load == 0 && times.generate > 0)
        #expect(try video == task().output)
    }

    @Test func `loading that a command tells of is not in the time of its video`() throws {
        let (_, times) = try generator("sleep 0.2; echo 'transferbench: load-seconds=0.15'").time(task())
        #expect(times.load == 0.15 && times.generate >= 0.05 && times.diffusion == nil)
        let (_, silly) = try generator("echo 'transferbench: load-seconds=1e9'").time(task())
        #expect(silly.generate == 0)
    }

    @Test func `a suite's expression finds the seconds in other words`() throws {
        let lines = "echo 'sampling took 1.5 s on '\"$2\"' GPUs'; echo 'sampling took no time s'"
        #expect(try generator(lines, pattern: "took ([0-9.]+) s").time(task()).times.diffusion == 1.5)
        #expect(try generator(lines).time(task()).times.diffusion == nil)
        #expect(try generator(lines, pattern: "on ([0-9]+) GPUs").time(task()).times.diffusion == 4)
        #expect(throws: BenchError.self) { try generator(lines, pattern: "took") }
    }

    @Test func `a command that asks for devices needs a timing, and they are no part of its identity`() throws {
        let error = #expect(throws: BenchError.self) { try generator("", devices: nil) }
        #expect(error?.sentence.contains("the command asks for {devices}, which only a suite with 'timing:") == true)
        #expect(try generator("", devices: 1).fingerprint == generator("", devices: 64).fingerprint)
    }

    @Test func `a command that fails has no time`() throws {
        #expect(throws: CommandFailure.self) { try generator("exit 3").time(task()) }
    }

    @Test func `the embedded generator tells the sampler's time and that of loading, whatever its threads`() throws {
        let one = try EmbeddedGenerator(tiny.opened(), controls: ["vis"], pool: tiny.pool)
        let (first, times) = try one.time(task())
        let load = try #require(times.load)
        let diffusion = try #require(times.diffusion)
        #expect(diffusion > 0 && diffusion < times.generate && load > 0)
        let frames = try TinySet.frames(first)
        try FileManager.default.removeItem(atPath: first)
        let (second, again) = try EmbeddedGenerator(sharing: one, pool: .init(threads: 1)).time(task())
        #expect(again.load == load, "weights are loaded once")
        #expect(try TinySet.frames(second) == frames)
    }

    @Test func `videos that exist are not timed`() throws {
        let recorded = try RecordedGenerator(folder: tiny.folder.path)
        let error = #expect(throws: BenchError.self) { try recorded.time(task()) }
        #expect(error?.sentence.contains("there is nothing to time") == true)
    }
}
