import Tensors
import Testing

@testable import CosmosTransfer

/// Weights on their whole way into the network: divided by their sum at every pixel, resampled to tokens, applied.
@Suite struct NormalisedWeightsTests {
    @Test func `maps whose sum is above one are divided by it before they are resampled, as in PyTorch`() throws {
        let reference = try Reference(model: "controls", evaluation: "pixel_maps_above_one")
        let (x, pool) = (try reference.tensor("x"), WorkerPool(threads: 2))
        let names = ["vis", "edge", "depth"]
        let weights = try names.map { name -> (control: String, weight: ControlWeight) in
            let stored = try #require(reference.inputs["weight.\(name)"])
            return (name, stored.count == 1 ? .scalar(Double(stored.floats()[0])) : .map(stored))
        }
        let grid = try WeightGrid(
            frames: 9, height: 32, width: 48, clipFrames: 9, tokens: [2, 2, 3], temporal: 8)
        let tokens = try ControlWeights(weights, grid: grid).tokens()
        let hints = try zip(names, tokens).map { name, weight in
            ControlHint(name: name, latent: try reference.tensor("hint.\(name)"), weight: weight)
        }
        let conditions = NetworkConditions(
            prompt: PromptEmbedding(text: try reference.tensor("text")), hints: hints,
            paddingMask: try reference.tensor("padding_mask"), fps: Double(try reference.tensor("fps").values[0]))
        var seen: [String: Tensor] = [:]
        seen["out"] = try reference.network.evaluate(
            reference.network.prepare(conditions, size: x.shape, pool: pool), x: x,
            noise: try reference.tensor("c_noise").values, conditionMask: try reference.tensor("condition_mask"),
            pool: pool, observe: { seen[$0] = $1 })
        let wanted = reference.expected.filter { $0.key.hasPrefix("normalised.") }
        #expect(wanted.count == 1 + 2 + 3)
        for (name, want) in wanted {
            let name = String(name.dropFirst("normalised.".count))
            #expect(relativeError(try #require(seen[name]), want.tensor()) <= 1e-6, "\(name)")
            // The division is no small thing: without it the numbers are others.
            let plain = try #require(reference.expected[name]).tensor()
            #expect(relativeError(plain, want.tensor()) > 1e-3, "\(name)")
        }
    }
}
