public import Experiment

/// An experiment: what to generate on which clips, how to score it, how to lay out the table. All paths are absolute.
public struct Suite: Sendable, Equatable {
    /// The short name, as "table1": names folders and runs.
    public let name: String
    /// The file that it was read from.
    public let path: String
    /// A folder in the layout that `score --dataset` reads, with `controls/NAME/ID.*` beside it.
    public let dataset: String
    /// nil for all clips of the dataset.
    public let clips: ClipChoice?
    public let generator: GeneratorChoice
    /// Presets for controls that are made from the clip, by control; others are in the dataset.
    public let presets: [String: String]
    /// Those that are named, then the cells of the grid.
    public let configurations: [WeightedConfiguration]
    /// The grid; nil where there is none.
    public let sweep: Sweep?
    public let prompts: PromptChoice
    public let seeds: [UInt32]
    public let metrics: MetricChoice
    public let layout: TableLayout
    /// nil where all that is planned is run.
    public let race: Race?
    /// The line of the suite's file that asks for it.
    public let raceLine: Int?
    /// nil where videos are made once, as fast as the machine can.
    public let timing: TimingChoice?
    /// By configuration's name; those that are not there are made by `generator` as it is.
    public let rowGenerators: [String: RowGenerator]

    public init(
        name: String, path: String, dataset: String, clips: ClipChoice? = nil, generator: GeneratorChoice,
        presets: [String: String], configurations: [WeightedConfiguration], prompts: PromptChoice, seeds: [UInt32],
        metrics: MetricChoice, layout: TableLayout, sweep: Sweep? = nil, race: Race? = nil, raceLine: Int? = nil,
        timing: TimingChoice? = nil, rowGenerators: [String: RowGenerator] = [:]
    ) {
        self.name = name
        self.path = path
        self.dataset = dataset
        self.clips = clips
        self.generator = generator
        self.presets = presets
        self.configurations = configurations
        self.prompts = prompts
        self.seeds = seeds
        self.metrics = metrics
        self.layout = layout
        self.sweep = sweep
        self.race = race
        self.raceLine = raceLine
        self.timing = timing
        self.rowGenerators = rowGenerators
    }
}

/// Which of a dataset's clips an experiment is made on.
public enum ClipChoice: Sendable, Equatable {
    /// The first so many, in the order of their ids; all where there are fewer.
    case first(Int)
    /// By id.
    case ids([String])
}

/// Who makes the videos.
public enum GeneratorChoice: Sendable, Hashable {
    /// Our own engine with a weights folder; nil takes the folder's own settings.
    case embedded(weights: String, steps: Int?, guidance: Double?)
    /// A program that is run once a video: its words, with {spec}, {out} and other places filled in; and the most minutes that
    /// a video may take, nil for any time.
    case command(words: [String], files: [String], minutes: Double?)
    /// A folder CONFIGURATION/ID.mp4, ID__PROMPT.mp4 of videos that exist.
    case recorded(folder: String)
}

/// Which of a clip's captions videos are made from.
public enum PromptChoice: Sendable, Equatable {
    /// The clip's own alone.
    case own
    /// The clip's own and all its variants.
    case all
    /// By label; "" is the clip's own.
    case labels([String])
    /// The same texts for every clip, by label.
    case texts([Prompt])
}

/// What is measured, and with what.
public struct MetricChoice: Sendable, Equatable {
    public var profile: Profile
    /// Diameter, sigma of colour, sigma of space of Blur SSIM's filter; nil for the published 30, 150, 100.
    public var blur: BlurParameters?
    /// Canny's thresholds; nil for the published 100, 200.
    public var canny: CannyThresholds?
    /// Networks by task: a folder's absolute path, or the plain name of one among a person's own.
    public var depthNetwork: String?
    public var maskNetwork: String?
    public var phraseNetwork: String?
    public var perceptualNetwork: String?
    public var qualityNetwork: String?
    public var saliencyNetwork: String?
    /// Whether foreground and background are told apart, with the dataset's masks or the saliency network.
    public var hasRegions: Bool
    /// Block size of a NIQE model fitted on the dataset's clips; nil leaves NIQE out.
    public var niqeBlock: Int?

    public init(profile: Profile, hasRegions: Bool = false) {
        self.profile = profile
        self.hasRegions = hasRegions
    }

    public struct BlurParameters: Sendable, Equatable {
        public let diameter: Int
        public let sigmaColor: Double
        public let sigmaSpace: Double

        public init(diameter: Int, sigmaColor: Double, sigmaSpace: Double) {
            self.diameter = diameter
            self.sigmaColor = sigmaColor
            self.sigmaSpace = sigmaSpace
        }
    }

    public struct CannyThresholds: Sendable, Equatable {
        public let low: Double
        public let high: Double

        public init(low: Double, high: Double) {
            self.low = low
            self.high = high
        }
    }
}
