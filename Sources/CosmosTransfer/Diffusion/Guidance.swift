public import Tensors

/// Classifier-free guidance (spec §3.3): `x0 = c + g·(c − u)`, with c for the prompt and u for the negative prompt.
public struct Guidance: Sendable, Equatable {
    public let strength: Double

    public init(strength: Double) { self.strength = strength }

    /// Whether u has any effect; without it the second pass through the network is not needed.
    public var needsUnconditional: Bool { strength != 0 }

    /// Both passes together.
    public func combine(_ conditional: Tensor, _ unconditional: Tensor) -> Tensor {
        precondition(conditional.shape == unconditional.shape)
        var result = conditional
        let g = Float(strength)
        for i in 0..<result.count {
            let c = conditional.values[i]
            result.values[i] = c + g * (c - unconditional.values[i])
        }
        return result
    }
}
