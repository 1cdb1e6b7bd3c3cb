public import Experiment

/// A race as it stands: who is still in play, what is to be done next. It decides and does nothing itself, so that it can be
/// stopped and taken up again after every step (spec: experiments, section 3).
///
/// A configuration is dropped when another one is better in every objective: for each objective the statement that the other is
/// better, paired by clip, holds with the error that Holm's procedure grants it. Holm goes over all statements that could drop
/// somebody: ordered pairs of configurations in play whose second may be dropped, times objectives. Every look has an equal
/// share of the race's error. Configurations that the suite names are never dropped.
public struct Racing: Sendable, Equatable {
    public let race: Race
    /// The run's number in the store.
    public let run: Int64
    /// Which way is better in each objective.
    public let directions: [MetricDescriptor.Direction]
    /// All that started, in the order of the table.
    public let configurations: [String]
    /// Those that are never dropped.
    public let named: Set<String>
    /// In the order in which they are taken.
    public let clips: [String]
    /// What was decided so far.
    public private(set) var taken: [RaceLook]

    /// What comes next.
    public enum Step: Sendable, Equatable {
        /// These clips, up to the next look, are to be done in these configurations.
        case block(clips: ArraySlice<String>, configurations: [String])
        /// All that was due is done: `look` decides.
        case look
        case end
    }

    /// - Parameters:
    ///   - directions: which way is better, for each of the race's objectives.
    ///   - clips: in any order.
    ///   - taken: looks that were decided before, in their order; they are not decided again.
    public init(
        _ race: Race, run: Int64, directions: [MetricDescriptor.Direction], configurations: [String],
        named: Set<String>,
        clips: [String], taken: [RaceLook] = []
    ) {
        precondition(directions.count == race.objectives.count, "a direction for each objective")
        self.race = race
        self.run = run
        self.directions = directions
        self.configurations = configurations
        self.named = named
        self.clips = race.order(of: clips)
        self.taken = taken
    }

    /// After how many clips it is decided.
    public var looks: [Int] { race.looks(clips: clips.count) }

    /// The next look; nil where all are taken, or nobody is left whom it could drop.
    private var nextLook: Int? {
        guard taken.count < looks.count, inPlay.count > 1, inPlay.contains(where: { !named.contains($0) }) else {
            return nil
        }
        return looks[taken.count]
    }

    public var inPlay: [String] {
        let dropped = Set(taken.flatMap { $0.decisions.map(\.dropped) })
        return configurations.filter { !dropped.contains($0) }
    }

    /// Whether a configuration has part in a clip: not where it was dropped before the clip's turn came.
    public func takesPart(_ configuration: String, in clip: String) -> Bool {
        guard let place = clips.firstIndex(of: clip) else { return false }
        return !taken.contains { look in
            look.clips <= place && look.decisions.contains { $0.dropped == configuration }
        }
    }

    /// - Parameter done: how many of the clips, in their order, are done in all that takes part in them.
    public func next(done: Int) -> Step {
        let end = nextLook ?? clips.count
        if done < end { return .block(clips: clips[done..<end], configurations: inPlay) }
        return nextLook == nil ? .end : .look
    }

    /// Decides who is dropped after the clips that are done.
    /// - Parameter values: of those clips, by the place of a configuration in `inPlay`.
    /// - Returns: the look, which is taken with it. Keep it before anything is left out because of it.
    public mutating func look(_ values: RaceValues) -> RaceLook {
        guard let clips = nextLook else { preconditionFailure("no look is due") }
        let players = inPlay
        let budget = (1 - race.confidence) / Double(looks.count)
        let contest = RaceContest(
            values, objectives: race.objectives.count, mayDrop: players.map { !named.contains($0) }, budget: budget)
        let decisions = contest.dropped().map { loser, winner in
            let evidence = race.objectives.indices.map { k in
                let (mean, tail) = contest.evidence(winner, loser, objective: k)
                let sign = directions[k] == .higher ? 1.0 : -1.0
                return RaceDecision.Evidence(
                    objective: race.objectives[k], difference: sign * mean.value,
                    bound: sign * mean.lowerBound(tail: tail), level: 1 - tail, p: mean.p, clips: mean.clips)
            }
            return RaceDecision(dropped: players[loser], by: players[winner], evidence: evidence)
        }
        let look = RaceLook(
            number: taken.count + 1, clips: clips, inPlay: players.count, hypotheses: contest.hypotheses,
            budget: budget, decisions: decisions)
        taken.append(look)
        return look
    }
}
