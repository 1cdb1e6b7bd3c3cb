import Experiment
import Tensors
import TestSupport
import Testing
import Video

@testable import CosmosTransfer

@Suite struct VideoGeneratorTests {
    private let tiny: TinyModel
    private let video: String

    init() throws {
        tiny = try TinyModel()
        video = try tiny.video("control", frames: 20)
    }

    private func request(frames: Int = 9, weight: ControlWeight = .scalar(0.5)) -> GenerationRequest {
        var request = tiny.request(frames: frames)
        request.controls = [tiny.control("vis", video, weight)]
        return request
    }

    @Test func `the same seed gives the same bits with any number of threads, another seed another video`() throws {
        let one = try tiny.frames(request(), threads: 1)
        #expect(one.count == 9 && one[0].size == TinyModel.size)
        #expect(try tiny.frames(request(), threads: 3) == one)
        var other = request()
        other.seed = 2
        #expect(try tiny.frames(other) != one)
    }

    @Test func `a control of weight zero changes nothing, in a number or a map`() throws {
        let alone = try tiny.frames(tiny.request(frames: 9))
        #expect(try tiny.frames(request(weight: .scalar(0))) == alone)
        #expect(try tiny.frames(request(weight: .map(Tensor(shape: [32, 48], repeating: 0)))) == alone)
        #expect(try tiny.frames(request(weight: .scalar(0.5))) != alone)
    }

    @Test func `a constant map gives the bits of its number`() throws {
        let map = ControlWeight.map(Tensor(shape: [5, 7], repeating: 0.5))
        #expect(try tiny.frames(request(weight: map)) == tiny.frames(request(weight: .scalar(0.5))))
    }

    @Test func `a long video is cut into clips that share a frame, and ends where it should`() throws {
        #expect(VideoGenerator.clips(frames: 9, clipFrames: 9) == 1)
        #expect(VideoGenerator.clips(frames: 10, clipFrames: 9) == 2)
        #expect(VideoGenerator.clips(frames: 17, clipFrames: 9) == 2)
        #expect(VideoGenerator.clips(frames: 121 + 120 + 1, clipFrames: 121) == 3)
        #expect(VideoGenerator.clips(frames: 1, clipFrames: 9) == 1)
        let short = try tiny.frames(request(frames: 9))
        var reports: [VideoGenerator.Progress] = []
        var long: [Frame] = []
        try VideoGenerator(tiny.model, pool: WorkerPool(threads: 2)).run(
            request(frames: 20), progress: { reports.append($0) }, emit: { long.append($0) })
        #expect(long.count == 20)
        #expect(Array(long.prefix(9)) == short)
        #expect(reports.count == 3 * 4)
        #expect(reports.map(\.done) == Array(1...12))
        #expect(reports.allSatisfy { $0.total == 12 && $0.clips == 3 })
        // The second clip's own control is the same from the frame that it shares, but the first one ended otherwise.
        var other = request(frames: 17)
        other.controls = [tiny.control("vis", try tiny.video("other", frames: 20, invertedUntil: 8))]
        #expect(try tiny.frames(other)[9...] != long[9..<17])
    }

    @Test func `an input video is mixed into the start`() throws {
        var mixed = request()
        mixed.inputVideo = SourceVideo(path: video) { $0 }
        mixed.sampler.sigmaMax = 0.5
        let frames = try tiny.frames(mixed)
        #expect(frames != (try tiny.frames(request())))
    }

    @Test func `without guidance the negative prompt does not count, with it it does`() throws {
        var plain = request()
        plain.sampler.guidance = 0
        var negative = plain
        negative.negativePrompt = Tensor(shape: [1, 6, 24], repeating: 0.3)
        #expect(try tiny.frames(plain) == tiny.frames(negative))
        negative.sampler.guidance = 5
        #expect(try tiny.frames(negative) != tiny.frames(request()))
    }

    @Test func `a prompt for everywhere acts through half of the attention, one for nowhere not at all`() throws {
        func regional(_ box: RegionBox, text: Tensor) throws -> [Frame] {
            var request = request()
            request.regions = try RegionalPrompts(
                [RegionalPrompt(prompt: "x", shape: .boxes([box]))], latents: (4, 6), frames: 9, clipFrames: 9,
                tokens: [2, 2, 3], temporal: 8)
            request.regionTexts = [text]
            return try tiny.frames(request)
        }
        let other = Tensor(shape: [1, 6, 24], repeating: 0.4)
        let left = try RegionBox(x1: 0, y1: 0, x2: 0.5, y2: 1)
        #expect(try regional(left, text: other) != tiny.frames(request()))
        // The prompt itself as its own regional prompt: both halves are the same attention, up to rounding.
        let same = try regional(left, text: request().prompt)
        let plain = try tiny.frames(request())
        let worst = zip(same, plain).flatMap { zip($0.pixels, $1.pixels) }.map { abs(Int($0) - Int($1)) }.max()
        #expect(try #require(worst) <= 1)
    }

    @Test func `upscaling works in patches and gives three times the size`() throws {
        var request = tiny.request(frames: 9, steps: 1)
        request.size = FrameSize(width: 256, height: 256)
        let path = try tiny.video("large", frames: 9, size: FrameSize(width: 200, height: 200))
        request.inputVideo = SourceVideo(path: path) { $0 }
        request.controls = [tiny.control("upscale", path)]
        request.clipFrames = 1
        request.frames = 1
        let generator = VideoGenerator(tiny.model, pool: WorkerPool(threads: 2))
        #expect(try generator.size(of: request) == FrameSize(width: 768, height: 768))
        let frames = try tiny.frames(request)
        #expect(frames.map(\.size) == [FrameSize(width: 768, height: 768)])
        request.controls.append(tiny.control("vis", path))
        #expect(throws: BenchError(.unusableInput, "the control 'upscale' works alone; leave the other controls out")) {
            try tiny.frames(request)
        }
    }

    @Test func `the distilled model takes one evaluation`() throws {
        var distilled = request()
        distilled.isDistilled = true
        var steps = 0
        var frames: [Frame] = []
        try VideoGenerator(tiny.model, pool: WorkerPool(threads: 2)).run(
            distilled, progress: { _ in steps += 1 }, emit: { frames.append($0) })
        #expect(steps == 1 && frames.count == 9)
    }

    @Test func `a model without a condition mask makes every clip alone`() throws {
        let driving = try TinyModel(controls: ["hdmap", "lidar"], hasConditionMask: false)
        var request = driving.request(frames: 17)
        request.controls = [driving.control("lidar", video, .scalar(0.4)), driving.control("hdmap", video)]
        let frames = try driving.frames(request)
        #expect(frames.count == 17)
        // Another first clip, with the same control from the frame that the second clip begins with.
        let other = try driving.video("other", frames: 20, invertedUntil: 8)
        request.controls[0] = driving.control("lidar", other, .scalar(0.4))
        let others = try driving.frames(request)
        #expect(others[..<9] != frames[..<9])
        #expect(others[9...] == frames[9...])
    }

    @Test func `a prompt of another width is refused`() throws {
        var narrow = request()
        narrow.prompt = Tensor(shape: [1, 6, 8], repeating: 0.1)
        let error = try #require(throws: BenchError.self) { try tiny.frames(narrow) }
        #expect(error.sentence.hasPrefix("text has the shape [1, 6, 8]"))
    }

    @Test func `what does not fit is named`() throws {
        var odd = request()
        odd.size = FrameSize(width: 50, height: 32)
        let size = try #require(throws: BenchError.self) { try tiny.frames(odd) }
        #expect(size.sentence.contains("50x32") && size.sentence.contains("multiple of 16"))
        var frames = request()
        frames.clipFrames = 8
        let count = try #require(throws: BenchError.self) { try tiny.frames(frames) }
        #expect(count.sentence.contains("8 frames"))
        var seed = request()
        seed.seed = -1
        #expect(throws: BenchError.self) { try tiny.frames(seed) }
        let negative = try #require(throws: BenchError.self) {
            try tiny.frames(request(weight: .map(Tensor(shape: [2, 2], values: [0, 1, -1, 0]))))
        }
        #expect(negative.sentence.contains("'vis'"))
        #expect(throws: FileError.self) {
            var missing = request()
            missing.controls = [tiny.control("vis", tiny.folder.file("nowhere"))]
            return try tiny.frames(missing)
        }
    }
}
