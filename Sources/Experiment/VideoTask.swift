/// What generators may use of a clip.
public struct ClipInputs: Sendable, Equatable {
    /// The clip's id in the dataset.
    public let name: String
    /// The reference video.
    public let video: String
    public let controls: [String: ControlInput]
    /// A video or folder of PNG masks; nil where the dataset has none.
    public let foreground: String?

    public init(name: String, video: String, controls: [String: ControlInput], foreground: String?) {
        self.name = name
        self.video = video
        self.controls = controls
        self.foreground = foreground
    }
}

/// A text that a video is made from.
public struct Prompt: Sendable, Equatable {
    /// "" for the clip's own caption, else the variant's name: what the video's file name says after the clip's.
    public let label: String
    public let text: String

    public init(label: String, text: String) {
        self.label = label
        self.text = text
    }
}

/// One video to be made: configuration x clip x prompt x seed.
public struct VideoTask: Sendable, Equatable {
    public let configuration: WeightedConfiguration
    public let clip: ClipInputs
    public let prompt: Prompt
    public let seed: UInt32
    /// Where the video goes, unless another lies there.
    public let output: String
    /// A short hash of what all videos of the configuration are made with: names the place beside `output`.
    public let recipe: String

    public init(
        configuration: WeightedConfiguration, clip: ClipInputs, prompt: Prompt, seed: UInt32, output: String,
        recipe: String
    ) {
        self.configuration = configuration
        self.clip = clip
        self.prompt = prompt
        self.seed = seed
        self.output = output
        self.recipe = recipe
    }
}
