public import Experiment

/// How the making of videos is timed (spec: experiments, section 6): one video at a time, all configurations in a new order in
/// every repeat.
public struct TimingChoice: Sendable, Equatable {
    public let repeats: Int
    /// Videos of each configuration that are made before any is measured.
    public let warmUp: Int
    /// Of the order of configurations.
    public let seed: UInt32
    /// Numbers of threads, ranks or GPUs that every configuration is timed on; empty for what the generator takes by itself.
    public let devices: [Int]
    /// A regular expression with one group, the seconds of diffusion on a line of a command's output; nil for the line
    /// "transferbench: diffusion-seconds=…".
    public let diffusionPattern: String?
    /// nil where nothing was published to compare with.
    public let published: PublishedScaling?

    public init(
        repeats: Int, warmUp: Int = 1, seed: UInt32 = 1, devices: [Int] = [], diffusionPattern: String? = nil,
        published: PublishedScaling? = nil
    ) {
        self.repeats = repeats
        self.warmUp = warmUp
        self.seed = seed
        self.devices = devices
        self.diffusionPattern = diffusionPattern
        self.published = published
    }
}
