import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

/// What the reference script wrote.
private struct DoverReference: Decodable {
    struct Times: Decodable {
        let count: Int
        let seed: UInt32
        let frames: [[Int]]
    }
    struct Places: Decodable {
        let height: Int
        let width: Int
        let rows: [[[Int]]]
        let columns: [[[Int]]]
    }
    struct Score: Decodable {
        let video: String
        let frames: Int
        let seed: UInt32
        let raw: Double
        let z: Double
        let percent: Double
    }
    let times: [Times]
    let places: [Places]
    let scores: [Score]
    let crop: [Int]
    let small: Score
    let real: [Score]

    static let folder = TestSupport.Places.references + "/quality"

    static func read() throws -> DoverReference {
        try JSONDecoder().decode(
            DoverReference.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/dover.json")))
    }
}

@Suite struct DoverSamplingTests {
    @Test func `frames are those that numpy's generator gives`() throws {
        for expected in try DoverReference.read().times {
            let sampling = DoverSampling(
                count: expected.count, size: FrameSize(width: 224, height: 224), seed: expected.seed)
            #expect(sampling.frames == expected.frames, "\(expected.count) frames, seed \(expected.seed)")
        }
    }

    @Test func `fragments are those that torch's generator gives`() throws {
        for expected in try DoverReference.read().places {
            let size = FrameSize(width: expected.width, height: expected.height)
            let sampling = DoverSampling(count: 121, size: size, seed: 0)
            #expect(sampling.rows == expected.rows, "\(size)")
            #expect(sampling.columns == expected.columns, "\(size)")
        }
    }

    @Test func `fragments lie inside the frame, whatever its size and the seed`() {
        var random = SeededRandom(3)
        for _ in 0..<200 {
            let size = FrameSize(width: 32 + Int(random.next() % 700), height: 32 + Int(random.next() % 700))
            let count = 1 + Int(random.next() % 500)
            let sampling = DoverSampling(count: count, size: size, seed: UInt32(random.next() % 1000))
            #expect(sampling.rows.joined().joined().allSatisfy { $0 >= 0 && $0 + 32 <= size.height })
            #expect(sampling.columns.joined().joined().allSatisfy { $0 >= 0 && $0 + 32 <= size.width })
            #expect(sampling.frames.joined().allSatisfy { (0..<count).contains($0) })
        }
    }

    @Test func `a video of 121 frames wraps round to its start in the last segment`() {
        let frames = DoverSampling(count: 121, size: FrameSize(width: 960, height: 704), seed: 0).frames
        #expect(frames[0].first == 0 && frames[1].first == 40 && frames[2].first == 80)
        #expect(frames[2].last == (80 + 62) % 121)
    }

    @Test func `the generator gives MT19937's published numbers`() {
        var generator = MersenneTwister(seed: 5489)
        #expect(generator.bits() == 3_499_211_612)
        for _ in 0..<9998 { _ = generator.bits() }
        #expect(generator.bits() == 4_123_659_995)
    }
}

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct DoverScorerTests {
    private func scorer(_ name: String, threads: Int = 1, seed: UInt32 = 0) throws -> DoverScorer {
        try DoverScorer(
            network: NetworkFolder(path: DoverReference.folder + "/dover/" + name),
            runtime: try #require(Runtime.shared), threads: threads, seed: seed)
    }

    @Test func `scores agree with the reference, enlarged or not`() throws {
        for expected in try DoverReference.read().scores {
            let result = try scorer("map", seed: expected.seed).score(
                video: Places.recorded + "/" + expected.video, frameLimit: expected.frames)
            #expect(abs(result.raw - expected.raw) < 1e-6, "\(expected.video), \(expected.frames) frames")
            #expect(abs(result.z - expected.z) < 2e-5 && abs(result.percent - expected.percent) < 1e-3)
            #expect(result.frames == expected.frames)
        }
    }

    @Test func `an export of both branches for four clips gives the same`() throws {
        let expected = try #require(try DoverReference.read().scores.first)
        let video = Places.recorded + "/" + expected.video
        #expect(abs(try scorer("both").score(video: video).raw - expected.raw) < 1e-6)
    }

    @Test func `a small video is enlarged as the reference does, and the scores say so`() throws {
        let reference = try DoverReference.read()
        let reader = try openFrames(Places.recorded + "/" + reference.small.video)
        let folder = TemporaryFolder()
        let (top, left, height, width) = (reference.crop[0], reference.crop[1], reference.crop[2], reference.crop[3])
        for index in 0..<reference.small.frames {
            let frame = try #require(try reader.next())
            try frame.cropped(rows: top..<top + height, columns: left..<left + width)
                .write(to: folder.file("frame\(index).png"))
        }
        let scores = try scorer("map").scores(video: folder.path)
        #expect(scores.map(\.metric) == DoverScorer.descriptors.map(\.name))
        #expect(abs((scores[1].outcome.value ?? 0) - reference.small.raw) < 1e-6)
        #expect(abs((scores[0].outcome.value ?? 0) - reference.small.percent) < 1e-3)
        #expect(scores[0].n == 9 && scores[0].region == .all)
        #expect(scores[0].warnings.contains { $0.contains("upper left 96x64") })
        #expect(scores[0].parameters["network"] == "random-map" && scores[0].parameters["seed"] == "0")
        #expect(scores[0].parameters["device"] == "cpu" && scores[0].parameters["network-sha256"]?.count == 64)
    }

    @Test(.enabled(if: Places.clips != nil)) func `real clips agree with the reference`() throws {
        let clips = try #require(Places.clips)
        for expected in try DoverReference.read().real {
            let result = try scorer("map", threads: 2).score(video: clips + "/" + expected.video)
            #expect(abs(result.raw - expected.raw) < 1e-6 && result.frames == expected.frames)
        }
    }

    @Test func `what is not DOVER is refused in one sentence`() throws {
        let runtime = try #require(Runtime.shared)
        let folder = TemporaryFolder()
        func words(_ name: String, _ change: (inout NetworkCard) -> Void = { _ in }) throws -> String {
            var card = try NetworkFolder(path: DoverReference.folder + "/dover/" + name).card
            change(&card)
            try folder.write(card.text(), to: "network.json")
            try folder.write(
                Array(Data(contentsOf: URL(fileURLWithPath: DoverReference.folder + "/dover/\(name)/model.onnx"))),
                to: "model.onnx")
            let error = #expect(throws: BenchError.self) {
                try DoverScorer(network: NetworkFolder(path: folder.path), runtime: runtime, threads: 1)
                    .score(video: Places.recorded + "/vis/videos/task_0000.mp4", frameLimit: 2)
            }
            #expect(error?.code == .unusableInput)
            return error?.sentence ?? ""
        }
        #expect(try words("map") { $0.task = .depth }.contains("'task' is depth"))
        #expect(try words("map") { $0.input?.scale = .unit }.contains("scale byte"))
        #expect(try words("map") { $0.input?.name = "video" }.contains("no input 'video'"))
        #expect(try words("map") { $0.outputs = ["technical": "beauty"] }.contains("no output 'beauty'"))
        #expect(try words("pictures").contains("3 x 32 x 224 x 224"))
        #expect(try words("both") { $0.input = nil }.contains("no single input"))
        #expect(try words("both") { $0.outputs = ["technical": "aes"] }.contains("each of 4 clips"))
        #expect(try words("both") { $0.outputs = [:] }.contains("outputs.technical"))
    }

    @Test func `a container that miscounts its frames changes nothing`() throws {
        let folder = TemporaryFolder()
        // Slower from the tenth frame on: rate and duration speak of more frames than there are.
        try FFmpeg.run(
            "-i \(Places.recorded)/vis/videos/task_0000.mp4 -c copy",
            ["-bsf:v", "setts=ts='if(lt(N,10),N*42,420+(N-10)*500)'", "slowing.mkv"], in: folder)
        let reader = try openFrames(folder.file("slowing.mkv"))
        var count = 0
        try FileManager.default.createDirectory(atPath: folder.file("frames"), withIntermediateDirectories: true)
        while let frame = try reader.next() {
            try frame.write(to: folder.file("frames/\(100 + count).png"))
            count += 1
        }
        #expect(count > 0 && count != reader.expectedFrames)
        let scorer = try scorer("map")
        let slowing = try scorer.score(video: folder.file("slowing.mkv"))
        let images = try scorer.score(video: folder.file("frames"))
        #expect(slowing.frames == count && slowing.raw == images.raw)
    }

    @Test func `videos that cannot be sampled are refused in one sentence`() throws {
        let folder = TemporaryFolder()
        try Frame.noise(31, 40).write(to: folder.file("a.png"))
        let scorer = try scorer("map")
        let small = #expect(throws: BenchError.self) { try scorer.score(video: folder.path) }
        #expect(small?.sentence.contains("31x40, smaller than a fragment") == true)
        let absent = #expect(throws: BenchError.self) { try scorer.score(video: "/nowhere.mp4") }
        #expect(absent?.sentence.contains("/nowhere.mp4") == true)
    }
}
