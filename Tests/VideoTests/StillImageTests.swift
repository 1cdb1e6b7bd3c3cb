import Foundation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct StillImageTests {
    private let folder = TemporaryFolder()

    /// Width and height in a JPEG's frame header.
    private func jpegSize(_ bytes: [UInt8]) -> FrameSize? {
        var at = 2
        while at + 9 < bytes.count, bytes[at] == 0xff {
            let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
            if (0xc0...0xc2).contains(bytes[at + 1]) {
                return FrameSize(
                    width: Int(bytes[at + 7]) << 8 | Int(bytes[at + 8]),
                    height: Int(bytes[at + 5]) << 8 | Int(bytes[at + 6]))
            }
            at += 2 + length
        }
        return nil
    }

    @Test func `thumbnails are JPEG and no wider than asked for`() {
        let frame = Frame.noise(64, 48)
        for (limit, width, height) in [(32, 32, 24), (64, 64, 48), (200, 64, 48), (33, 33, 24), (1, 1, 1)] {
            let bytes = frame.thumbnail(width: limit)
            #expect(bytes.prefix(2) == [0xff, 0xd8] && bytes.suffix(2) == [0xff, 0xd9])
            #expect(jpegSize(bytes) == FrameSize(width: width, height: height))
        }
        #expect(jpegSize(Frame.noise(100, 1).thumbnail(width: 10)) == FrameSize(width: 10, height: 1))
    }

    @Test func `lower quality takes fewer bytes`() {
        let frame = GoldenScene(1, 96, 128, seed: 1, shift: 0, noise: 12).frame(0)
        #expect(frame.thumbnail(width: 128, quality: 30).count < frame.thumbnail(width: 128, quality: 95).count)
    }

    @Test func `what cannot be written says so`() {
        for (name, reason) in [
            ("no/such/folder.png", "cannot be written (No such file or directory)"),
            ("unknown.kind", "use .png or .jpg"),
        ] {
            let error = #expect(throws: FileError.self) { try Frame.noise(3, 3).write(to: folder.file(name)) }
            #expect(
                error?.file == folder.file(name) && error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
        }
        // A picture is small enough to wait in a buffer until the file is closed.
        let full = #expect(throws: FileError.self) {
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("full.png"), withDestinationPath: "/dev/full")
            try Frame.noise(3, 3).write(to: folder.file("full.png"))
        }
        #expect(full?.reason.contains("No space left on device") == true)
    }

    @Test(arguments: [(2, 3, "it ends early"), (1, 2, "it ends early"), (1, 1, "a checksum is wrong")])
    func `a damaged PNG is refused with what is wrong`(_ part: Int, _ parts: Int, _ damage: String) throws {
        let path = folder.file("a.png")
        try Frame.noise(40, 30).write(to: path)
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        if part == parts { bytes[bytes.count / 2] ^= 1 }
        try folder.write(Array(bytes.prefix(bytes.count * part / parts)), to: "a.png")
        let error = #expect(throws: FileError.self) { try Frame(path: path) }
        #expect(error?.reason == "is a damaged picture (\(damage)); make it again")
    }

    @Test func `the libraries name their versions`() {
        #expect(FFmpegLibraries.versions.contains("libavcodec 59."))
        #expect(OpenCVLibrary.version.contains("."))
    }
}
