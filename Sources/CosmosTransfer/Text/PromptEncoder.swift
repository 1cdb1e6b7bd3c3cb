public import Tensors

/// Makes the embedding of a prompt that the transformer takes, [1, tokens, width] (spec §5).
public struct PromptEncoder: Sendable {
    private let tokenizer: SentencePiece
    private let encoder: T5Encoder

    public init(tokenizer: SentencePiece, encoder: T5Encoder) {
        self.tokenizer = tokenizer
        self.encoder = encoder
    }

    /// - Throws: `BenchError` when the text is far too long, or the encoder's result is not finite.
    public func encode(_ prompt: String, pool: WorkerPool) throws -> Tensor {
        try encoder.encode(ids: tokenizer.encode(prompt, tokens: encoder.configuration.tokens), pool: pool)
    }

    /// What a person should know of a prompt that is not read to its end.
    public func note(on prompt: String) throws -> String? {
        try tokenizer.note(on: prompt, called: "the prompt", tokens: encoder.configuration.tokens)
    }
}
