/// Detections given to reference boxes by overlap, within one frame and class (driving.md §2.3).
public struct BoxMatching: Sendable, Equatable {
    public var overlap: BoxOverlap
    /// The least IoU of a pair.
    public var threshold: Double
    /// Overlaps are compared with this much patience: it is more than rounding, less than any overlap that matters.
    static let patience = 1e-9

    public init(overlap: BoxOverlap = .space, threshold: Double = 0.2) {
        self.overlap = overlap
        self.threshold = threshold
    }

    /// A reference box of the frame and class.
    struct Reference {
        let shape: UprightBox
        let counts: Bool
    }

    /// A detection of the frame and class.
    struct Detection {
        let shape: UprightBox
        let score: Double
        let isOutOfRange: Bool
    }

    /// The entries that one frame gives; detections in the order of their scores.
    func entries(_ references: [Reference], _ detections: [Detection]) -> PrecisionEntries {
        var entries = PrecisionEntries()
        entries.references = references.reduce(0) { $0 + ($1.counts ? 1 : 0) }
        entries.ignoredReferences = references.count - entries.references
        let tree = DiscTree(centres: references.map(\.shape.centre.onGround), radii: references.map(\.shape.radius))
        var isTaken = [Bool](repeating: false, count: references.count)
        var near: [Int] = []
        let order = detections.indices.sorted {
            (detections[$1].score, $0) < (detections[$0].score, $1)
        }
        for index in order {
            let detection = detections[index]
            tree.near(detection.shape.centre.onGround, within: detection.shape.radius, into: &near)
            // Of the counted boxes, and of the ignored ones.
            var best: [(box: Int, iou: Double)?] = [nil, nil]
            for box in near where !isTaken[box] {
                let iou = overlap.iou(references[box].shape, detection.shape)
                let group = references[box].counts ? 0 : 1
                if iou >= threshold - Self.patience, best[group].map({ iou > $0.iou + Self.patience }) ?? true {
                    best[group] = (box, iou)
                }
            }
            if let found = best[0] ?? best[1] { isTaken[found.box] = true }
            let outcome: PrecisionEntries.Outcome =
                best[0] != nil ? .hit : best[1] != nil || detection.isOutOfRange ? .neither : .falseAlarm
            entries.detections.append(.init(score: detection.score, outcome: outcome))
        }
        return entries
    }
}
