import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct VideoReaderTests {
    private let folder = TemporaryFolder()

    private func count(_ path: String) throws -> Int {
        let reader = try VideoReader(path: path)
        var count = 0
        while try reader.next() != nil { count += 1 }
        return count
    }

    private func error(_ path: String) throws -> FileError {
        let error = #expect(throws: FileError.self) { try count(path) }
        #expect(error?.file == path)
        return try #require(error)
    }

    @Test(arguments: ["dataset/videos/task_0000", "dataset/foreground/task_0001", "uniform/videos/task_0002_caption1"])
    func `a recorded clip has its size, its rate and all its frames`(_ name: String) throws {
        let path = Places.recorded + "/\(name).mp4"
        let reader = try VideoReader(path: path)
        #expect(reader.path == path)
        #expect(reader.size == FrameSize(width: 320, height: 192))
        #expect(reader.rate == 24 && reader.declaredFrames == 25)
        #expect(try count(path) == 25)
    }

    @Test func `after the last frame there is none, however often one asks`() throws {
        let reader = try openFrames(Places.recorded + "/dataset/videos/task_0000.mp4")
        while try reader.next() != nil {}
        for _ in 0..<3 { #expect(try reader.next() == nil) }
    }

    @Test func `what is no video is malformed, with what to do`() throws {
        var random = SeededRandom(8)
        for (name, bytes) in [
            ("text.mp4", Array("not a video\n".utf8)), ("empty.mp4", []), ("noise.mp4", random.bytes(5000)),
            ("box.mp4", [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 2, 0]),
        ] {
            let error = try error(folder.write(bytes, to: name))
            #expect(error.code == .malformed, "\(name)")
            #expect(error.reason.contains("is not a video that can be decoded; check it with `ffprobe`"))
        }
    }

    @Test func `a folder and a missing file are unreadable`() throws {
        #expect(
            try error(folder.path)
                == FileError(
                    .unreadable, file: folder.path, "is not a regular file; name a file that holds the data itself"))
        let missing = folder.file("missing.mp4")
        #expect(try error(missing).code == .unreadable)
        let opened = #expect(throws: FileError.self) { try openFrames(missing) }
        #expect(opened == FileError(.unreadable, file: missing, "does not exist; check its name"))
    }

    @Test(arguments: ["task_0000", "task_0001", "task_0002"]) func `a clip cut at three fifths says that it is cut`(
        _ name: String
    ) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Places.recorded + "/dataset/videos/\(name).mp4"))
        for share in [0.6, 0.9] {
            let bytes = Array(whole.prefix(Int(Double(whole.count) * share)))
            let error = try error(folder.write(bytes, to: "cut.mp4"))
            #expect(error.code == .malformed)
            #expect(error.reason.contains("truncated") || error.reason.contains("can be decoded"), "\(error)")
        }
    }

    private struct Expected: Decodable {
        struct Clip: Decodable {
            let shape: [Int]
            let frames: [String: [String: String]]
        }
        let clips: [String: Clip]
        private enum CodingKeys: String, CodingKey { case clips = "frame_hashes_cv2" }
    }

    @Test func `real clips decode to the bytes that other decoders give, and Canny finds their edges`() throws {
        guard let clips = Places.clips else { return }
        let data = try Data(contentsOf: URL(fileURLWithPath: clips + "/expected.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: data).clips
        #expect(!expected.isEmpty)
        for (name, clip) in expected {
            let reader = try VideoReader(path: clips + "/" + name)
            #expect([reader.size.height, reader.size.width, 3] == clip.shape.dropFirst())
            var index = 0
            while index < clip.shape[0], let frame = try reader.next() {
                if let hashes = clip.frames[String(index)] {
                    #expect(try hash(frame.pixels) == hashes["rgb"], "\(name), frame \(index)")
                    if let edges = hashes["canny_100_200"] {
                        #expect(try hash(Canny(input: .rgb)(frame).pixels) == edges, "\(name), edges of frame \(index)")
                    }
                }
                index += 1
            }
            #expect(index == clip.shape[0])
        }
    }

    private func hash(_ bytes: [UInt8]) throws -> String {
        try Artifact(hashing: folder.write(bytes, to: "pixels")).sha256
    }
}

@Suite struct ImageFolderReaderTests {
    private let folder = TemporaryFolder()

    @Test func `images come in the order of their names, with the bytes that were written`() throws {
        let frames = (0..<3).map { Frame.noise(5, 4, seed: $0) }
        for (frame, name) in zip(frames, ["b.png", "a.png", "c.PNG"]) { try frame.write(to: folder.file(name)) }
        try folder.write("not an image", to: "notes.txt")
        let reader = try openFrames(folder.path)
        #expect(reader.size == FrameSize(width: 5, height: 4))
        #expect(reader.declaredFrames == 3 && reader.rate == 0)
        let read = try (0..<4).map { _ in try reader.next() }
        #expect(read == [frames[1], frames[0], frames[2], nil])
    }

    @Test func `an image of another size is refused by name`() throws {
        for (i, frame) in [Frame.noise(5, 4), .noise(4, 5)].enumerated() {
            try frame.write(to: folder.file("\(i).png"))
        }
        let reader = try ImageFolderReader(path: folder.path)
        #expect(try reader.next() != nil)
        let error = #expect(throws: FileError.self) { try reader.next() }
        #expect(
            error
                == FileError(
                    .malformed, file: folder.file("1.png"),
                    "is 4x5, but the folder's first image is 5x4; make them one size"))
    }

    @Test(arguments: [0, 0.3, 0.7]) func `an image that is cut is refused`(_ share: Double) throws {
        let path = folder.file("0.png")
        try Frame.noise(40, 30).write(to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try folder.write(Array(whole.prefix(Int(Double(whole.count) * share))), to: "0.png")
        let error = #expect(throws: FileError.self) { try ImageFolderReader(path: folder.path).next() }
        #expect(error?.code == .malformed && error?.file == path)
    }

    @Test func `an empty folder and a missing one say so`() throws {
        let empty = #expect(throws: FileError.self) { try openFrames(folder.path) }
        #expect(
            empty
                == FileError(
                    .malformed, file: folder.path, "holds no PNG images; name a folder of 0000.png, 0001.png, …"))
        let missing = #expect(throws: FileError.self) { try ImageFolderReader(path: folder.file("missing")) }
        #expect(missing?.code == .unreadable)
    }
}
