import Tensors
import Testing
import Video

@testable import CosmosTransfer

@Suite struct SinglePatchBlendTests {
    private func clean(_ change: (inout GenerationRequest) -> Void) throws -> (latent: Tensor, seen: [Float]) {
        var sampler = SamplerConfiguration()
        sampler.steps = 3
        var request = GenerationRequest(
            prompt: Tensor(shape: [1, 2, 4]), size: FrameSize(width: 48, height: 32), frames: 9, clipFrames: 9, fps: 24,
            seed: 1, sampler: sampler)
        change(&request)
        var seen: [Float] = []
        let latent = try request.sample(
            from: InitialLatent(noiseOf: [2, 3, 2, 4, 6], seed: 1), progress: { _ in },
            denoise: { x, _ in
                seen.append(x.values[0])
                return Tensor(shape: x.shape, repeating: 1)
            })
        return (latent, seen)
    }

    @Test func `a single patch is blended in parity: lowered in the first row and column, most in the corner`() throws {
        let (latent, seen) = try clean { $0.blendsSinglePatch = true }
        for (i, value) in latent.values.enumerated() {
            let (row, column) = (i / 6 % 4, i % 6)
            // Masks 0.01 and 1 along each axis, over themselves and 1e-6 (spec §3.6).
            let expected = row == 0 && column == 0 ? 0.990099 : row == 0 || column == 0 ? 0.9999 : 0.999999
            #expect(abs(Double(value) - expected) < 2e-7)
        }
        // The steps go on from what was blended.
        #expect(try clean { _ in }.seen.last != seen.last)
    }

    @Test func `otherwise it is as the network gave it`() throws {
        #expect(try clean { _ in }.latent.values.allSatisfy { $0 == 1 })
        let distilled = try clean {
            $0.blendsSinglePatch = true
            $0.isDistilled = true
        }
        #expect(distilled.latent.values.allSatisfy { $0 == 1 })
    }
}
