/// OpenLane's measure of lanes in space, as its evaluator is since 2022-09 (driving.md §4.3): counts and errors of any number
/// of frames, which are added. Points are metres in the frame of the camera's ground: x right, y ahead, z up.
public struct LaneF1: Sendable, Equatable {
    /// Lanes that are compared.
    public private(set) var reference = 0
    public private(set) var predicted = 0
    /// Pairs near enough to be the same lane.
    public private(set) var accepted = 0
    /// Accepted pairs whose match covers enough of the reference's lane; of the predicted one.
    public private(set) var recallHits = 0
    public private(set) var precisionHits = 0
    /// Accepted pairs of one kind.
    public private(set) var sameKind = 0
    /// Of each accepted pair that has samples there, the mean distance in metres.
    private var errors: [Measure: [Double]] = [:]

    public enum Measure: String, Sendable, CaseIterable {
        case xNear, xFar, zNear, zFar
    }

    private static let samples = (3...102).map(Double.init)
    /// Of one sample, in metres.
    private static let threshold = 1.5
    private static let coverage = 0.75
    private static let nearest = 40.0
    private static let widest = 10.0
    private static let farthest = 200.0

    public init() {}

    public mutating func add(reference: [LaneLine], predicted: [LaneLine]) {
        let wanted = reference.compactMap { Sampled($0) }
        let given = predicted.compactMap { Sampled($0) }
        self.reference += wanted.count
        self.predicted += given.count
        guard !wanted.isEmpty, !given.isEmpty else { return }
        let cost = wanted.map { a in given.map { b in Self.cost(a, b) } }
        for (row, column) in leastCostAssignment(cost.map { $0.map(\.cost) }) {
            let pair = cost[row][column]
            guard pair.cost < Self.threshold * Double(Self.samples.count) else { continue }
            let (a, b) = (wanted[row], given[column])
            accepted += 1
            if Double(pair.matched) >= Self.coverage * Double(a.visible) { recallHits += 1 }
            if Double(pair.matched) >= Self.coverage * Double(b.visible) { precisionHits += 1 }
            if a.kind == b.kind { sameKind += 1 }
            measure(a, b)
        }
    }

    public static func += (sum: inout LaneF1, more: LaneF1) {
        sum.reference += more.reference
        sum.predicted += more.predicted
        sum.accepted += more.accepted
        sum.recallHits += more.recallHits
        sum.precisionHits += more.precisionHits
        sum.sameKind += more.sameKind
        sum.errors.merge(more.errors) { $0 + $1 }
    }

    /// Nil without lanes in the reference; of the predictions.
    public var recall: Double? { Self.share(recallHits, reference) }
    public var precision: Double? { Self.share(precisionHits, predicted) }
    /// Of accepted pairs.
    public var categoryAccuracy: Double? { Self.share(sameKind, accepted) }

    /// Nil where neither side has a lane; 0 where nothing is found.
    public var f1: Double? {
        guard reference + predicted > 0 else { return nil }
        let (r, p) = (recall ?? 0, precision ?? 0)
        return r + p > 0 ? 2 * r * p / (r + p) : 0
    }

    /// The mean of an error over pairs; nil without a pair that has it.
    public func error(_ measure: Measure) -> Double? {
        errors[measure].map { $0.reduce(0, +) / Double($0.count) }
    }

    private static func share(_ part: Int, _ whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    /// The sum of the samples' distances, as the evaluator rounds it, and how many samples match.
    private static func cost(_ a: Sampled, _ b: Sampled) -> (cost: Double, matched: Int) {
        var (sum, matched) = (0.0, 0)
        for index in samples.indices {
            switch (a.isVisible[index], b.isVisible[index]) {
            case (true, true):
                let distance = SIMD2(a.x[index] - b.x[index], a.z[index] - b.z[index]).length
                sum += distance
                if distance < threshold { matched += 1 }
            case (false, false): break
            default: sum += threshold
            }
        }
        return (sum > 0 && sum < 1 ? 1 : sum.rounded(.down), matched)
    }

    private mutating func measure(_ a: Sampled, _ b: Sampled) {
        for (isNear, x, z) in [(true, Measure.xNear, Measure.zNear), (false, .xFar, .zFar)] {
            let both = Self.samples.indices.filter {
                a.isVisible[$0] && b.isVisible[$0] && (Self.samples[$0] <= Self.nearest) == isNear
            }
            guard !both.isEmpty else { continue }
            let count = Double(both.count)
            errors[x, default: []].append(both.reduce(0) { $0 + abs(a.x[$1] - b.x[$1]) } / count)
            errors[z, default: []].append(both.reduce(0) { $0 + abs(a.z[$1] - b.z[$1]) } / count)
        }
    }

    /// A lane at a sample every metre ahead.
    private struct Sampled {
        let kind: String
        let x, z: [Double]
        let isVisible: [Bool]
        var visible: Int { isVisible.reduce(0) { $0 + ($1 ? 1 : 0) } }

        /// Nil for a lane that is not compared: too far, too near, too wide or too short.
        init?(_ lane: LaneLine) {
            guard let first = lane.points.first, let last = lane.points.last, first.y < LaneF1.samples[99],
                last.y > LaneF1.samples[0]
            else { return nil }
            let points = lane.points.filter { $0.y > 0 && $0.y < LaneF1.farthest && abs($0.x) < LaneF1.widest }
                .enumerated().sorted { ($0.element.y, $0.offset) < ($1.element.y, $1.offset) }.map(\.element)
            guard points.count >= 2, let low = points.first?.y, let high = points.last?.y else { return nil }
            var (x, z, isVisible) = ([Double](), [Double](), [Bool]())
            for y in LaneF1.samples {
                // The piece that the sample is on; beyond the ends, the first or the last.
                let next = min(max(1, points.firstIndex { $0.y >= y } ?? points.count), points.count - 1)
                let (from, to) = (points[next - 1], points[next])
                let share = to.y > from.y ? (y - from.y) / (to.y - from.y) : 0
                let place = from + (to - from) * share
                x.append(place.x)
                z.append(place.z)
                isVisible.append(abs(place.x) <= LaneF1.widest && y >= low && y <= high)
            }
            (kind, self.x, self.z, self.isVisible) = (lane.kind, x, z, isVisible)
            guard visible >= 2 else { return nil }
        }
    }
}
