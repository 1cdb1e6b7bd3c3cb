/// One number, or the reason why there is none: a metric on a region of one video.
public struct Score: Sendable, Equatable {
    /// A value is never NaN and never a stand-in 0.
    public enum Outcome: Sendable, Equatable {
        case scored(Double)
        case unscored(reason: String)

        public var value: Double? { if case .scored(let value) = self { value } else { nil } }
        public var reason: String? { if case .unscored(let reason) = self { reason } else { nil } }
    }

    public let metric: String
    public let region: Region
    public let outcome: Outcome
    /// How many frames went into it.
    public let n: Int
    /// Everything that can change the value besides the videos: thresholds, window sizes, matching.
    public let parameters: [String: String]
    /// The integer counts behind the value, such as tp, fp and fn.
    public let counts: [String: Int]
    /// Where the followed evaluator does something that a reader would not expect.
    public let warnings: [String]
    /// Why the value does not say what its column says. It stays, because the followed evaluator gives it, and tables mark it.
    /// Sentences without numbers, so that videos can be counted by them.
    public let caveats: [String]
    /// The value of each frame on its own; nil where a frame has none.
    public let perFrame: [Double?]

    /// A value that is not finite becomes an unscored one.
    public init(
        metric: String, region: Region, outcome: Outcome, n: Int, parameters: [String: String] = [:],
        counts: [String: Int] = [:], warnings: [String] = [], caveats: [String] = [], perFrame: [Double?] = []
    ) {
        self.metric = metric
        self.region = region
        if case .scored(let value) = outcome, !value.isFinite {
            self.outcome = .unscored(reason: "the value is not finite")
        } else {
            self.outcome = outcome
        }
        self.n = n
        self.parameters = parameters
        self.counts = counts
        self.warnings = warnings
        self.caveats = outcome.value == nil ? [] : caveats
        self.perFrame = perFrame.map { $0.flatMap { $0.isFinite ? $0 : nil } }
    }

    /// The same score with more warnings and caveats before its own, and more parameters beside them.
    public func adding(
        _ others: [String: String], warnings more: [String] = [], caveats moreCaveats: [String] = []
    ) -> Score {
        Score(
            metric: metric, region: region, outcome: outcome, n: n,
            parameters: parameters.merging(others) { a, _ in a }, counts: counts, warnings: more + warnings,
            caveats: moreCaveats + caveats, perFrame: perFrame)
    }
}
