/// Floating-point operations of the network for one clip (spec §8.2): 2 a multiply-add, products of matrices alone.
public struct NetworkCost: Sendable, Equatable {
    /// Latent frames, rows and columns.
    public let latent: [Int]
    /// Tokens of one sample.
    public let tokens: Int
    /// One block's parts.
    public let selfProjections, selfAttention, crossProjections, crossAttention, mlp: Double
    /// One pass of the base network, and of one control branch; 0 without branches.
    public let basePass, controlPass: Double
    /// Network evaluations of a clip, and passes of each: two with guidance.
    public let evaluations, passesPerEvaluation: Int

    public var block: Double { selfProjections + selfAttention + crossProjections + crossAttention + mlp }

    /// One pass with so many control branches.
    public func pass(controls: Int) -> Double { basePass + Double(controls) * controlPass }

    /// A whole clip with so many control branches.
    public func clip(controls: Int) -> Double {
        Double(evaluations * passesPerEvaluation) * pass(controls: controls)
    }

    /// - Parameter latent: frames, rows and columns of the latent; multiples of the patch.
    init(
        _ dit: TransformerConfiguration, _ ctrl: ControlConfiguration?, latent: [Int], textTokens: Int,
        sampler: SamplerConfiguration
    ) {
        self.latent = latent
        tokens = zip(latent, dit.patch).reduce(1) { $0 * ($1.0 / $1.1) }
        let (n, d, m) = (Double(tokens), Double(dit.width), Double(textTokens))
        let text = Double(dit.textWidth)
        selfProjections = 8 * n * d * d
        selfAttention = 4 * n * n * d
        crossProjections = 4 * n * d * d + 4 * m * text * d
        crossAttention = 4 * n * m * d
        mlp = 4 * Double(dit.mlpRatio) * n * d * d
        let blockCost = selfProjections + selfAttention + crossProjections + crossAttention + mlp
        let patching = 2 * n * Double(dit.patchInputs) * d
        basePass = Double(dit.blocks) * blockCost + patching + 2 * n * d * Double(dit.patchOutputs)
        if let ctrl {
            let hintPatching = 2 * n * Double((ctrl.hintChannels + 1) * dit.patch.reduce(1, *)) * d
            let widths = [dit.width] + ctrl.hintWidths + [dit.width]
            let hint = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + 2 * n * Double($1.0 * $1.1) }
            controlPass = Double(ctrl.blocks) * (blockCost + 2 * n * d * d) + patching + hintPatching + hint
        } else {
            controlPass = 0
        }
        evaluations = sampler.steps + 1
        passesPerEvaluation = sampler.guidance == 0 ? 1 : 2
    }
}
