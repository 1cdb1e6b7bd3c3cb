public import Experiment

/// A run as it stands in the store.
public struct RunSummary: Sendable, Equatable {
    public let number: Int64
    public let name: String
    public let dataset: String
    public let profile: Profile
    public let parameters: [String: String]
    public let metrics: [MetricDescriptor]
    public let regions: [Region]
    public let environment: [String: String]
    public let createdAt: String
    /// nil while its work goes on, or when that was cut short.
    public let finishedAt: String?
    /// Videos that could not be planned, by configuration.
    public let rejected: [String: Int]
    /// How its suite lays out the table; nil where there was no suite.
    public let layout: TableLayout?
    /// Configurations in the order of table rows as planned; empty where none was planned.
    public let configurations: [String]
    /// The grid that its configurations are of; nil where there is none.
    public let sweep: Sweep?
    /// Published times that its own are shown beside; nil where there are none.
    public let scaling: PublishedScaling?
}

/// Something of one clip that has scores: a trial, or all videos of a condition.
public protocol ScoredItem: Sendable {
    var configuration: String { get }
    var clip: String { get }
    var clipIdentity: Identity { get }
    /// Which of the clip's captions it was made from; "" for its own, and for what is of all.
    var prompt: String { get }
    /// Without their per-frame values: `RunResults.curves` has the means of those.
    var scores: [Score] { get }
}

extension ScoredItem {
    /// The score of a metric in a region; nil when it was not scored.
    public func score(_ metric: String, _ region: Region) -> Score? {
        scores.first { $0.metric == metric && $0.region == region }
    }
}

/// One planned trial of a run with its scores; without any where it was not scored.
public struct TrialResults: ScoredItem {
    public let configuration: String
    public let clip: String
    public let prompt: String
    public let caption: String
    public let referencePath: String
    public let generatedPath: String
    /// Identities under which the previews are kept.
    public let clipIdentity: Identity
    public let trialIdentity: Identity
    /// nil where the store does not know what the video was made from.
    public let origin: VideoOrigin?
    public let scores: [Score]
}

/// One planned condition of a run with its scores; without any where it was not scored.
public struct ConditionResults: ScoredItem {
    public var prompt: String { "" }
    public let configuration: String
    public let clip: String
    public let videos: Int
    public let clipIdentity: Identity
    public let scores: [Score]
}

/// Something that a run has to say about one video.
public struct RunEvent: Sendable, Equatable {
    public let subject: String
    /// "failure", "part-failure" or "warning".
    public let kind: String
    public let message: String
}

/// Everything that a report shows of one run.
public struct RunResults: Sendable {
    public let run: RunSummary
    /// In plan order.
    public let trials: [TrialResults]
    /// In plan order; empty where no metric is of conditions.
    public let conditions: [ConditionResults]
    public let events: [RunEvent]
    public let curves: [Curve]
    /// What was decided in its race, in order; empty where there is none.
    public let race: [RaceLook]
    /// What was measured of its videos' making, in order of measurement; empty where nothing was.
    public let timings: [Timing]

    /// When a configuration was dropped from the run's race, and by whom; nil where it stayed.
    public func drop(of configuration: String) -> (clips: Int, by: String)? {
        for look in race {
            if let decision = look.decisions.first(where: { $0.dropped == configuration }) {
                return (look.clips, decision.by)
            }
        }
        return nil
    }

    /// A metric's mean by frame over one configuration's videos, in whole pictures.
    public struct Curve: Sendable, Equatable {
        public let configuration: String
        public let metric: String
        /// nil where no video has a value.
        public let means: [Double?]
        public let videos: Int
    }

    public var planned: Int { trials.count + run.rejected.values.reduce(0, +) }
    public var scored: Int { trials.count { !$0.scores.isEmpty } }
    /// Whether some planned trials have no scores, some parts of them failed, or some videos are not timed yet.
    public var isPartial: Bool {
        scored < planned || !timings.isEmpty && run.finishedAt == nil || conditions.contains { $0.scores.isEmpty }
            || events.contains { $0.kind != "warning" }
    }
    /// Configurations that have trials or rejected videos: in the planned order, others after them in order of first
    /// appearance.
    public var configurations: [String] {
        var seen: Set<String> = []
        let present = (trials.map(\.configuration) + run.rejected.keys.sorted()).filter { seen.insert($0).inserted }
        let planned = Set(run.configurations)
        return run.configurations.filter(seen.contains) + present.filter { !planned.contains($0) }
    }
}
