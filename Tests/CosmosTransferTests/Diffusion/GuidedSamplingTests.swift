import CosmosTransfer
import Foundation
import Tensors
import Testing

/// Sampling with a network, two controls, guidance and known frames against PyTorch in float64.
@Suite struct GuidedSamplingTests {
    private let inputs: ReferenceNumbers
    private let expected: ReferenceNumbers
    private let network: TransferNetwork
    private let size = [1, 16, 2, 4, 6]

    init() throws {
        inputs = try ReferenceNumbers("diffusion/sampler_network/inputs.safetensors")
        expected = try ReferenceNumbers("diffusion/sampler_network/expected.safetensors")
        let folder = try WeightsFolder(path: ReferenceNumbers.url("network/controls").path)
        network = try TransferNetwork(folder, controls: ["vis", "edge"])
    }

    private func prepared(text: String) throws -> TransferNetwork.Prepared {
        let hints = try ["vis", "edge"].map { name in
            ControlHint(
                name: name, latent: try inputs["hint.\(name)"],
                weight: try TokenWeight(
                    inputs.stored("weight.\(name)"), control: name, tokens: [2, 2, 3], batch: 1, temporal: 8))
        }
        return try network.prepare(
            NetworkConditions(prompt: PromptEmbedding(text: try inputs[text]), hints: hints, fps: 24), size: size,
            pool: WorkerPool(threads: 2))
    }

    private func denoiser(known: Int, strength: Double = 5, threads: Int = 2) throws -> GuidedDenoiser {
        GuidedDenoiser(
            network: network, conditional: try prepared(text: "text"),
            unconditional: try prepared(text: "negative_text"), guidance: Guidance(strength: strength),
            preconditioning: Preconditioning(),
            condition: try ConditionFrames(latent: try inputs["condition_latent"], count: known, seed: 3),
            pool: WorkerPool(threads: threads))
    }

    @Test(arguments: [("free", 70.0, 0), ("conditioned", 80.0, 1)])
    func `35 guided steps stay with the reference`(name: String, sigmaMax: Double, known: Int) throws {
        let denoiser = try denoiser(known: known)
        let schedule = try SigmaSchedule(SamplerConfiguration(), sigmaMax: sigmaMax)
        let start =
            name == "free"
            ? InitialLatent(video: Tensor(shape: size), seed: 3, sigmaMax: sigmaMax).x
            : InitialLatent(noiseOf: size, seed: 3).x
        #expect(relativeError(NumpyNormal.tensor(seed: 3, shape: size), try inputs["noise"]) == 0)
        var states: [Tensor] = []
        let final = try Sampler(schedule: schedule).sample(from: start) { x, sigma in
            states.append(x)
            return try denoiser(x, sigma: sigma)
        }
        var worst = relativeError(final, try expected["\(name).final"])
        for key in expected.all.keys where key.hasPrefix("\(name).state.") {
            worst = max(
                worst, relativeError(states[try #require(Int(key.dropFirst(name.count + 7)))], try expected[key]))
        }
        print("sampler with a network, \(name): \(worst) from float64")
        #expect(worst < 3e-6)
        if known > 0 {
            let (latent, plane) = (try inputs["condition_latent"], 4 * 6)
            for channel in 0..<16 {
                let frame = channel * 2 * plane..<(channel * 2 + known) * plane
                #expect(final.values[frame] == latent.values[frame])
            }
        }
    }

    @Test func `the same seed gives the same bits with 1 and 2 threads`() throws {
        let sampler = Sampler(schedule: try SigmaSchedule(SamplerConfiguration(), steps: 3))
        let results = try [1, 2].map { threads in
            let denoiser = try denoiser(known: 1, threads: threads)
            return try sampler.sample(from: InitialLatent(noiseOf: size, seed: 9).x) { try denoiser($0, sigma: $1) }
        }
        #expect(results[0] == results[1])
    }

    @Test func `a single step without guidance is the distilled model's`() throws {
        let start = InitialLatent(noiseOf: size, seed: 3)
        let clean = try denoiser(known: 0, strength: 0)(start.x, sigma: start.sigmaMax)
        #expect(relativeError(clean, try expected["one_step"]) < 6e-7)
    }
}
