public import Experiment

/// What a scoring run sets out to do.
public struct RunPlan: Sendable {
    public let name: String
    public let dataset: String
    public let profile: Profile
    /// What all its scores have in common besides the profile.
    public let parameters: [String: String]
    /// In the order of tables.
    public let metrics: [MetricDescriptor]
    public let regions: [Region]
    public let trials: [PlannedTrial]
    /// What the metrics of whole conditions are computed for; empty where there are none.
    public let conditions: [PlannedCondition]
    /// Videos that could not be planned, by configuration: they count as planned and not scored.
    public let rejected: [String: Int]
    /// How the suite lays out its table; nil where no suite is run.
    public let layout: TableLayout?
    /// Configurations in the order of table rows, those first that stand here; empty for the order of the trials.
    public let configurations: [String]
    /// The grid that the configurations are of; nil where there is none.
    public let sweep: Sweep?
    /// Published times that its own are shown beside; nil where there are none.
    public let scaling: PublishedScaling?
    /// Of what the run is about: the same command continues the same run.
    public let identity: Identity

    public init(
        name: String, dataset: String, profile: Profile, parameters: [String: String], metrics: [MetricDescriptor],
        regions: [Region], trials: [PlannedTrial], conditions: [PlannedCondition] = [], rejected: [String: Int] = [:],
        layout: TableLayout? = nil, configurations: [String] = [], sweep: Sweep? = nil,
        scaling: PublishedScaling? = nil, identity: Identity
    ) {
        self.name = name
        self.dataset = dataset
        self.profile = profile
        self.parameters = parameters
        self.metrics = metrics
        self.regions = regions
        self.trials = trials
        self.conditions = conditions
        self.rejected = rejected
        self.layout = layout
        self.configurations = configurations
        self.sweep = sweep
        self.scaling = scaling
        self.identity = identity
    }
}

/// A trial with the fingerprint of everything that its scores depend on: videos, masks, depth, profile, metric versions.
public struct PlannedTrial: Sendable {
    public let trial: Trial
    public let fingerprint: Identity

    public init(trial: Trial, fingerprint: Identity) {
        self.trial = trial
        self.fingerprint = fingerprint
    }
}

/// A condition with the fingerprint of everything that its scores depend on: videos, network, profile, metric versions.
public struct PlannedCondition: Sendable {
    public let condition: Condition
    public let fingerprint: Identity

    public init(condition: Condition, fingerprint: Identity) {
        self.condition = condition
        self.fingerprint = fingerprint
    }
}

/// What one scored trial adds to the store.
public struct TrialRecord: Sendable {
    /// Picture size, rate and length of a video.
    public struct Video: Sendable {
        public let width: Int
        public let height: Int
        public let rate: Double
        public let declaredFrames: Int?

        public init(width: Int, height: Int, rate: Double, declaredFrames: Int?) {
            self.width = width
            self.height = height
            self.rate = rate
            self.declaredFrames = declaredFrames
        }
    }

    public let reference: Video
    public let generated: Video
    public let scores: [Score]
    public let warnings: [String]
    public let failures: [String]
    /// JPEG bytes by frame number.
    public let referencePreviews: [Int: [UInt8]]
    public let generatedPreviews: [Int: [UInt8]]

    public init(
        reference: Video, generated: Video, scores: [Score], warnings: [String], failures: [String],
        referencePreviews: [Int: [UInt8]], generatedPreviews: [Int: [UInt8]]
    ) {
        self.reference = reference
        self.generated = generated
        self.scores = scores
        self.warnings = warnings
        self.failures = failures
        self.referencePreviews = referencePreviews
        self.generatedPreviews = generatedPreviews
    }
}
