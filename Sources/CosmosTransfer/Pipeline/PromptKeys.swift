internal import Tensors

/// The keys and values of a video's prompts, computed when first asked for and shared by its clips and patches.
final class PromptKeys {
    private let request: GenerationRequest
    private let network: TransferNetwork
    private let pool: WorkerPool
    private var conditionalKeys, unconditionalKeys: TransferNetwork.TextKeys?

    init(_ request: GenerationRequest, network: TransferNetwork, pool: WorkerPool) {
        self.request = request
        self.network = network
        self.pool = pool
    }

    /// - Throws: `BenchError` when the embedding does not fit the network.
    func conditional() throws -> TransferNetwork.TextKeys {
        let keys = try conditionalKeys ?? keys(request.prompt)
        conditionalKeys = keys
        return keys
    }

    func unconditional() throws -> TransferNetwork.TextKeys {
        let keys = try unconditionalKeys ?? keys(request.unconditionalPrompt)
        unconditionalKeys = keys
        return keys
    }

    private func keys(_ text: Tensor) throws -> TransferNetwork.TextKeys {
        try network.textKeys(PromptEmbedding(text: text), controls: request.controls.map(\.name), pool: pool)
    }
}
