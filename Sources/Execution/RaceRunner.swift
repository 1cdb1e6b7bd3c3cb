public import Experiment
public import Results
internal import Suites

/// Runs a suite's race (spec: experiments, section 3): blocks of clips are made and scored, and after each it is decided who is
/// left out of the next ones. `Racing` decides; the store keeps what was decided, so that the same command goes on from there.
public struct RaceRunner {
    /// What a person watching sees.
    public enum Event: Sendable {
        /// Clips that are made and scored next, in so many configurations; `done` of `all` clips are already.
        case block(done: Int, upTo: Int, all: Int, configurations: Int)
        case looked(RaceLook)
        /// What a person should know of the choice of clips.
        case noted(String)
    }

    /// What is done to the world: `make` gets the videos of a part of the plan made, `score` scores what there is.
    public struct Effects {
        let make: (SuitePlan) throws -> SuiteRunner.Outcome
        let score: (ScoringRequest) throws -> ScoringRunner.Outcome

        public init(
            make: @escaping (SuitePlan) throws -> SuiteRunner.Outcome,
            score: @escaping (ScoringRequest) throws -> ScoringRunner.Outcome
        ) {
            self.make = make
            self.score = score
        }
    }

    /// How a race ended.
    public struct Outcome: Sendable {
        /// Of the last scoring, with all that the run has.
        public let scoring: ScoringRunner.Outcome
        /// Videos that could not be made.
        public let failures: Int
        public let looks: [RaceLook]
        /// Videos that took part, of all that the suite plans.
        public let trials: Int
        public let planned: Int
        /// Whether it came to its end; not where a limit stopped it.
        public let isWhole: Bool
    }

    private let plan: SuitePlan
    private let race: Race
    private let scoring: SuiteScoring
    private let store: Store
    private let effects: Effects
    private let onEvent: (Event) -> Void
    private let order: [String]

    /// - Parameter existing: what to do about videos that are in the way of the plan's.
    /// - Throws: `BenchError` 65 where `existing` has to be decided: before anything is made.
    public init(
        _ plan: SuitePlan, race: Race, scoring: SuiteScoring, store: Store, existing: SuiteRunner.Existing = .ask,
        effects: Effects, onEvent: @escaping (Event) -> Void = { _ in }
    ) throws(BenchError) {
        var hasher = ContentHasher(store: store)
        let survey = try SuiteSurvey(plan, store: store, &hasher)
        if existing == .ask, let question = survey.question { throw question }
        try hasher.flush()
        self.plan = plan
        self.race = race
        self.scoring = scoring
        self.store = store
        self.effects = effects
        self.onEvent = onEvent
        order = race.order(of: plan.clipNames)
    }

    /// Runs it to its end, or until a limit of the effects leaves something.
    /// - Throws: what the effects throw; `BenchError` when the store cannot be read or written.
    public func run() throws -> Outcome {
        for note in plan.notes { onEvent(.noted(note)) }
        // Before the first look all take part: which run it is, and what it decided before, is known when that is scored.
        var racing: Racing?
        var done = 0
        var failed: [String: ScoringRequest.Lost] = [:]
        while true {
            var stop = race.looks(clips: order.count).first ?? order.count
            if let known = racing {
                switch known.next(done: done) {
                case .block(let clips, _): stop = done + clips.count
                case .look:
                    try look(&racing, done: done)
                    continue
                case .end: preconditionFailure("a race ends after its last block")
                }
            }
            let part = part(racing, upTo: stop)
            // What failed once is tried again by another run of the command, not by every block.
            let due = part.without(Set(failed.keys))
            onEvent(
                .block(
                    done: done, upTo: stop, all: order.count,
                    configurations: racing?.inPlay.count ?? plan.suite.configurations.count))
            let outcome = try effects.make(due)
            for lost in outcome.lost where lost.failure != nil { failed[lost.subject] = lost }
            let scored = try effects.score(request(for: due, outcome, failed, racing, upTo: stop))
            done = stop
            if racing == nil { racing = try start(run: scored.run) }
            let isStopped = outcome.left > 0 || scored.left > 0
            guard !isStopped, let known = racing, known.next(done: done) != .end else {
                return Outcome(
                    scoring: scored, failures: failed.count, looks: racing?.taken ?? [], trials: part.planned,
                    planned: plan.planned, isWhole: !isStopped)
            }
        }
    }

    /// The trials of the first so many clips, but for those that were dropped before.
    private func part(_ racing: Racing?, upTo count: Int) -> SuitePlan {
        let clips = Set(order.prefix(count))
        return plan.part { configuration, clip in
            clips.contains(clip) && racing?.takesPart(configuration, in: clip) ?? true
        }
    }

    /// What is to be scored; what will be due later counts as not tried yet, so that a run that is cut short says so.
    private func request(
        for part: SuitePlan, _ outcome: SuiteRunner.Outcome, _ failed: [String: ScoringRequest.Lost],
        _ racing: Racing?, upTo count: Int
    ) -> ScoringRequest {
        var request = scoring.request(for: part, outcome, folder: plan.folder)
        let later = Set(order.dropFirst(count))
        let due = plan.part { configuration, clip in
            later.contains(clip) && racing?.takesPart(configuration, in: clip) ?? true
        }
        request.lost =
            failed.values.sorted { $0.subject < $1.subject } + outcome.lost.filter { $0.failure == nil }
            + due.entries.map {
                ScoringRequest.Lost(
                    configuration: $0.task.configuration.name, clip: $0.task.clip.name, subject: $0.task.output,
                    failure: nil)
            }
            + due.impossible.map {
                ScoringRequest.Lost(
                    configuration: $0.configuration, clip: $0.clip, subject: $0.subject, failure: nil)
            }
        let objectives = race.objectives.flatMap { [$0.metric, $0.region.rawValue] }
        request.planned =
            SuiteScoring.planned(plan) + ["race 1"] + objectives
            + ["\(race.confidence)", "\(race.block)", "\(race.atLeast)", "\(race.seed)"]
        return request
    }

    private func results(of run: Int64) throws(BenchError) -> RunResults {
        guard let summary = try store.runs().first(where: { $0.number == run }) else {
            throw BenchError(.bug, "run \(run) is not in \(store.path)")
        }
        return try store.results(of: summary)
    }

    /// The race of a run, with what was decided in it before.
    private func start(run: Int64) throws(BenchError) -> Racing {
        let metrics = try store.runs().first { $0.number == run }?.metrics ?? []
        var directions: [MetricDescriptor.Direction] = []
        for objective in race.objectives {
            guard let metric = metrics.first(where: { $0.name == objective.metric }) else {
                throw BenchError(
                    .unusableInput,
                    "\(plan.suite.path): nobody measures the race's objective '\(objective.metric)'; choose another one"
                )
            }
            directions.append(metric.direction)
        }
        let cells = Set(plan.suite.sweep?.cells.map(\.configuration) ?? [])
        let names = plan.suite.configurations.map(\.name)
        return Racing(
            race, run: run, directions: directions, configurations: names,
            named: Set(names.filter { !cells.contains($0) }), clips: plan.clipNames, taken: try store.race(of: run))
    }

    private func look(_ racing: inout Racing?, done: Int) throws(BenchError) {
        guard var known = racing else { return }
        let results = try results(of: known.run)
        let seen = Set(order.prefix(done))
        let items = Dictionary(
            grouping: (results.trials as [any ScoredItem] + results.conditions).filter { seen.contains($0.clip) },
            by: \.configuration)
        let values = RaceValues(
            known.inPlay.map { items[$0] ?? [] },
            objectives: zip(race.objectives, known.directions).map { (column: $0, better: $1) })
        let look = known.look(values)
        try store.record(look, run: known.run)
        racing = known
        onEvent(.looked(look))
    }
}
