import CosmosTransfer
import Experiment
import Testing

/// The published cost of the 7B model for 121 frames of 1280x704 (spec §8.2–8.3).
@Suite struct CostEstimateTests {
    private func sevenBillion() throws -> CostEstimate {
        let configuration = ModelConfiguration(
            dit: TransformerConfiguration(), ctrl: ControlConfiguration(), tokenizer: TokenizerConfiguration(),
            text: TextConfiguration())
        return try CostEstimate(configuration, frames: 121, height: 704, width: 1280)
    }

    /// The number to as many digits as the publication gives.
    private func rounded(_ value: Double, _ digits: Int) -> String {
        var (mantissa, exponent) = (value, 0)
        while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        let scale = (0..<digits - 1).reduce(1.0) { power, _ in power * 10 }
        return "\((mantissa * scale).rounded() / scale)e\(exponent)"
    }

    @Test func `the network takes the published operations`() throws {
        let network = try #require(try sevenBillion().network)
        #expect(network.latent == [16, 88, 160] && network.tokens == 56_320)
        let (n, d) = (56_320.0, 4096.0)
        #expect(network.selfProjections == 8 * n * d * d)
        #expect(network.selfAttention == 4 * n * n * d)
        #expect(network.crossProjections == 4 * n * d * d + 4 * 512 * 1024 * d)
        #expect(network.crossAttention == 4 * n * 512 * d)
        #expect(network.mlp == 16 * n * d * d)
        #expect(rounded(network.selfProjections, 3) == "7.56e12")
        #expect(rounded(network.selfAttention, 4) == "5.197e13")
        #expect(rounded(network.crossProjections, 3) == "3.79e12")
        #expect(rounded(network.crossAttention, 2) == "4.7e11")
        #expect(rounded(network.mlp, 4) == "1.512e13")
        #expect(rounded(network.block, 4) == "7.891e13")
        #expect(rounded(network.basePass, 5) == "2.2095e15")
        #expect(rounded(network.controlPass, 4) == "2.428e14")
        #expect(rounded(network.pass(controls: 1), 4) == "2.452e15")
        #expect(rounded(network.pass(controls: 4), 4) == "3.181e15")
        #expect(network.evaluations == 36 && network.passesPerEvaluation == 2)
        #expect(rounded(network.clip(controls: 1), 4) == "1.766e17")
        #expect(rounded(network.clip(controls: 4), 4) == "2.29e17")
    }

    @Test func `tokenizer and text encoder take the published operations`() throws {
        let estimate = try sevenBillion()
        let tokenizer = try #require(estimate.tokenizer)
        #expect(rounded(tokenizer.encode, 2) == "2.9e13")
        #expect(rounded(tokenizer.decode, 2) == "5.5e13")
        #expect(rounded(tokenizer.attention, 2) == "6.5e12")
        #expect(tokenizer.largestEncoderTensor == 256 * 31 * 176 * 320)
        #expect(tokenizer.largestDecoderTensor == 512 * 31 * 176 * 320)
        // 2 · 4.83e9 · 512 + attention
        let text = try #require(estimate.text)
        #expect(abs(text - (2 * 4.83e9 * 512 + 24 * 4 * 512 * 512 * 16_384)) < 0.005 * text)
    }

    @Test func `memory follows from the tokens`() throws {
        let parts = try sevenBillion().memory
        let tokens = 56_320.0 * 4096 * 4
        #expect(parts.first { $0.name == "learnable positions" }?.bytes == tokens)
        #expect(parts.first { $0.name == "control residuals" }?.bytes == 3 * tokens)
        let text = parts.first { $0.name.hasPrefix("text keys") }?.bytes
        let numbers = 2 * 512 * 4096 * (28 + 6 * 3) * 2
        #expect(text == 4 * Double(numbers))
    }

    @Test func `sizes that the model does not take are refused`() throws {
        let configuration = ModelConfiguration(dit: TransformerConfiguration(), tokenizer: TokenizerConfiguration())
        let sizes: [(Int, Int, Int)] = [
            (120, 704, 1280), (0, 704, 1280), (-7, 704, 1280), (121, 700, 1280), (121, 704, 1281), (121, 0, 1280),
            (121, 704, 1936), (1081, 704, 1280), (Int.max, 704, 1280), (121, Int.max - 15, 1280),
        ]
        for (frames, height, width) in sizes {
            let error = #expect(throws: BenchError.self, "\(frames) \(height) \(width)") {
                try CostEstimate(configuration, frames: frames, height: height, width: width)
            }
            #expect(error?.code == .usage)
        }
        #expect(try CostEstimate(configuration, frames: 1, height: 16, width: 16).network?.tokens == 1)
    }

    @Test func `a part that is not configured is not counted`() throws {
        let estimate = try CostEstimate(ModelConfiguration(), frames: 9, height: 64, width: 64)
        #expect(estimate.network == nil && estimate.tokenizer == nil && estimate.text == nil && estimate.memory.isEmpty)
        var configuration = ModelConfiguration(dit: TransformerConfiguration())
        configuration.sampler.guidance = 0
        let network = try #require(try CostEstimate(configuration, frames: 9, height: 64, width: 64).network)
        #expect(network.controlPass == 0 && network.passesPerEvaluation == 1)
    }
}
