/// How the area under a precision-recall curve is taken (driving.md §2.4).
public enum PrecisionInterpolation: String, Sendable, CaseIterable {
    /// Under the whole curve.
    case all
    /// At 40 recalls.
    case r40
    /// At 101 recalls, as COCO does.
    case r101 = "101"
}

/// The precision-recall curve of one class: a point after each group of equal scores as a whole, so that the order of frames,
/// videos and shards changes nothing.
public struct PrecisionCurve: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
        public let score: Double
        public let hits: Int
        /// Hits and false alarms.
        public let detections: Int
        /// The best precision at this many hits or more.
        public fileprivate(set) var bestPrecision: Double
    }

    public let references: Int
    public let points: [Point]

    public init(_ entries: PrecisionEntries) {
        references = entries.references
        let judged = entries.detections.filter { $0.outcome != .neither }.sorted { $0.score > $1.score }
        var points: [Point] = []
        var hits = 0
        for (index, detection) in judged.enumerated() {
            if detection.outcome == .hit { hits += 1 }
            if index + 1 < judged.count && judged[index + 1].score == detection.score { continue }
            points.append(
                Point(
                    score: detection.score, hits: hits, detections: index + 1,
                    bestPrecision: Double(hits) / Double(index + 1)))
        }
        // Points with the same number of hits share the best precision of the first and all later ones.
        var best = 0.0
        for index in points.indices.reversed() {
            best = max(best, points[index].bestPrecision)
            points[index].bestPrecision = best
        }
        self.points = points
    }

    /// Between 0 and 1; nil without reference boxes.
    public func averagePrecision(_ interpolation: PrecisionInterpolation) -> Double? {
        guard references > 0 else { return nil }
        switch interpolation {
        case .all:
            var (sum, before) = (0.0, 0)
            for point in points where point.hits > before {
                sum += Double(point.hits - before) / Double(references) * point.bestPrecision
                before = point.hits
            }
            return sum
        case .r40: return mean(at: 1...40, of: 40)
        case .r101: return mean(at: 0...100, of: 100)
        }
    }

    /// The mean of the best precisions at recalls of `steps` parts in `whole`, which are compared as integers.
    private func mean(at steps: ClosedRange<Int>, of whole: Int) -> Double {
        var (sum, index) = (0.0, 0)
        for step in steps {
            while index < points.count && whole * points[index].hits < step * references { index += 1 }
            if index < points.count { sum += points[index].bestPrecision }
        }
        return sum / Double(steps.count)
    }
}
