import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// What keeps a video from being written is found before there is one.
@Suite struct VideoRehearsalTests {
    private let folder = TemporaryFolder()
    private let size = FrameSize(width: 32, height: 16)

    private func refusal(_ names: [String], frames: Int = 5, size: FrameSize? = nil) -> String {
        do {
            try VideoRehearsal(names.map { folder.file($0) }, size: size ?? self.size, rate: 24, frames: frames).run()
            return ""
        } catch {
            return error.reason
        }
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a"]) func `a video that can be written leaves no trace`(_ name: String) throws
    {
        #expect(refusal([name, "b.mkv"]) == "")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a/"]) func `a video of that name is not touched`(_ name: String) throws {
        let writer = try VideoWriter(path: folder.file(name), size: size, rate: 24)
        try writer.append(.noise(32, 16))
        try writer.finish()
        let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        #expect(refusal([name]) == "")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path) == before)
        #expect(try openFrames(folder.file(name)).next() != nil)
    }

    @Test func `every video's name and folder is looked at, and the room for all`() throws {
        #expect(refusal(["a.mkv", "missing/b.mkv"]).contains("missing does not exist"))
        #expect(refusal(["a.mkv", String(repeating: "x", count: 260) + ".mkv"]).contains("has a name of 264 bytes"))
        #expect(refusal(["a.mkv", "b.gif"]).contains("use .mp4, .mkv"))
        #expect(refusal(["a.mp4"], size: FrameSize(width: 5, height: 4)).contains("even sizes"))
        let large = FrameSize(width: 1280, height: 704)
        let one = refusal(["a.mkv"], frames: 1 << 40, size: large)
        #expect(
            one.contains("has no room: it takes about") && one.contains("make room or name another folder"), "\(one)")
        let many = VideoRehearsal([folder.file("a.mkv")], size: large, rate: 24, frames: 1, times: 1 << 40)
        #expect(throws: FileError.self) { try many.run() }
        #expect(refusal(["a/", "b/"], frames: 1 << 40, size: large).contains("it and 1 more take"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
