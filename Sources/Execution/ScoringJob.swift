public import Experiment
public import Results
public import Scoring

/// A scoring run, ready to go: the plan that the store keeps, and for each of its trials the files.
public struct ScoringJob: Sendable {
    /// Something wrong with one file that was found while planning.
    public struct Issue: Sendable, Equatable {
        public let subject: String
        public let message: String
        /// A warning loses nothing; otherwise the video is not scored.
        public let isWarning: Bool
        /// Why there is no video, where there is none.
        public let failure: VideoFailure?

        public init(subject: String, message: String, isWarning: Bool, failure: VideoFailure? = nil) {
            self.subject = subject
            self.message = message
            self.isWarning = isWarning
            self.failure = failure
        }
    }

    public let plan: RunPlan
    /// The files of `plan.trials`, in the same order.
    public let sources: [PairSources]
    /// The conditions of `plan.conditions`, in the same order, with where their foreground comes from.
    let conditions: [ConditionSources]
    /// Of those files when they were hashed: scores are kept only of files that have not changed since.
    let stamps: [String]
    public let issues: [Issue]
    public let options: ScoringOptions
    let networks: ScoringNetworks?
}

/// What a person asks to have scored.
public struct ScoringRequest: Sendable {
    /// The videos of one configuration.
    public enum Videos: Sendable, Equatable {
        /// `DIR` or `NAME=DIR`: all videos there.
        case folder(String)
        /// Some videos of a folder.
        case files(configuration: String, folder: String, videos: [String])
    }

    /// A video that was to be there and is not.
    public struct Lost: Sendable, Equatable {
        public let configuration: String
        public let clip: String
        public let subject: String
        /// nil where nobody tried yet.
        public let failure: VideoFailure?
    }

    public let dataset: String
    /// One a configuration.
    public let videos: [Videos]
    /// A folder of foreground masks; nil takes the dataset's own, if it has one.
    public let foreground: String?
    public let name: String?
    public let options: ScoringOptions
    public let networks: ScoringNetworks?
    /// nil leaves NIQE out.
    public let niqe: NIQEChoice?
    /// Planned videos that do not exist: they count, and are not scored.
    public var lost: [Lost] = []
    /// What a reader of some videos' scores has to know.
    public var remarks: [ScoringJob.Issue] = []
    /// How the run's table is laid out; nil for the usual layout.
    public var layout: TableLayout?
    /// Configurations in the order of the table's rows; empty for the order of `videos`.
    public var configurations: [String] = []
    /// The grid that the configurations are of; nil where there is none.
    public var sweep: Sweep?
    /// What the run is of, where that is more than the videos that exist so far; nil takes their folders.
    public var planned: [String]?
    /// Whether foreground and background are told apart where masks are there.
    public var hasRegions = true

    public init(
        dataset: String, videos: [Videos], foreground: String? = nil, name: String? = nil, options: ScoringOptions,
        networks: ScoringNetworks? = nil, niqe: NIQEChoice? = nil
    ) {
        self.dataset = dataset
        self.videos = videos
        self.foreground = foreground
        self.name = name
        self.options = options
        self.networks = networks
        self.niqe = niqe
    }
}
