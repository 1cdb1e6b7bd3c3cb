import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import CosmosTransfer

/// The weights that ship: our pipeline against PyTorch, from a caption and control videos to pixels.
/// `Fixtures/tinyworld/train/agree.py` made the reference.
@Suite struct TrainedModelTests {
    private struct Case: Decodable {
        let clip, prompt: String
        let seed: Int
        let controls: [String: Double]
        let guidance: Double
        let steps: Int
    }

    @Test func `a guided video of two controls is PyTorch's after 35 steps, to 1e-3 of the pixels' range`() throws {
        let url = ReferenceNumbers.url("tinyworld/case.json")
        let made = try JSONDecoder().decode(Case.self, from: Data(contentsOf: url))
        let expected = try ReferenceNumbers("tinyworld/expected.safetensors")
        let world = Places.repository.appendingPathComponent("Fixtures/tinyworld").path
        let folder = try WeightsFolder(path: world + "/weights")
        let names = made.controls.keys.sorted()
        let model = try TransferModel(folder, controls: names)
        let pool = WorkerPool(threads: 2)
        var sampler = folder.configuration.sampler
        (sampler.steps, sampler.guidance) = (made.steps, made.guidance)
        let clip = folder.configuration.clip
        let size = FrameSize(width: clip.width, height: clip.height)
        var request = GenerationRequest(
            prompt: try PromptEncoder(folder).encode(made.prompt, pool: pool), size: size, frames: clip.frames,
            clipFrames: clip.frames, fps: clip.fps, seed: made.seed, sampler: sampler)
        request.controls = try names.map { name in
            GenerationRequest.Control(
                name: name,
                video: .control(
                    try #require(ControlKind(rawValue: name)), path: "\(world)/clips/controls/\(name)/\(made.clip).mkv",
                    size: size),
                weight: .scalar(made.controls[name] ?? 0))
        }
        let job = try ClipJob(
            request, prompts: PromptKeys(model.network, controls: names, pool: pool), model: model, pool: pool)
        let start = try job.start(clip: 0, after: nil)
        let latent = try request.sample(
            from: start.initial, progress: { _ in }, denoise: { try start.denoiser($0, sigma: $1) })
        let decoded = try model.tokenizer.decode(latents: try model.scaling.unscaled(latent), pool: pool)
        let reference = try expected["frames"]
        // Pixels are from -1 to 1.
        let worst = zip(decoded.values, reference.values).reduce(0) {
            max($0, $1.0.isNaN ? .infinity : abs($1.0 - $1.1))
        }
        #expect(relativeError(latent, try expected["latent"]) < 1e-3)
        #expect(decoded.shape == [1] + reference.shape)
        #expect(worst / 2 < 1e-3)
        // The reference is a picture, not a field of one colour that anything would match.
        let (low, high) = (reference.values.min() ?? 0, reference.values.max() ?? 0)
        #expect(high - low > 1)
    }
}
