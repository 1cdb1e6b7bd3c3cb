public import Tensors

/// One clip's denoiser: network, preconditioning, known frames and guidance together, as the sampler calls it
/// (spec §3.1, §3.3, §1.7).
public struct GuidedDenoiser: Sendable {
    private let network: TransferNetwork
    private let conditional: TransferNetwork.Prepared
    private let unconditional: TransferNetwork.Prepared?
    private let guidance: Guidance
    private let preconditioning: Preconditioning
    private let condition: ConditionFrames?
    private let pool: WorkerPool

    /// - Parameters:
    ///   - conditional: the clip prepared with the prompt.
    ///   - unconditional: the same with the negative prompt; nil where there is no guidance.
    ///   - condition: latent frames that are known; nil for none.
    public init(
        network: TransferNetwork, conditional: TransferNetwork.Prepared, unconditional: TransferNetwork.Prepared?,
        guidance: Guidance, preconditioning: Preconditioning, condition: ConditionFrames?, pool: WorkerPool
    ) {
        self.network = network
        self.conditional = conditional
        self.unconditional = guidance.needsUnconditional ? unconditional : nil
        self.guidance = guidance
        self.preconditioning = preconditioning
        self.condition = condition
        self.pool = pool
    }

    /// Those of single samples as a batch's: videos of one clip with the same active controls.
    init(joining parts: [GuidedDenoiser]) {
        func joined(_ passes: [TransferNetwork.Prepared]) -> TransferNetwork.Prepared? {
            passes.isEmpty ? nil : TransferNetwork.Prepared(joining: passes)
        }
        let conditions = parts.compactMap(\.condition)
        self.init(
            network: parts[0].network, conditional: TransferNetwork.Prepared(joining: parts.map(\.conditional)),
            unconditional: joined(parts.compactMap(\.unconditional)), guidance: parts[0].guidance,
            preconditioning: parts[0].preconditioning,
            condition: conditions.isEmpty ? nil : ConditionFrames(joining: conditions), pool: parts[0].pool)
    }

    /// The clean latent seen in `x` [B, C, t, h, w] at noise level `sigma`.
    /// - Throws: `BenchError` when the network gives numbers that are not finite.
    public func callAsFunction(_ x: Tensor, sigma: Double) throws -> Tensor {
        let input = condition?.input(x, sigma: sigma) ?? x
        func pass(_ prepared: TransferNetwork.Prepared) throws -> Tensor {
            let clean = try preconditioning.denoise(input, sigma: sigma) { scaled, noise in
                try network.evaluate(
                    prepared, x: scaled, noise: [Float](repeating: Float(noise), count: x.shape[0]),
                    conditionMask: condition?.mask, pool: pool)
            }
            return condition?.output(clean, sigma: sigma) ?? clean
        }
        let c = try pass(conditional)
        guard let unconditional else { return c }
        return guidance.combine(c, try pass(unconditional))
    }
}
