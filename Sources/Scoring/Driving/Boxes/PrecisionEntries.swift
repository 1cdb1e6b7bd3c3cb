/// What average precision needs to know of one class: in a frame, a video, or any number of videos, which are added.
public struct PrecisionEntries: Sendable, Equatable {
    /// What a detection turned out to be; the numbers are stored.
    public enum Outcome: UInt8, Sendable {
        case falseAlarm = 0
        case hit = 1
        /// On an ignored box, or out of range.
        case neither = 2
    }

    public struct Detection: Sendable, Equatable {
        public let score: Double
        public let outcome: Outcome

        public init(score: Double, outcome: Outcome) {
            self.score = score
            self.outcome = outcome
        }
    }

    /// Reference boxes that count.
    public var references = 0
    public var ignoredReferences = 0
    public var detections: [Detection] = []

    public init() {}

    public static func += (sum: inout PrecisionEntries, more: PrecisionEntries) {
        sum.references += more.references
        sum.ignoredReferences += more.ignoredReferences
        sum.detections += more.detections
    }

    public func count(_ outcome: Outcome) -> Int { detections.reduce(0) { $0 + ($1.outcome == outcome ? 1 : 0) } }
}
