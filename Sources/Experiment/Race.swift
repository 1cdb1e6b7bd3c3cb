/// How a suite looks for its Pareto front without all videos of its grid: clips are taken in blocks, and what is surely beaten
/// is left behind (spec: experiments, section 3).
public struct Race: Sendable, Equatable, Codable {
    /// What a configuration has to be better in, all of it, for another one to be dropped.
    public let objectives: [TableLayout.Column]
    /// That no member of the front is dropped, in the whole race, as 0.95.
    public let confidence: Double
    /// Clips a time.
    public let block: Int
    /// Clips before anything is dropped.
    public let atLeast: Int
    /// Of the order in which clips are taken.
    public let seed: UInt32

    public init(
        objectives: [TableLayout.Column], confidence: Double = 0.95, block: Int = 2, atLeast: Int = 4, seed: UInt32 = 1
    ) {
        self.objectives = objectives
        self.confidence = confidence
        self.block = block
        self.atLeast = atLeast
        self.seed = seed
    }
}
