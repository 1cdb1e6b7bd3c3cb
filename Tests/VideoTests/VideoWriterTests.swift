import Foundation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct VideoWriterTests {
    private let folder = TemporaryFolder()

    private func write(_ frames: [Frame], to name: String, rate: Double = 24) throws {
        let writer = try VideoWriter(path: folder.file(name), size: frames[0].size, rate: rate)
        for frame in frames { try writer.append(frame) }
        try writer.finish()
    }

    private func read(_ name: String) throws -> (frames: [Frame], rate: Double) {
        let reader = try openFrames(folder.file(name))
        var frames: [Frame] = []
        while let frame = try reader.next() { frames.append(frame) }
        #expect(reader.declaredFrames == frames.count)
        return (frames, reader.rate)
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func error(_ name: String, size: FrameSize = FrameSize(width: 4, height: 4)) throws -> String {
        let error = #expect(throws: FileError.self) {
            try VideoWriter(path: folder.file(name), size: size, rate: 24)
        }
        return try #require(error).reason
    }

    @Test(arguments: ["a.mkv", "images", "images/", "A.MKV"]) func `lossless kinds give the same bytes back`(
        _ name: String
    ) throws {
        let frames = (0..<5 as Range<UInt64>).map { Frame.noise(34, 18, seed: $0) }
        try write(frames, to: name)
        let result = try read(name)
        #expect(result.frames == frames)
        #expect(result.rate == (name.hasPrefix("images") ? 0 : 24))
        #expect(try files().count == 1, "nothing temporary is left")
    }

    @Test(arguments: ["odd.mkv", "odd"]) func `odd sizes keep their bytes where nothing is lost`(_ name: String) throws
    {
        let frames = [Frame.noise(7, 5), .noise(7, 5, seed: 2)]
        try write(frames, to: name)
        #expect(try read(name).frames == frames)
    }

    @Test(arguments: [24, 30, 23.976, 5, 29.97]) func `an MP4 file keeps number, size and rate of its frames`(
        _ rate: Double
    ) throws {
        let scene = GoldenScene(7, 64, 96, seed: 1, shift: 1, noise: 0)
        let frames = (0..<7).map { scene.frame($0) }
        try write(frames, to: "a.mp4", rate: rate)
        let result = try read("a.mp4")
        #expect(result.frames.map(\.size) == frames.map(\.size))
        #expect(abs(result.rate - rate) < 1e-3)
        for (a, b) in zip(frames, result.frames) {
            let squares = zip(a.pixels, b.pixels).map { (Double($0) - Double($1)) * (Double($0) - Double($1)) }
            let means = [a, b].map { Double($0.pixels.reduce(0) { $0 + Int($1) }) / Double($0.pixels.count) }
            #expect(10 * log10(65025 / (squares.reduce(0, +) / Double(squares.count))) > 24)
            #expect(abs(means[0] - means[1]) < 2, "a writer must not brighten or darken: \(means)")
        }
    }

    @Test func `the same frames make the same file`() throws {
        let frames = (0..<4 as Range<UInt64>).map { Frame.noise(64, 48, seed: $0) }
        for name in ["a", "b"] {
            for suffix in ["mp4", "mkv"] { try write(frames, to: "\(name).\(suffix)") }
        }
        for suffix in ["mp4", "mkv"] {
            let bytes = try ["a", "b"].map {
                try Data(contentsOf: URL(fileURLWithPath: folder.file("\($0).\(suffix)")))
            }
            #expect(bytes[0] == bytes[1], "\(suffix)")
        }
    }

    @Test func `a name with a colon, a space or a dash is a file like any other`() throws {
        for name in ["http:a.mkv", "-a b.mkv", "50% 'x'.mkv"] {
            try write([.noise(8, 8)], to: name)
            #expect(try read(name).frames == [.noise(8, 8)])
        }
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a"]) func `an unfinished video has no name and leaves nothing`(
        _ name: String
    ) throws {
        do {
            let writer = try VideoWriter(path: folder.file(name), size: FrameSize(width: 16, height: 16), rate: 24)
            for i in 0..<3 as Range<UInt64> { try writer.append(.noise(16, 16, seed: i)) }
            #expect(try !files().contains(name))
        }
        #expect(try files().isEmpty)
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a"]) func `finishing replaces the video of that name as a whole`(
        _ name: String
    ) throws {
        try write((0..<3 as Range<UInt64>).map { Frame.noise(16, 16, seed: $0) }, to: name)
        let writer = try VideoWriter(path: folder.file(name), size: FrameSize(width: 32, height: 16), rate: 24)
        try writer.append(.noise(32, 16))
        #expect(try read(name).frames.count == 3)
        try writer.finish()
        #expect(try read(name).frames.map(\.size) == [FrameSize(width: 32, height: 16)])
        #expect(try files() == [name])
    }

    @Test(arguments: ["a.mp4", "a"]) func `what a killed process left is removed, what a live one writes is not`(
        _ name: String
    ) throws {
        func open() throws -> VideoWriter {
            try VideoWriter(path: folder.file(name), size: FrameSize(width: 16, height: 16), rate: 24)
        }
        let live = try open()
        try live.append(.noise(16, 16))
        try waitForFiles()
        let mine = try #require(try files().first)
        // No process has a number above the kernel's limit of 2^22.
        let dead = mine.replacing("-\(getpid())-", with: "-2147483647-")
        #expect(dead != mine)
        try folder.write("x", to: dead)
        try folder.write("x", to: ".other.partial-host-2147483647-1.mp4")
        let second = try open()
        #expect(try files().contains(mine) && !files().contains(dead))
        #expect(try files().contains(".other.partial-host-2147483647-1.mp4"))
        try second.append(.noise(16, 16))
        try second.finish()
        try live.finish()
        #expect(try read(name).frames.count == 1)
    }

    @Test func `what cannot be written is a sentence that says what to do`() throws {
        #expect(try error("a.avi").contains("use .mp4, .mkv (lossless), or a folder's name ending in /"))
        #expect(try error("a.mp4", size: FrameSize(width: 5, height: 4)).contains("MP4 files have even sizes"))
        #expect(try error("a.mkv", size: FrameSize(width: 0, height: 4)).contains("0x4"))
        #expect(try error("a.mkv", size: FrameSize(width: 1 << 40, height: 1 << 40)).contains("up to 8K"))
        #expect(try error("missing/a.mp4").contains("\(folder.path)/missing does not exist"))
        try folder.write("x", to: "file")
        #expect(try error("file/a.mp4").contains("does not exist"))
        #expect(try error("file").contains("is a file, not a folder"))
        try folder.write("x", to: "folder.mp4/notes")
        #expect(try error("folder.mp4").contains("is a folder"))
        try folder.write("x", to: "mine/000000.png")
        try folder.write("x", to: "mine/notes.txt")
        #expect(try error("mine/").contains("holds other files than numbered PNG images"))
        for rate in [0, -1, .nan, .infinity, 1e9] {
            #expect(throws: FileError.self) {
                try VideoWriter(path: folder.file("a.mp4"), size: FrameSize(width: 4, height: 4), rate: rate)
            }
        }
        #expect(try !files().contains { $0.hasPrefix(".") })
    }

    @Test func `a video without frames is refused`() throws {
        let writer = try VideoWriter(path: folder.file("a.mkv"), size: FrameSize(width: 4, height: 4), rate: 24)
        let error = #expect(throws: FileError.self) { try writer.finish() }
        #expect(error?.reason.contains("without frames") == true)
    }

    @Test func `a missing program and one that fails say so`() throws {
        let size = FrameSize(width: 64, height: 64)
        let missing = #expect(throws: FileError.self) {
            try VideoWriter(path: folder.file("a.mp4"), size: size, rate: 24, program: "no-such-ffmpeg")
        }
        #expect(missing?.reason.contains("apt-get install ffmpeg") == true)
        let writer = try VideoWriter(path: folder.file("a.mp4"), size: size, rate: 24, program: "false")
        let failed = #expect(throws: FileError.self) {
            for i in 0..<200 as Range<UInt64> { try writer.append(.noise(64, 64, seed: i)) }
            try writer.finish()
        }
        #expect(failed?.reason.contains("cannot be written") == true)
    }

    /// FFmpeg makes its file when it has started, which may take a while beside other work.
    private func waitForFiles() throws {
        for _ in 0..<3000 where try files().isEmpty { Thread.sleep(forTimeInterval: 0.02) }
        try #require(try !files().isEmpty)
    }

    @Test func `a file that vanishes or a disk that fills is an error, not a video`() throws {
        let writer = try VideoWriter(path: folder.file("a.mkv"), size: FrameSize(width: 64, height: 64), rate: 24)
        for i in 0..<20 as Range<UInt64> { try writer.append(.noise(64, 64, seed: i)) }
        try waitForFiles()
        for name in try files() { try FileManager.default.removeItem(atPath: folder.file(name)) }
        let gone = #expect(throws: FileError.self) { try writer.finish() }
        #expect(gone?.reason.contains("cannot be completed") == true)
        // FFmpeg's writes go to a device that is always full.
        try folder.write(
            "#!/bin/sh\nshift $(($# - 1))\nlast=${1#file:}\nln -s /dev/full \"$last\"\ncat > \"$last\"\n", to: "full")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("full"))
        // A test beside this one that starts a process may hold the script open for a moment.
        var attempt: VideoWriter?
        for _ in 0..<3000 where attempt == nil {
            attempt = try? VideoWriter(
                path: folder.file("b.mkv"), size: FrameSize(width: 64, height: 64), rate: 24,
                program: folder.file("full"))
            if attempt == nil { Thread.sleep(forTimeInterval: 0.02) }
        }
        let full = try #require(attempt)
        let error = #expect(throws: FileError.self) {
            for i in 0..<20 as Range<UInt64> { try full.append(.noise(64, 64, seed: i)) }
            try full.finish()
        }
        #expect(error?.reason.contains("No space left on device") == true, "\(error?.reason ?? "")")
        #expect(try !files().contains("b.mkv"))
    }
}
