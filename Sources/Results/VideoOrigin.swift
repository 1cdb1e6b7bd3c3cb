public import Experiment

/// What a video was made from, as its maker wrote it down.
public struct VideoOrigin: Sendable, Equatable {
    /// The video's identity when it was made: of everything that can change its pixels.
    public let identity: Identity
    /// What reports call the generator.
    public let generator: String
    /// What of the generator a reader may want apart from that, as "steps": "35"; nil where it was not recorded.
    public let settings: [String: String]?
    /// By control, in the order of the paper's tables; without those that are off.
    public let weights: WeightedConfiguration
    /// "" for the clip's own caption.
    public let promptLabel: String
    /// nil where it was not recorded.
    public let promptText: String?
    public let seed: UInt32
    public let arrival: Arrival

    /// How a video came to count for its trial.
    public enum Arrival: String, Sendable {
        case made
        /// It was there, made from something else.
        case adopted
        /// It was there, and what it was made from is not known.
        case found
    }
}
