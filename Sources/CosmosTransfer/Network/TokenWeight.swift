public import Tensors

/// How much one control counts, per token, after normalisation (spec §1.5).
public enum TokenWeight: Sendable, Equatable {
    /// The same everywhere: one number, or one a sample.
    case uniform([Float])
    /// [samples or 1, token frames, token rows, token columns]
    case map(Tensor)

    /// Whether the control counts nowhere, so that its branch need not run.
    public var isZero: Bool {
        switch self {
        case .uniform(let values): values.allSatisfy { $0 == 0 }
        case .map(let map): map.values.allSatisfy { $0 == 0 }
        }
    }
}
