import Foundation
import TestSupport
import Testing

/// What an interrupted command leaves behind.
@Suite struct InterruptTests {
    private let folder = TemporaryFolder()

    private func unfinished() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.contains(".partial") }
    }

    @Test(arguments: [SIGINT, SIGTERM]) func `unfinished files of its own are gone, those of others stay`(
        _ signal: Int32
    ) throws {
        // Of a live process, as another command's would be.
        let other = "data/videos/.other.partial-host-\(getpid())-1.mkv"
        try folder.write("x", to: other)
        for _ in 0..<3 {
            let (process, collect) = try program.start(
                ["tinyworld", "render", "--count", "5000", "--frames", "17", "--variants", "--out", "data"], in: folder)
            // When it is at work, which may take a while beside other work.
            while process.isRunning, try unfinished().count < 2 { usleep(2000) }
            kill(process.processIdentifier, signal)
            let result = collect()
            #expect(result.status == 130, "\(result.errors)")
            #expect(try unfinished() == [other])
        }
    }

    @Test func `a video in the making is gone`() throws {
        let world = Places.repository.appendingPathComponent("Fixtures/tinyworld").path
        let clip = world + "/clips/videos/driving_000001.mkv"
        try folder.write(
            "{\"prompt\": \"a road\", \"input_video_path\": \"\(clip)\", \"num_steps\": 5000, \"edge\": {\"control_weight\": 1}}",
            to: "spec.json")
        let (process, collect) = try program.start(
            ["generate", "spec.json", "--weights", world + "/weights", "--out", "a.mkv"], in: folder)
        while process.isRunning, try unfinished().isEmpty { usleep(2000) }
        kill(process.processIdentifier, SIGINT)
        let result = collect()
        #expect(result.status == 130, "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["spec.json"])
    }
}
