public import Video

/// How far two lane masks of one frame agree: what `lane-miou` stores (driving.md §4.1).
public struct LaneOverlap: Sendable, Equatable {
    /// Pixels that are lane in both masks.
    public let common: Int
    /// In either.
    public let either: Int

    public init(common: Int, either: Int) {
        self.common = common
        self.either = either
    }

    /// - Parameter generated: brought to the reference's size by the nearest pixel.
    public init(reference: Plane, generated: Plane) {
        let other = generated.size == reference.size ? generated : generated.nearest(reference.size)
        var (common, either) = (0, 0)
        for (a, b) in zip(reference.pixels, other.pixels) {
            if a != 0 && b != 0 { common += 1 }
            if a != 0 || b != 0 { either += 1 }
        }
        self.init(common: common, either: either)
    }

    /// Intersection over union; nil where neither mask has a lane.
    public var iou: Double? { either > 0 ? Double(common) / Double(either) : nil }

    /// The mean over the frames that have a value; nil without any.
    public static func mean(_ frames: [LaneOverlap]) -> Double? {
        let values = frames.compactMap(\.iou)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// Of all pixels of all frames at once.
    public static func pooled(_ frames: [LaneOverlap]) -> Double? {
        LaneOverlap(
            common: frames.reduce(0) { $0 + $1.common }, either: frames.reduce(0) { $0 + $1.either }
        ).iou
    }
}
