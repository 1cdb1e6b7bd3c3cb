internal import Tensors

/// The keys and values of prompts, computed when first asked for and shared by all clips, patches and samples that have the
/// same text.
final class PromptKeys {
    private let network: TransferNetwork
    private let controls: [String]
    private let pool: WorkerPool
    private var known: [(text: Tensor, keys: TransferNetwork.TextKeys)] = []

    /// - Parameter controls: the branches that may be asked for.
    init(_ network: TransferNetwork, controls: [String], pool: WorkerPool) {
        self.network = network
        self.controls = controls
        self.pool = pool
    }

    /// - Throws: `BenchError` when the embedding does not fit the network.
    func keys(of text: Tensor) throws -> TransferNetwork.TextKeys {
        if let found = known.first(where: { $0.text == text }) { return found.keys }
        let keys = try network.textKeys(PromptEmbedding(text: text), controls: controls, pool: pool)
        known.append((text, keys))
        return keys
    }
}
