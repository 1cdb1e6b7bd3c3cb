internal import Experiment

/// What NIQE has to measure distances from.
public enum NIQEReference: Sendable {
    case model(NIQEModel)
    /// There is no model, in one sentence: the clips are too small, or have too few sharp blocks.
    case missing(reason: String)

    /// A short name of the model, "none" without one.
    public var label: String {
        switch self {
        case .model(let model): String(model.identity.hex.prefix(12))
        case .missing: "none"
        }
    }
}
