import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// Whatever is called a video and is none is refused in one sentence, and nothing else is opened.
@Suite struct NotVideoTests {
    private let folder = TemporaryFolder()

    private func error(_ path: String) throws -> FileError {
        let error = #expect(throws: FileError.self) {
            let reader = try openFrames(path)
            while try reader.next() != nil {}
        }
        let known = try #require(error)
        #expect(known.file == path)
        #expect(!known.reason.contains("\n") && !known.reason.hasSuffix("."))
        return known
    }

    @Test func `text, playlists, lists of files, noise and nothing are no videos`() throws {
        try FFmpeg.make("real.mp4", frames: 2, "-c:v libx264", in: folder)
        let real = folder.file("real.mp4")
        var random = SeededRandom(8)
        for (name, text) in [
            ("text.mp4", "not a video\n"), ("list.m3u8", "#EXTM3U\n#EXTINF:1,\nfile://\(real)\n#EXT-X-ENDLIST\n"),
            ("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nreal.mp4\n#EXT-X-ENDLIST\n"),
            ("list.ffconcat", "ffconcat version 1.0\nfile real.mp4\n"), ("list.txt", "file real.mp4\n"),
            ("page.html", "<html><body>404</body></html>"), ("session.sdp", "v=0\nm=video 5004 RTP/AVP 96\n"),
        ] {
            let error = try error(folder.write(text, to: name))
            #expect(error.code == .malformed, "\(name)")
            #expect(error.reason.contains("is not a video that can be decoded ("), "\(name): \(error)")
            #expect(error.reason.contains("check it with `ffprobe`, then copy or make it again"))
        }
        #expect(try error(folder.write(random.bytes(5000), to: "noise.mp4")).code == .malformed)
        #expect(try error(folder.write([] as [UInt8], to: "empty.mp4")).reason == "is empty; copy or make it again")
        let box = try error(folder.write([0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 2, 0], to: "box.mp4"))
        #expect(box.code == .malformed)
    }

    @Test func `sound and a cover alone are no videos`() throws {
        try FFmpeg.run("-f lavfi -i sine=duration=0.2 -c:a aac sound.mp4", in: folder)
        #expect(try error(folder.file("sound.mp4")).reason.contains("(it has no video stream)"))
        try FFmpeg.make("cover.png", frames: 1, in: folder)
        try FFmpeg.run(
            "-i sound.mp4 -i cover.png -map 0 -map 1 -c copy -disposition:v:0 attached_pic covered.mp4", in: folder)
        #expect(try error(folder.file("covered.mp4")).reason.contains("(it has no video stream)"))
    }

    @Test func `folders, pipes, devices and missing files are told apart`() throws {
        try FileManager.default.createDirectory(atPath: folder.file("x.mp4"), withIntermediateDirectories: true)
        #expect(try error(folder.file("x.mp4")).reason.contains("is a folder without pictures"))
        #expect(mkfifo(folder.file("pipe.mp4"), 0o600) == 0)
        for path in [folder.file("pipe.mp4"), "/dev/zero"] {
            #expect(try error(path).reason.contains("is not a regular file"), "\(path)")
        }
        #expect(try error(folder.file("missing.mp4")).reason == "does not exist; check its name")
        let direct = #expect(throws: FileError.self) { try VideoReader(path: folder.path) }
        #expect(direct?.reason == "is not a regular file; name a file that holds the data itself")
    }

    @Test func `pictures above 8K are refused before memory is taken for them`() throws {
        try FFmpeg.run("-f lavfi -i color=black:size=16384x8192 -frames:v 1 -c:v png large.png", in: folder)
        try FFmpeg.run("-i large.png -c copy large.mov", in: folder)
        for name in ["large.mov", "large.png"] {
            let error = try error(folder.file(name))
            #expect(error.code == .unsupported && error.reason.contains("16384x8192"), "\(error)")
            #expect(error.reason.contains("scale them to 8K or less"))
        }
    }

    @Test(arguments: ["a%03d.mp4", "file:a.mp4", "http:x.mp4", "a b ü é.mp4", "-a.mp4", "a'\"$(x).mp4"])
    func `a name is a name, whatever it looks like`(_ name: String) throws {
        try FFmpeg.make("plain.mp4", frames: 2, "-c:v libx264", in: folder)
        try FileManager.default.copyItem(atPath: folder.file("plain.mp4"), toPath: folder.file(name))
        #expect(try FrameSurvey(of: folder.file(name)) == FrameSurvey(of: folder.file("plain.mp4")))
    }

    @Test(arguments: ["png", "jpg", "webp", "bmp", "tiff", "gif"]) func `a still picture is a video of one frame`(
        _ kind: String
    ) throws {
        try FFmpeg.make("one.\(kind)", frames: 1, in: folder)
        let reader = try openFrames(folder.file("one.\(kind)"))
        let frame = try #require(try reader.next())
        #expect(try frame == Frame(path: folder.file("one.\(kind)")))
        #expect(frame.size == FrameSize(width: 64, height: 48))
        #expect(try reader.next() == nil)
        if kind != "gif" { #expect(reader.rate == 0) }
    }

    @Test func `an animated WebP is refused with what to do`() throws {
        try FFmpeg.make("a.webp", frames: 4, "-c:v libwebp_anim", in: folder)
        let error = try error(folder.file("a.webp"))
        #expect(error.code == .unsupported && error.reason.contains("make a GIF of it"), "\(error)")
    }

    @Test func `moving GIF and PNG files are videos`() throws {
        try FFmpeg.make("a.gif", frames: 4, in: folder)
        try FFmpeg.make("a.png", frames: 4, "-f apng", in: folder)
        for name in ["a.gif", "a.png"] { #expect(try FrameSurvey(of: folder.file(name)).frames == 4, "\(name)") }
    }
}
