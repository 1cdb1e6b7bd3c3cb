import Experiment
import Tensors
import TestSupport
import Testing
import Video

@testable import CosmosTransfer

/// The tensors of a video, out of it and into another.
@Suite struct GenerationTensorsTests {
    private let tiny: TinyModel
    private let video: String

    init() throws {
        tiny = try TinyModel()
        video = try tiny.video("control", frames: 20)
    }

    private func request(frames: Int = 9, hasInput: Bool = false) -> GenerationRequest {
        var request = tiny.request(frames: frames, steps: 2)
        request.controls = [tiny.control("vis", video, .scalar(0.6)), tiny.control("edge", video, .scalar(0.8))]
        if hasInput { request.inputVideo = SourceVideo(path: video) { $0 } }
        return request
    }

    private func seen(_ request: GenerationRequest) throws -> (tensors: [String: Tensor], frames: [Frame]) {
        var (tensors, frames): ([String: Tensor], [Frame]) = ([:], [])
        try VideoGenerator(tiny.model, pool: WorkerPool(threads: 2)).run(
            request, observe: { tensors[$0] = $1 }, emit: { frames.append($0) })
        return (tensors, frames)
    }

    private func given(_ tensors: [String: Tensor]) throws -> GenerationTensors {
        var stored: [String: StoredTensor] = [:]
        for (name, tensor) in tensors { stored[name] = StoredTensor(name: name, tensor) }
        return try GenerationTensors(stored, file: "in.safetensors")
    }

    @Test func `latents that are given say what has no effect beside them`() throws {
        let latent = Tensor(shape: [1, 16, 2, 4, 6])
        let one = try given(["clip.0.final": latent, "clip.0.initial": latent])
        #expect(
            one.notes(clips: 1, hasVideo: false) == [
                "in.safetensors gives the final latent of the video, which is decoded as it is: prompts, controls, seed, steps and guidance have no effect there"
            ])
        let two = try given(["clip.0.initial": latent, "clip.1.initial": latent, "text": latent])
        #expect(
            two.notes(clips: 3, hasVideo: true) == [
                "in.safetensors gives the initial latent of clips 0, 1 of 3: the seed's noise and the input video have no effect there"
            ])
        #expect(try given(["clip.0.noise": latent]).notes(clips: 1, hasVideo: false).isEmpty)
    }

    @Test(arguments: [false, true]) func `what a video gives makes the same video`(hasInput: Bool) throws {
        // Two clips, the second from the last frame of the first.
        let plain = request(frames: 14, hasInput: hasInput)
        let (tensors, frames) = try seen(plain)
        #expect(frames.count == 14)
        let latents = ["noise", "initial", "final", "hint.vis", "hint.edge", "weight.vis", "weight.edge"]
        #expect(
            Set(tensors.keys)
                == Set(["text", "text.negative"] + (0...1).flatMap { clip in latents.map { "clip.\(clip).\($0)" } }))
        #expect(tensors["clip.1.final"]?.shape == [1, 16, 2, 4, 6])
        #expect(tensors["clip.0.weight.vis"]?.shape == [2, 2, 3])
        // 0.6 and 0.8 over their sum.
        #expect(tensors["clip.0.weight.vis"]?.values.allSatisfy { abs($0 - 0.6 / 1.4) < 1e-6 } == true)
        #expect(tensors["clip.0.noise"] == NumpyNormal.tensor(seed: 1, shape: [1, 16, 2, 4, 6]))

        for left in [[], ["final"], ["final", "initial"], ["noise", "initial", "hint", "weight"], ["clip.0"]] {
            var other = plain
            other.given = try given(tensors.filter { name, _ in !left.contains { name.contains($0) } })
            // With all of it the seed has no say.
            if left.isEmpty { other.seed = 99 }
            #expect(try tiny.frames(other) == frames, "without \(left)")
        }
    }

    @Test func `a tensor that is given counts`() throws {
        let (tensors, frames) = try seen(request())
        for name in ["clip.0.noise", "clip.0.hint.vis", "clip.0.weight.vis"] {
            let changed = tensors[name]!
            var other = request()
            other.given = try given([name: Tensor(shape: changed.shape, values: changed.values.map { $0 * 0.5 })])
            #expect(try tiny.frames(other) != frames, "\(name)")
        }
        var switchedOff = request()
        switchedOff.given = try given(["clip.0.weight.vis": Tensor(shape: [], values: [0])])
        var without = request()
        without.given = try given([
            "clip.0.weight.edge": try #require(tensors["clip.0.weight.edge"]),
            "clip.0.weight.vis": Tensor(shape: [1], values: [0]),
        ])
        #expect(try tiny.frames(switchedOff) == tiny.frames(without))
    }

    @Test func `names, clips, controls, shapes and numbers that do not fit are refused before the work`() throws {
        let latent = Tensor(shape: [1, 16, 2, 4, 6])
        var broken = latent
        broken.values[7] = .nan
        let faults: [(name: String, tensor: Tensor, words: String)] = [
            ("noise", latent, "holds 'noise'; tensors are called text"), ("clip.0", latent, "holds 'clip.0'"),
            ("clip.00.noise", latent, "clip.00.noise"), ("clip.-1.noise", latent, "clip.-1.noise"),
            ("clip.0.hint", latent, "clip.0.hint"), ("clip.0.noise.vis", latent, "clip.0.noise.vis"),
            ("clip.1.noise", latent, "the video has 1 clip, numbered from 0"),
            ("clip.0.hint.seg", latent, "the specification has no control 'seg'"),
            ("clip.0.final", Tensor(shape: [1, 16, 3, 4, 6]), "has the shape [1, 16, 3, 4, 6] where [1, 16, 2, 4, 6]"),
            ("clip.0.hint.vis", Tensor(shape: [16, 2, 4, 6]), "clip.0.hint.vis has the shape [16, 2, 4, 6]"),
            ("clip.0.initial", broken, "clip.0.initial holds nan at position 7"),
            ("clip.0.weight.vis", Tensor(shape: [2, 2, 3], values: .init(repeating: -1, count: 12)), "-1"),
            ("clip.0.weight.vis", Tensor(shape: [1, 1, 2, 2, 3]), "clip.0.weight.vis"),
        ]
        for (name, tensor, words) in faults {
            var request = request()
            #expect("\(name)") {
                request.given = try given([name: tensor])
                try VideoGenerator(tiny.model, pool: WorkerPool(threads: 1)).check(request)
            } throws: { error in
                let sentence = (error as? BenchError)?.sentence ?? ""
                return sentence.hasPrefix("in.safetensors: ") && sentence.contains(words)
            }
        }
    }
}
