public import Experiment
public import Video

/// How far the videos of one condition lie apart.
public struct DiversityResult: Sendable, Equatable {
    /// The distances in one region, or why there are none.
    public struct Distances: Sendable, Equatable {
        public let region: Region
        /// Distances by frame, then by pair in the order of `pairs`.
        public let values: [[Double]]
        /// Why the region has no value.
        public let failure: String?

        /// The mean over frames of each pair.
        public var pairs: [Double] {
            guard let first = values.first, failure == nil else { return [] }
            return first.indices.map { pair in values.reduce(0) { $0 + $1[pair] } / Double(values.count) }
        }

        /// The mean over pairs of each frame.
        public var frames: [Double] { failure == nil ? values.map { $0.reduce(0, +) / Double($0.count) } : [] }

        /// The mean over pairs of their means over frames.
        public var mean: Double? {
            let pairs = pairs
            return pairs.isEmpty ? nil : pairs.reduce(0, +) / Double(pairs.count)
        }
    }

    public let videos: [String]
    public let size: FrameSize
    /// How many frames of each video count.
    public let frames: Int
    public let frameLimit: Int
    public let pairs: [VideoPair]
    /// All regions that were asked for.
    public let regions: [Distances]
    public let warnings: [String]

    public subscript(region: Region) -> Distances? { regions.first { $0.region == region } }
}
