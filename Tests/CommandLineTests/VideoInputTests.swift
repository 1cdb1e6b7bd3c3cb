import Foundation
import TestSupport
import Testing

/// What is odd about the videos that people have reaches them in every command that reads videos.
@Suite struct VideoInputTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: String...) throws -> Program.Result { try program.run(arguments, in: folder) }

    /// Data of one frame in the middle are zeroed, so that it and those built on it are damaged.
    private func damage(_ name: String, as new: String) throws {
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file(name))))
        for i in bytes.count * 600 / 1000..<bytes.count * 602 / 1000 { bytes[i] = 0 }
        try folder.write(bytes, to: new)
    }

    private func makeDamaged() throws {
        try FFmpeg.make(
            "whole.mp4", frames: 60, size: "192x144", "-c:v libx264 -g 30 -bf 0 -qp 12 -movflags faststart", in: folder)
        try damage("whole.mp4", as: "damaged.mp4")
    }

    private var damaged: some RegexComponent {
        /warning: .*damaged\.mp4: frames [0-9]+-(29|59) are damaged \([0-9]+ in all\)/
    }

    @Test func `a damaged pair is scored with a warning that names the frames, whichever side it is on`() throws {
        try makeDamaged()
        for (reference, generated) in [("whole.mp4", "damaged.mp4"), ("damaged.mp4", "whole.mp4")] {
            let result = try run("score", "--reference", reference, "--generated", generated)
            #expect(result.status == 0)
            #expect(result.errors.contains(damaged), "\(result.errors)")
            #expect(result.output.contains(/blur-ssim +all +0\.[0-9]+ +60/))
        }
        let json = try run("score", "--reference", "whole.mp4", "--generated", "damaged.mp4", "--json")
        #expect(json.output.contains(/"damaged\.mp4: frames [0-9]+-[0-9]+ are damaged/))
    }

    @Test func `a dataset's table says which videos are damaged, also when their maps are shared`() throws {
        try makeDamaged()
        for (name, place) in [
            ("damaged.mp4", "data/videos/damaged.mp4"), ("whole.mp4", "a/damaged.mp4"), ("whole.mp4", "b/damaged.mp4"),
        ] {
            try folder.write([UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file(name)))), to: place)
        }
        let result = try run("score", "--dataset", "data", "--videos", "a", "--videos", "b")
        #expect(result.status == 0, "\(result.errors)")
        let told = result.output + result.errors
        #expect(
            told.contains(/data\/videos\/damaged\.mp4: frames [0-9]+-[0-9]+ are damaged \([0-9]+ in all\)/), "\(told)")
        #expect(told.contains("2 videos"), "\(told)")
    }

    @Test func `what differs between the videos of a pair is told`() throws {
        try FFmpeg.make("slow.mp4", frames: 4, rate: "12", "-c:v libx264 -qp 0 -pix_fmt yuv420p", in: folder)
        try FFmpeg.make("turned.mp4", frames: 4, "-vf transpose=2 -c:v libx264 -qp 0 -pix_fmt yuv420p", in: folder)
        try FFmpeg.run("-i turned.mp4 -c copy -metadata:s:v rotate=270 phone.mp4", in: folder)
        let result = try run("score", "--reference", "slow.mp4", "--generated", "phone.mp4")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("24 frames a second, the reference 12: frames are compared by number"))
        #expect(result.errors.contains("was turned clockwise by 90 degrees, the reference not turned"))
        #expect(result.output.contains(/blur-ssim +all +1\.0+ +4/) || result.output.contains(/blur-ssim +all +0\.99/))
    }

    @Test func `numbered pictures are compared with a video in the order of their numbers`() throws {
        try FFmpeg.make("video.mkv", frames: 12, "-c:v ffv1 -pix_fmt bgr0", in: folder)
        try FileManager.default.createDirectory(atPath: folder.file("np"), withIntermediateDirectories: true)
        try FFmpeg.run("-i video.mkv np/frame_%d.png", in: folder)
        try folder.write([0, 5, 22, 7, 0, 2, 0, 0], to: "np/._frame_1.png")
        let result = try run("score", "--reference", "video.mkv", "--generated", "np")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains(/blur-ssim +all +1\.000000 +12/), "\(result.output)")
        #expect(result.output.contains(/edge-f1 +all +1\.000000 +12/))
        try FileManager.default.removeItem(atPath: folder.file("np/frame_7.png"))
        let gap = try run("score", "--reference", "video.mkv", "--generated", "np")
        #expect(
            gap.errors.contains(
                "warning: np: there is no picture of number 7: the pictures are taken one after another"))
    }

    @Test(arguments: ["h264", "mjpeg"]) func `one bad file is an error and the others are scored`(_ kind: String) throws
    {
        let suffix = kind == "h264" ? "mp4" : "avi"
        let options = kind == "h264" ? "-c:v libx264 -movflags faststart" : "-c:v mjpeg"
        try FFmpeg.make("a.\(suffix)", options, in: folder)
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file("a.\(suffix)"))))
        for name in ["x", "y"] { try folder.write(whole, to: "data/videos/\(name).\(suffix)") }
        try folder.write(whole, to: "made/x.\(suffix)")
        try folder.write(Array(whole.prefix(whole.count * 4 / 5)), to: "made/y.\(suffix)")
        let result = try run("score", "--dataset", "data", "--videos", "made")
        #expect(result.status == 2, "\(result.errors)")
        #expect((result.output + result.errors).contains("y.\(suffix): is truncated: "), "\(result.errors)")
        #expect((result.output + result.errors).contains("1 of 2"))
    }

    @Test func `doctor names the libraries that read videos`() throws {
        #expect(try run("doctor").output.contains(/video +libavformat [0-9.]+, libavcodec [0-9.]+, libswscale [0-9.]+/))
    }
}
