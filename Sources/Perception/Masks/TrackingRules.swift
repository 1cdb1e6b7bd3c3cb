/// How SAM2's masks are chosen, remembered and carried on. The defaults are those of its published models and of its video
/// predictor; the same keys in a card's `settings` change them.
public struct TrackingRules: Sendable, Equatable {
    /// A remembered mask is shade * scale + bias, a shade being 0 to 1 (`memory-scale`, `memory-bias`).
    public var memoryScale: Float = 20
    public var memoryBias: Float = -10
    /// Frames that are remembered, with the prompted one (`memory-frames`).
    public var memoryFrames = 7
    /// Object pointers that are remembered (`pointers`).
    public var pointers = 16
    /// Gaps of at most so many pixels of the network's mask are filled, 0 for none (`fill-gaps`).
    public var fillGaps = 8
    /// `stability-delta`, `stability-threshold`: when the mask for a sure prompt is replaced by the best of the others.
    public var stabilityDelta: Float = 0.05
    public var stabilityThreshold: Float = 0.98

    /// - Parameter settings: of a network's card.
    public init(settings: [String: Double] = [:]) {
        func whole(_ key: String, _ range: ClosedRange<Int>, or fallback: Int) -> Int {
            settings[key].flatMap { Int(exactly: $0) }.map { min(max($0, range.lowerBound), range.upperBound) }
                ?? fallback
        }
        memoryScale = settings["memory-scale"].map(Float.init) ?? memoryScale
        memoryBias = settings["memory-bias"].map(Float.init) ?? memoryBias
        memoryFrames = whole("memory-frames", 1...64, or: memoryFrames)
        pointers = whole("pointers", 1...64, or: pointers)
        fillGaps = whole("fill-gaps", 0...1 << 20, or: fillGaps)
        stabilityDelta = settings["stability-delta"].map(Float.init) ?? stabilityDelta
        stabilityThreshold = settings["stability-threshold"].map(Float.init) ?? stabilityThreshold
    }

    var stability: Stability { Stability(delta: stabilityDelta, threshold: stabilityThreshold) }

    var words: String {
        "memory \(memoryScale) \(memoryBias) \(memoryFrames) pointers \(pointers) fill \(fillGaps) stability \(stabilityDelta) \(stabilityThreshold)"
    }
}
