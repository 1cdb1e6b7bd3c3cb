public import Experiment

/// The mean of a metric over a configuration's trials or conditions, with how many went into it.
public struct Aggregate: Sendable, Equatable {
    public let mean: Double?
    /// Those with a value, and those planned.
    public let n: Int
    public let planned: Int
    /// How many clips those with a value are of.
    public let clips: Int
    /// Expanded percentile bootstrap over clips; nil when not asked for.
    public let interval: ClipInterval?
    /// How many have no value, by reason.
    public let unscored: [String: Int]
    /// How many of those with a value have one that does not say what its column says, by why.
    public let caveats: [String: Int]

    /// Aggregates the trials, or the conditions, of one configuration.
    /// - Parameters:
    ///   - rejected: videos that could not even be planned.
    ///   - level: of the interval, as 0.95; nil leaves it out.
    public init(
        _ items: [some ScoredItem], rejected: Int = 0, metric: String, region: Region, level: Double? = nil
    ) {
        var values: [(clip: String, value: Double)] = []
        var unscored: [String: Int] = [:]
        var caveats: [String: Int] = [:]
        for item in items {
            let score = item.score(metric, region)
            for caveat in score?.caveats ?? [] { caveats[caveat, default: 0] += 1 }
            switch score?.outcome {
            case .scored(let value): values.append((item.clip, value))
            case .unscored(let reason): unscored[reason, default: 0] += 1
            case nil: unscored["not scored", default: 0] += 1
            }
        }
        if rejected > 0 { unscored["not scored", default: 0] += rejected }
        mean = values.isEmpty ? nil : values.map(\.value).reduce(0, +) / Double(values.count)
        n = values.count
        planned = items.count + rejected
        clips = Set(values.map(\.clip)).count
        self.unscored = unscored
        self.caveats = caveats
        interval = level.map { bootstrapInterval(values, level: $0) }
    }
}
