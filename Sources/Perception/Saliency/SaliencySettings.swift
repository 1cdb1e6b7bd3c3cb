/// How probabilities become a foreground mask.
public struct SaliencySettings: Sendable, Equatable {
    /// A pixel is foreground when its probability is above this.
    public var threshold: Double
    /// Frames before and after that a frame's probability is smoothed over; 0 takes each frame alone.
    public var radius: Int

    /// The range of each, for who reads them from a person.
    public static let thresholds = 0.0...1.0
    public static let radii = 0...60

    public init(threshold: Double = 0.5, radius: Int = 2) {
        precondition(Self.thresholds.contains(threshold) && Self.radii.contains(radius))
        self.threshold = threshold
        self.radius = radius
    }

    /// All of it in words, as it is recorded and as maps are told apart by it.
    public var record: [String: String] { ["threshold": "\(threshold)", "smoothing radius": "\(radius)"] }
}
