import Foundation
import Tensors
import TestSupport
import Testing

@testable import Video

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
        #expect(reader.expectedFrames == frames.count)
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

    @Test func `a missing encoder and a full disk are told with the reason`() throws {
        let size = FrameSize(width: 64, height: 64)
        let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let missing = #expect(throws: FileError.self) {
            try FrameEncoder(
                VideoCodec(encoder: "no-such-encoder", isLossless: false), size: size, rate: 24, rateFactor: 25,
                to: descriptor, named: "a.mp4")
        }
        #expect(missing?.reason.contains("no encoder 'no-such-encoder'; install Debian's") == true)
        for codec in [VideoCodec.h264, .ffv1] {
            let full = #expect(throws: FileError.self) {
                let encoder = try FrameEncoder(codec, size: size, rate: 24, rateFactor: 25, to: descriptor, named: "a")
                for i in 0..<20 as Range<UInt64> { try encoder.append(.noise(64, 64, seed: i)) }
                try encoder.finish()
            }
            #expect(full?.reason.contains("No space left on device") == true, "\(full?.reason ?? "")")
        }
    }

    @Test func `a file that vanishes is an error, not a video`() throws {
        let writer = try VideoWriter(path: folder.file("a.mkv"), size: FrameSize(width: 64, height: 64), rate: 24)
        for i in 0..<20 as Range<UInt64> { try writer.append(.noise(64, 64, seed: i)) }
        for name in try files() { try FileManager.default.removeItem(atPath: folder.file(name)) }
        let gone = #expect(throws: FileError.self) { try writer.finish() }
        #expect(gone?.reason.contains("cannot be completed") == true)
    }

    @Test(arguments: [251, 120]) func `the longest name that the disk takes is taken`(_ length: Int) throws {
        let letters = String(repeating: "é", count: length / 2) + String(repeating: "x", count: length % 2)
        try write([.noise(8, 8)], to: letters + ".mkv")
        #expect(try read(letters + ".mkv").frames.count == 1)
        #expect(
            try error(letters + "xxxxx" + String(repeating: "x", count: 251 - length) + ".mkv").contains("at most 255"))
    }

    private static let hasProgram = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(
        .enabled(if: hasProgram, "skipped: the ffmpeg program is not there to compare with"),
        arguments: [
            (96, 64, "24", 25), (34, 18, "29.97", 0), (64, 48, "23.976", 40), (2, 2, "12.5", 18), (33, 17, "59.94", -1),
            (96, 64, "1000", -1), (194, 146, "30", -1),
        ])
    func `a file has the bytes that the ffmpeg program writes`(
        _ width: Int, _ height: Int, _ rate: String, _ rateFactor: Int
    ) throws {
        let frames = (0..<6 as Range<UInt64>).map { Frame.noise(width, height, seed: $0 / 2) }
        try folder.write(frames.flatMap(\.pixels), to: "raw")
        let codec =
            rateFactor < 0
            ? ["-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", "4", "-pix_fmt", "bgr0"]
            : ["-c:v", "libx264", "-crf", "\(rateFactor)", "-pix_fmt", "yuv420p"]
        let suffix = rateFactor < 0 ? "mkv" : "mp4"
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        program.arguments =
            [
                "ffmpeg", "-v", "error", "-nostdin", "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size",
                "\(width)x\(height)", "-framerate", rate, "-i", folder.file("raw"),
            ] + codec
            + [
                "-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-y", "-f",
                rateFactor < 0 ? "matroska" : "mp4", folder.file("program." + suffix),
            ]
        try program.run()
        program.waitUntilExit()
        #expect(program.terminationStatus == 0)
        let writer = try VideoWriter(
            path: folder.file("own." + suffix), size: frames[0].size, rate: try #require(Double(rate)),
            rateFactor: max(0, rateFactor))
        for frame in frames { try writer.append(frame) }
        try writer.finish()
        #expect(
            FileManager.default.contentsEqual(
                atPath: folder.file("own." + suffix), andPath: folder.file("program." + suffix)))
    }
}
