/// How long the making of one video took.
public struct GenerationTimes: Sendable, Equatable {
    /// Wall time of the video; without the loading of weights, as far as that is known.
    public let generate: Double
    /// Loading weights; nil where it is not known.
    public let load: Double?
    /// The sampler alone; nil where it is not known.
    public let diffusion: Double?

    public init(generate: Double, load: Double? = nil, diffusion: Double? = nil) {
        self.generate = generate
        self.load = load
        self.diffusion = diffusion
    }
}

/// Seconds since a moment.
func seconds(since began: ContinuousClock.Instant) -> Double {
    began.duration(to: .now) / .seconds(1)
}
