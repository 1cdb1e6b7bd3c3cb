import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// What containers and streams say about their pictures is done, as players and decord do it.
@Suite struct VideoTagsTests {
    private let folder = TemporaryFolder()

    private func frames(_ name: String) throws -> (frames: [Frame], reader: VideoReader) {
        let reader = try VideoReader(path: folder.file(name))
        var frames: [Frame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return (frames, reader)
    }

    /// The frame turned clockwise by quarters.
    private func turned(_ frame: Frame, quarters: Int) -> Frame {
        guard quarters > 0 else { return frame }
        var pixels: [UInt8] = []
        for x in 0..<frame.width {
            for y in (0..<frame.height).reversed() {
                let place = 3 * (y * frame.width + x)
                pixels += frame.pixels[place..<place + 3]
            }
        }
        return turned(Frame(width: frame.height, height: frame.width, pixels: pixels), quarters: quarters - 1)
    }

    private func mirrored(_ frame: Frame) -> Frame {
        var pixels: [UInt8] = []
        for y in 0..<frame.height {
            for x in (0..<frame.width).reversed() {
                let place = 3 * (y * frame.width + x)
                pixels += frame.pixels[place..<place + 3]
            }
        }
        return Frame(width: frame.width, height: frame.height, pixels: pixels)
    }

    /// Puts another matrix (a, b, c, d in units) into an MP4 file's track header.
    private func setMatrix(_ matrix: [Double], in name: String, as new: String) throws {
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file(name))))
        let identity: [UInt8] =
            [0, 1, 0, 0] + [UInt8](repeating: 0, count: 12) + [0, 1, 0, 0] + [UInt8](repeating: 0, count: 12) + [
                0x40, 0, 0, 0,
            ]
        let track = try #require(Data(bytes).range(of: Data("tkhd".utf8)))
        let place = try #require(Data(bytes).range(of: Data(identity), in: track.upperBound..<bytes.count)).lowerBound
        for (entry, value) in zip([0, 4, 12, 16], matrix) {
            let number = UInt32(bitPattern: Int32((value * 65536).rounded()))
            for i in 0..<4 { bytes[place + entry + i] = UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32(i))) }
        }
        try folder.write(bytes, to: new)
    }

    @Test func `pictures are turned as a phone's display matrix asks`() throws {
        try FFmpeg.make("plain.mp4", frames: 3, "-c:v libx264", in: folder)
        let plain = try frames("plain.mp4").frames
        for (matrix, quarters) in [([0.0, 1, -1, 0], 1), ([-1.0, 0, 0, -1], 2), ([0.0, -1, 1, 0], 3)] {
            try setMatrix(matrix, in: "plain.mp4", as: "turned.mp4")
            let (turned, reader) = try frames("turned.mp4")
            #expect(turned == plain.map { self.turned($0, quarters: quarters) }, "\(matrix)")
            #expect(reader.size == (quarters == 2 ? plain[0].size : FrameSize(width: 48, height: 64)))
            #expect(reader.tags?.rotation == 90 * quarters && reader.tags?.isMirrored == false)
            #expect(reader.warnings == [])
        }
    }

    @Test func `a mirrored picture is mirrored, and an odd angle is left alone with a warning`() throws {
        try FFmpeg.make("plain.mp4", frames: 2, "-c:v libx264", in: folder)
        let plain = try frames("plain.mp4").frames
        try setMatrix([-1, 0, 0, 1], in: "plain.mp4", as: "mirrored.mp4")
        let (mirrored, reader) = try frames("mirrored.mp4")
        #expect(mirrored == plain.map { self.mirrored($0) })
        #expect(reader.tags?.isMirrored == true && reader.tags?.rotation == 0)
        try setMatrix([0.866, 0.5, -0.5, 0.866], in: "plain.mp4", as: "odd.mp4")
        let (odd, oddReader) = try frames("odd.mp4")
        #expect(odd == plain)
        #expect(
            oddReader.warnings == [
                "\(folder.file("odd.mp4")): asks to be turned by 30 degrees, which is no quarter turn: it is read as stored"
            ])
    }

    @Test func `the range tag decides what black is`() throws {
        try FFmpeg.run(
            "-f lavfi -i color=black:size=32x32 -frames:v 1 -pix_fmt yuv420p -c:v libx264 -qp 0 black.mp4", in: folder)
        try FFmpeg.run("-i black.mp4 -c copy -bsf:v h264_metadata=video_full_range_flag=1 full.mp4", in: folder)
        let (limited, untagged) = try frames("black.mp4")
        let (full, tagged) = try frames("full.mp4")
        #expect(limited[0].pixels.allSatisfy { $0 == 0 } && full[0].pixels.allSatisfy { $0 == 16 })
        #expect(untagged.tags?.isFullRange != true && tagged.tags?.isFullRange == true)
    }

    @Test func `the matrix tag decides what red is`() throws {
        try FFmpeg.run(
            "-f lavfi -i color=red:size=32x32 -frames:v 1 -pix_fmt yuv444p -c:v libx264 -qp 0 plain.mp4", in: folder)
        try FFmpeg.run("-i plain.mp4 -c copy -bsf:v h264_metadata=matrix_coefficients=1 hd.mp4", in: folder)
        let (plain, untagged) = try frames("plain.mp4")
        let (hd, tagged) = try frames("hd.mp4")
        // BT.601's red is Y 81, Cb 90, Cr 240; BT.709 makes (255, 24, 0) of that.
        #expect(plain[0].pixels[0] > 250 && plain[0].pixels[1] < 4 && plain[0].pixels[2] < 4)
        #expect(hd[0].pixels[0] > 250 && abs(Int(hd[0].pixels[1]) - 24) < 4 && hd[0].pixels[2] < 4)
        #expect(untagged.tags?.matrix == nil && tagged.tags?.matrix == "bt709")
    }

    @Test func `the shape of pixels is known and pictures are not stretched`() throws {
        try FFmpeg.make("sar.mp4", frames: 1, "-vf setsar=4/3 -c:v libx264", in: folder)
        let (frames, reader) = try frames("sar.mp4")
        #expect(frames[0].size == FrameSize(width: 64, height: 48))
        #expect(reader.tags?.pixelAspect == PictureTags.PixelAspect(width: 4, height: 3))
    }

    @Test func `frames that an edit list hides are hidden`() throws {
        try FFmpeg.make("whole.mp4", frames: 24, "-c:v libx264 -bf 0 -g 100", in: folder)
        try FFmpeg.run("-ss 0.25 -i whole.mp4 -c copy trimmed.mp4", in: folder)
        let whole = try frames("whole.mp4").frames
        let (trimmed, reader) = try frames("trimmed.mp4")
        #expect(trimmed == Array(whole[6...]))
        #expect(reader.declaredFrames == 18 && reader.warnings == [])
    }

    @Test func `longer sound, varying rates and a late start change nothing about the frames`() throws {
        try FFmpeg.make("plain.mkv", "-c:v libx264 -qp 5", in: folder)
        try FFmpeg.run(
            "-i plain.mkv -f lavfi -i sine=duration=4 -map 0:v -map 1:a -c:v copy -c:a mp2 sound.mkv", in: folder)
        try FFmpeg.run(
            "-i plain.mkv -c copy",
            ["-bsf:v", "setts=ts='if(lt(N,10),N*42,420+(N-10)*500)'", "varying.mkv"], in: folder)
        try FFmpeg.run("-itsoffset 2 -i plain.mkv -c copy late.mkv", in: folder)
        let plain = try frames("plain.mkv").frames
        #expect(plain.count == 20)
        for name in ["sound.mkv", "varying.mkv", "late.mkv"] {
            let (read, reader) = try frames(name)
            #expect(read == plain, "\(name)")
            #expect(reader.warnings == [], "\(name)")
        }
    }

    @Test func `of several video streams the default one is read, which a warning says, and covers do not count`()
        throws
    {
        try FFmpeg.make("a.mkv", frames: 3, "-c:v ffv1", in: folder)
        try FFmpeg.make("b.mkv", frames: 3, size: "32x32", "-c:v ffv1", in: folder)
        try FFmpeg.run(
            "-i a.mkv -i b.mkv -map 0 -map 1 -c copy -disposition:v:0 0 -disposition:v:1 default two.mkv", in: folder)
        let (two, reader) = try frames("two.mkv")
        #expect(two == (try frames("b.mkv").frames))
        #expect(reader.warnings == ["\(folder.file("two.mkv")): holds 2 video streams: the one of number 1 is read"])
        try FFmpeg.make("cover.png", frames: 1, in: folder)
        try FFmpeg.make("film.mp4", frames: 3, size: "32x32", "-c:v libx264", in: folder)
        try FFmpeg.run(
            "-i cover.png -i film.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic covered.mp4", in: folder)
        let (covered, coveredReader) = try frames("covered.mp4")
        #expect(covered == (try frames("film.mp4").frames) && coveredReader.warnings == [])
    }

    @Test func `pictures that change their size are scaled to the first, with a warning that says where`() throws {
        try FFmpeg.make("a.webm", frames: 4, "-c:v libvpx-vp9", in: folder)
        try FFmpeg.make("b.webm", frames: 3, size: "32x24", "-c:v libvpx-vp9", in: folder)
        try folder.write("file a.webm\nfile b.webm\n", to: "list")
        try FFmpeg.run("-f concat -i list -c copy both.webm", in: folder)
        let (both, reader) = try frames("both.webm")
        #expect(Array(both[..<4]) == (try frames("a.webm").frames))
        #expect(both.count == 7 && both.allSatisfy { $0.size == FrameSize(width: 64, height: 48) })
        let small = try frames("b.webm").frames
        let mean =
            zip(both[4].pixels, small[0].resized(to: both[4].size, .bilinear).pixels)
            .reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } / both[4].pixels.count
        #expect(mean < 12)
        #expect(
            reader.warnings == [
                "\(folder.file("both.webm")): its pictures are 64x48 and then 32x24 from frame 4: all were scaled to the first size"
            ])
    }

    @Test func `a camera's pictures whose chroma changes are read to the end`() throws {
        try FFmpeg.make("a.avi", frames: 2, "-c:v mjpeg -pix_fmt yuvj444p", in: folder)
        try FFmpeg.make("b.avi", frames: 3, "-c:v mjpeg -pix_fmt yuvj420p", in: folder)
        try folder.write("file a.avi\nfile b.avi\n", to: "list")
        try FFmpeg.run("-f concat -i list -c copy both.avi", in: folder)
        let (both, reader) = try frames("both.avi")
        #expect(both == (try frames("a.avi").frames + frames("b.avi").frames))
        #expect(reader.warnings == [])
    }
}
