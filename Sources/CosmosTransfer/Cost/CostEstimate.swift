public import Experiment

/// What one clip takes: floating-point operations and memory (spec §8.2–8.3), from the configuration alone.
public struct CostEstimate: Sendable, Equatable {
    public let frames, height, width: Int
    public let network: NetworkCost?
    public let tokenizer: TokenizerCost?
    /// One prompt through the text encoder.
    public let text: Double?
    /// What is in memory beside the weights, in bytes of float32, the largest part first in each stage.
    public let memory: [MemoryPart]

    public struct MemoryPart: Sendable, Equatable {
        public let name: String
        public let bytes: Double
    }

    /// - Throws: `BenchError` 64 for a size that the model does not take.
    public init(
        _ configuration: ModelConfiguration, frames: Int, height: Int, width: Int
    ) throws(BenchError) {
        (self.frames, self.height, self.width) = (frames, height, width)
        let sizes = configuration.tokenizer ?? TokenizerConfiguration()
        let latent = try Self.latent(configuration, sizes, frames: frames, height: height, width: width)
        let textTokens = configuration.text?.tokens ?? TextConfiguration().tokens
        let network = configuration.dit.map {
            NetworkCost($0, configuration.ctrl, latent: latent, textTokens: textTokens, sampler: configuration.sampler)
        }
        let tokenizer = configuration.tokenizer.map { TokenizerCost($0, frames: frames, height: height, width: width) }
        self.network = network
        self.tokenizer = tokenizer
        text = configuration.text.map(Self.text)

        var memory: [MemoryPart] = []
        if let dit = configuration.dit, let network {
            let tokens = 4 * Double(network.tokens) * Double(dit.width)
            let branchBlocks = configuration.ctrl?.blocks ?? 0
            let branches = configuration.ctrl?.names.count ?? 0
            memory = [
                MemoryPart(name: "tokens, queries, keys, values, attention", bytes: 5 * tokens),
                MemoryPart(name: "learnable positions", bytes: tokens),
                MemoryPart(name: "control residuals", bytes: Double(branchBlocks) * tokens),
                MemoryPart(name: "hint tokens of all controls", bytes: Double(branches) * tokens),
                MemoryPart(
                    name: "text keys and values of all blocks",
                    bytes: 4 * 2
                        * Double(
                            textTokens * dit.width * (dit.blocks + branches * branchBlocks)
                                * network.passesPerEvaluation)),
            ].filter { $0.bytes > 0 }
        }
        if let tokenizer {
            memory.append(
                MemoryPart(name: "largest tensor of an encoder not cut", bytes: 4 * tokenizer.largestEncoderTensor))
            memory.append(
                MemoryPart(name: "largest tensor of a decoder not cut", bytes: 4 * tokenizer.largestDecoderTensor))
            memory.append(MemoryPart(name: "pixels", bytes: 4 * 3 * Double(frames) * Double(height) * Double(width)))
        }
        self.memory = memory
    }

    private static func latent(
        _ configuration: ModelConfiguration, _ sizes: TokenizerConfiguration, frames: Int, height: Int, width: Int
    ) throws(BenchError) -> [Int] {
        let (space, time) = (sizes.spatialCompression, sizes.temporalCompression)
        guard frames > 0, (frames - 1).isMultiple(of: time), frames < 1 << 24 else {
            throw BenchError(.usage, "\(frames) frames are no clip; give 1 more than a multiple of \(time)")
        }
        let patch = configuration.dit?.patch ?? [1, 1, 1]
        for (name, size, step) in [("height", height, space * patch[1]), ("width", width, space * patch[2])] {
            guard size > 0, size.isMultiple(of: step), size < 1 << 20 else {
                throw BenchError(.usage, "a \(name) of \(size) is not possible; give a multiple of \(step)")
            }
        }
        let latent = [(frames - 1) / time + 1, height / space, width / space]
        guard let dit = configuration.dit else { return latent }
        guard latent[0] <= dit.maxFrames, latent[1] <= dit.maxSize[0], latent[2] <= dit.maxSize[1] else {
            throw BenchError(
                .usage,
                "a clip of \(frames) frames of \(width)x\(height) is beyond the model's largest latent "
                    + "(\(dit.maxFrames) frames of \(dit.maxSize[1])x\(dit.maxSize[0])); give a smaller one")
        }
        guard latent[0].isMultiple(of: dit.patch[0]) else {
            throw BenchError(.usage, "\(latent[0]) latent frames are no multiple of the patch \(dit.patch[0])")
        }
        return latent
    }

    /// Every linear once a token, and attention over all tokens.
    private static func text(_ sizes: TextConfiguration) -> Double {
        let (m, d) = (Double(sizes.tokens), Double(sizes.width))
        let inner = Double(sizes.heads * sizes.headWidth)
        let layer = 8 * m * d * inner + 4 * m * d * Double(sizes.hiddenWidth) + 4 * m * m * inner
        return Double(sizes.layers) * layer
    }
}
