public import Experiment

/// One number of one video's making, in one repeat on one machine. Such values belong to their environment: another machine's
/// are never taken for them.
public struct Timing: Sendable, Equatable {
    public let configuration: String
    /// The clip's id in its dataset.
    public let clip: String
    /// The prompt's label.
    public let prompt: String
    public let seed: UInt32
    /// From 1.
    public let `repeat`: Int
    /// Its place in the order of the repeat, from 0.
    public let position: Int
    /// Threads, ranks or GPUs that made the video.
    public let devices: Int
    public let metric: String
    public let outcome: Score.Outcome
    /// Versions and machine.
    public let environment: [String: String]

    public init(
        configuration: String, clip: String, prompt: String, seed: UInt32, repeat: Int, position: Int, devices: Int,
        metric: String, outcome: Score.Outcome, environment: [String: String]
    ) {
        self.configuration = configuration
        self.clip = clip
        self.prompt = prompt
        self.seed = seed
        self.repeat = `repeat`
        self.position = position
        self.devices = devices
        self.metric = metric
        self.outcome = outcome
        self.environment = environment
    }
}

extension MetricDescriptor {
    /// What is measured of the making of a video (spec: experiments, section 6), in the order of tables.
    public static let timings: [MetricDescriptor] = [
        MetricDescriptor(
            name: "generate-seconds", title: "Generate", direction: .lower, low: 0, unit: "s", regions: [.all],
            isHeadline: true),
        MetricDescriptor(
            name: "diffusion-seconds", title: "Diffusion", direction: .lower, low: 0, unit: "s", regions: [.all],
            isHeadline: true),
        MetricDescriptor(
            name: "load-seconds", title: "Load", direction: .lower, low: 0, unit: "s", regions: [.all]),
        MetricDescriptor(
            name: "frames-per-second", title: "Frames per second", direction: .higher, low: 0, unit: "1/s",
            regions: [.all]),
    ]
}
