public import Experiment

/// What was decided in a race after some of its clips.
public struct RaceLook: Sendable, Equatable {
    /// From 1.
    public let number: Int
    /// How many clips had been taken.
    public let clips: Int
    /// Configurations that were in play.
    public let inPlay: Int
    /// How many statements "this one is better than that one in this objective" the error was shared among.
    public let hypotheses: Int
    /// The share of all errors that this look may spend: 1 - confidence, divided by the race's looks.
    public let budget: Double
    public let decisions: [RaceDecision]

    public init(number: Int, clips: Int, inPlay: Int, hypotheses: Int, budget: Double, decisions: [RaceDecision]) {
        self.number = number
        self.clips = clips
        self.inPlay = inPlay
        self.hypotheses = hypotheses
        self.budget = budget
        self.decisions = decisions
    }
}

/// That a configuration is dropped from a race, and on what evidence.
public struct RaceDecision: Sendable, Equatable {
    public let dropped: String
    /// The configuration that is better in every objective.
    public let by: String
    /// One for each objective.
    public let evidence: [Evidence]

    public init(dropped: String, by: String, evidence: [Evidence]) {
        self.dropped = dropped
        self.by = by
        self.evidence = evidence
    }

    /// How much better, in one objective.
    public struct Evidence: Sendable, Equatable, Codable {
        public let objective: TableLayout.Column
        /// The mean of the better one less that of the dropped one, paired by clip, in the metric's own unit.
        public let difference: Double
        /// How small the difference may be in size at the level; on the same side of 0.
        public let bound: Double
        /// One-sided, after Holm's correction, as 0.99997.
        public let level: Double
        /// One-sided, before any correction.
        public let p: Double
        /// Clips on which both have a value.
        public let clips: Int

        public init(
            objective: TableLayout.Column, difference: Double, bound: Double, level: Double, p: Double, clips: Int
        ) {
            self.objective = objective
            self.difference = difference
            self.bound = bound
            self.level = level
            self.p = p
            self.clips = clips
        }
    }
}
