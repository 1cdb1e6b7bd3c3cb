public import Tensors

/// One clip's denoiser: network, preconditioning, known frames and guidance together, as the sampler calls it
/// (spec §3.1, §3.3, §1.7).
public struct GuidedDenoiser: Sendable {
    private let network: TransferNetwork
    private let conditional: TransferNetwork.Prepared
    private let unconditional: TransferNetwork.Prepared?
    /// Both passes as one batch, all conditional samples first; nil where there is one pass, or the memory of two is too much.
    private let both: TransferNetwork.Prepared?
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
        self.init(
            network: network, conditional: [conditional],
            unconditional: guidance.needsUnconditional ? [unconditional].compactMap { $0 } : [], guidance: guidance,
            preconditioning: preconditioning, condition: condition, pool: pool)
    }

    /// Those of single samples as a batch's: videos of one clip with the same active controls.
    init(joining parts: [GuidedDenoiser]) {
        let conditions = parts.compactMap(\.condition)
        self.init(
            network: parts[0].network, conditional: parts.map(\.conditional),
            unconditional: parts.compactMap(\.unconditional), guidance: parts[0].guidance,
            preconditioning: parts[0].preconditioning,
            condition: conditions.isEmpty ? nil : ConditionFrames(joining: conditions), pool: parts[0].pool)
    }

    private init(
        network: TransferNetwork, conditional: [TransferNetwork.Prepared], unconditional: [TransferNetwork.Prepared],
        guidance: Guidance, preconditioning: Preconditioning, condition: ConditionFrames?, pool: WorkerPool
    ) {
        typealias Prepared = TransferNetwork.Prepared
        func joined(_ passes: [Prepared]) -> Prepared? {
            passes.count > 1 ? Prepared(joining: passes) : passes.first
        }
        let all = conditional + unconditional
        let activation = all.reduce(0) { $0 + $1.grid.samples * $1.grid.tokens } * network.configuration.width
        both =
            !unconditional.isEmpty && activation <= Self.mostNumbersOfBoth && Prepared.areJoinable(all)
            ? Prepared(joining: all) : nil
        self.conditional = joined(conditional)!
        self.unconditional = joined(unconditional)
        self.network = network
        self.guidance = guidance
        self.preconditioning = preconditioning
        self.condition = condition
        self.pool = pool
    }

    /// One activation of both passes may have so many numbers: 16 MiB of float32, of which an evaluation takes a dozen. Larger
    /// passes have enough work for many threads each.
    private static let mostNumbersOfBoth = 1 << 22

    /// The clean latent seen in `x` [B, C, t, h, w] at noise level `sigma`.
    /// - Throws: `BenchError` when the network gives numbers that are not finite.
    public func callAsFunction(_ x: Tensor, sigma: Double) throws -> Tensor {
        let input = condition?.input(x, sigma: sigma) ?? x
        if let both {
            let clean = try pass(both, [input, input], sigma: sigma)
            return guidance.combine(clean[0], clean[1])
        }
        let c = try pass(conditional, [input], sigma: sigma)[0]
        guard let unconditional else { return c }
        return guidance.combine(c, try pass(unconditional, [input], sigma: sigma)[0])
    }

    /// One evaluation of the network, of one or both passes: what it says of each.
    private func pass(_ prepared: TransferNetwork.Prepared, _ inputs: [Tensor], sigma: Double) throws -> [Tensor] {
        let mask = condition?.mask
        let clean = try preconditioning.denoise(Tensor(joining: inputs), sigma: sigma) { scaled, noise in
            try network.evaluate(
                prepared, x: scaled, noise: [Float](repeating: Float(noise), count: scaled.shape[0]),
                conditionMask: mask.map { mask in Tensor(joining: inputs.map { _ in mask }) }, pool: pool)
        }
        let size = inputs[0].count
        return inputs.indices.map { index in
            let part = Tensor(
                shape: inputs[0].shape, values: Array(clean.values[index * size..<(index + 1) * size]))
            return condition?.output(part, sigma: sigma) ?? part
        }
    }
}
