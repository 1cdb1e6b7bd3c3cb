internal import Experiment
public import Tensors

/// The text that steers a network evaluation: embeddings of one prompt a sample and, if wanted, further prompts for parts of
/// the picture (spec §1.9, §2.6).
public struct PromptEmbedding: Sendable {
    /// A prompt for some of the tokens.
    public struct Region: Sendable {
        /// [samples, text tokens, text width]
        public let text: Tensor
        /// Whether each token of the grid (frames, rows, columns) lies inside.
        public let tokens: [Bool]

        public init(text: Tensor, tokens: [Bool]) {
            self.text = text
            self.tokens = tokens
        }
    }

    /// [samples, text tokens, text width]; rows past a prompt's end are zero.
    public let text: Tensor
    public let regions: [Region]

    public init(text: Tensor, regions: [Region] = []) {
        self.text = text
        self.regions = regions
    }
}

/// One block's keys and values of one sample's text.
struct CrossKeys: Sendable {
    let global: Attention.Keys
    /// Those of all prompts, each with the tokens that attend to it; empty without regional prompts.
    let regional: [Attention.Keys]

    /// One entry a sample.
    static func project(_ prompt: PromptEmbedding, by block: TransformerBlock, pool: WorkerPool) -> [CrossKeys] {
        let global = keys(prompt.text, by: block, pool: pool)
        let regions = prompt.regions.map { keys($0.text, by: block, pool: pool) }
        let outside = prompt.regions.first.map { first in
            first.tokens.indices.map { i in !prompt.regions.contains { $0.tokens[i] } }
        }
        return global.indices.map { s in
            var regional: [Attention.Keys] = []
            if let outside {
                var rest = global[s]
                rest.members = outside
                regional = [rest]
                for (region, keys) in zip(prompt.regions, regions) {
                    var own = keys[s]
                    own.members = region.tokens
                    regional.append(own)
                }
            }
            return CrossKeys(global: global[s], regional: regional)
        }
    }

    /// Rows of zeros, which stand at the end of most prompts, are counted and not computed.
    private static func keys(_ text: Tensor, by block: TransformerBlock, pool: WorkerPool) -> [Attention.Keys] {
        let (rows, width) = (text.shape[1], text.shape[2])
        return (0..<text.shape[0]).map { s in
            let used = (0..<rows).filter { r in
                text.values[(s * rows + r) * width..<(s * rows + r + 1) * width].contains { $0 != 0 }
            }
            let packed = FloatBuffer(
                used.flatMap { r in text.values[(s * rows + r) * width..<(s * rows + r + 1) * width] })
            let keys = block.textKeys(packed, rows: used.count, textWidth: width, pool: pool)
            return Attention.Keys(packed: keys, zeros: rows - used.count)
        }
    }
}
