/// What nuScenes' detection score needs to know of one class: in a sample, a video, or any number of videos, which are added
/// in order (driving.md §3.4).
public struct NuScenesEntries: Sendable, Equatable {
    /// Distances of centres, in metres, within which a detection is a hit.
    public static let thresholds = [0.5, 1, 2, 4]
    /// The threshold at which hits are measured.
    static let measured = 2

    /// The five errors of a hit; nil where one is unknown.
    public struct Errors: Sendable, Equatable {
        public let translation, scale, orientation: Double
        public let velocity, attribute: Double?
    }

    public struct Detection: Sendable, Equatable {
        public let score: Double
        /// One bit a threshold.
        public let hits: UInt8
        /// Of a hit at 2 m.
        public let errors: Errors?
    }

    /// Reference boxes after filtering.
    public var references = 0
    /// In the order of the files.
    public var detections: [Detection] = []

    public init() {}

    public static func += (sum: inout NuScenesEntries, more: NuScenesEntries) {
        sum.references += more.references
        sum.detections += more.detections
    }
}
