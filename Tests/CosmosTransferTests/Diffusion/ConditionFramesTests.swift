import CosmosTransfer
import Experiment
import Tensors
import Testing

@Suite struct ConditionFramesTests {
    @Test func `known frames are shown and put back as in the reference, at every level`() throws {
        let inputs = try ReferenceNumbers("diffusion/condition_frames/inputs.safetensors")
        let expected = try ReferenceNumbers("diffusion/condition_frames/expected.safetensors")
        let (x, latent, prediction) = (try inputs["x"], try inputs["latent"], try inputs["prediction"])
        for sigma in [70.0, 1.0, 0.002, 0.001, 0.0005] {
            for count in 0...2 {
                let frames = try ConditionFrames(latent: latent, count: count, seed: 5)
                let name = "sigma_\(sigma).frames_\(count)"
                #expect(relativeError(frames.input(x, sigma: sigma), try expected[name + ".seen"]) < 1e-6)
                let clean = frames.output(prediction, sigma: sigma)
                #expect(clean == (try expected[name + ".x0"]))
                #expect(frames.mask.shape == [1, 1, 3, 2, 3])
                #expect(frames.mask.values == (0..<18).map { $0 < count * 6 ? 1 : 0 })
            }
        }
    }

    @Test func `frames of a clip fill latent frames`() throws {
        for (frames, expected) in [(0, 0), (1, 1), (9, 2), (17, 3), (121, 16), (122, 17), (130, 18)] {
            #expect(try ConditionFrames.latentFrames(frames: frames, clip: 121, latent: 16) == expected)
        }
        #expect(try ConditionFrames.latentFrames(frames: 1, clip: 1, latent: 1) == 1)
        #expect(throws: BenchError.self) { try ConditionFrames.latentFrames(frames: 2, clip: 121, latent: 16) }
        #expect(throws: BenchError.self) {
            try ConditionFrames(latent: Tensor(shape: [1, 1, 2, 1, 1]), count: 3, seed: 0)
        }
    }

    @Test func `latents are scaled as in the reference and back`() throws {
        let inputs = try ReferenceNumbers("diffusion/latent_scaling/inputs.safetensors")
        let expected = try ReferenceNumbers("diffusion/latent_scaling/expected.safetensors")
        func table(_ name: String) throws -> [[Float]] {
            let values = try inputs[name]
            return (0..<16).map { Array(values.values[$0 * 4..<$0 * 4 + 4]) }
        }
        let scaling = try LatentScaling(mean: table("mean"), deviation: table("std"))
        let latent = try scaling.scaled(try inputs["encoded"])
        #expect(relativeError(latent, try expected["latent"]) < 1e-6)
        #expect(relativeError(try scaling.unscaled(latent), try expected["decoder_input"]) < 1e-6)
        for shape in [[1, 15, 3, 1, 1], [1, 16, 5, 1, 1]] {
            #expect(throws: BenchError.self) { try scaling.scaled(Tensor(shape: shape)) }
        }
    }

    @Test func `latent statistics that cannot be used are refused`() {
        let cases: [([[Float]], [[Float]])] = [
            ([], []), ([[]], [[]]), ([[0, 0]], [[1]]), ([[0], [0]], [[1]]), ([[0]], [[0]]), ([[.nan]], [[1]]),
            ([[0]], [[.nan]]), ([[0]], [[-1]]), ([[0]], [[.infinity]]),
        ]
        for (mean, deviation) in cases {
            #expect(throws: BenchError.self) { try LatentScaling(mean: mean, deviation: deviation) }
        }
    }
}
