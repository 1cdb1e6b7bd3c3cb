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
        #expect(reader.rate == 24 && reader.declaredFrames == 25 && reader.expectedFrames == 25)
        #expect(
            reader.tags == PictureTags(pixelAspect: reader.tags?.pixelAspect, isFullRange: reader.tags?.isFullRange))
        #expect(try count(path) == 25)
    }

    @Test func `after the last frame there is none, however often one asks`() throws {
        let reader = try openFrames(Places.recorded + "/dataset/videos/task_0000.mp4")
        while try reader.next() != nil {}
        for _ in 0..<3 { #expect(try reader.next() == nil) }
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
