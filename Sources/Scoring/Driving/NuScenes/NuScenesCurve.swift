/// Precision and errors of one class, as nuscenes-devkit 1.2.0 draws them (driving.md §3.3).
struct NuScenesCurve {
    /// Recalls below a tenth, and precision below a tenth, do not count.
    static let firstRecall = 11
    static let leastPrecision = 0.1
    /// Products, not quotients: where scores are tied the last bit decides which side of a step a recall is on.
    static let recalls = (0...100).map { $0 == 100 ? 1 : Double($0) * 0.01 }

    private let entries: NuScenesEntries
    /// The detections by score; of equal scores the later first.
    private let order: [Int]

    init(_ entries: NuScenesEntries) {
        self.entries = entries
        let scores = entries.detections.map(\.score)
        order = scores.indices.sorted { (scores[$0], $0) > (scores[$1], $1) }
    }

    /// Recall and precision after each detection at one of the thresholds; nil without reference or hit.
    private func steps(_ level: Int) -> (recall: [Double], precision: [Double])? {
        var (recall, precision) = ([Double](), [Double]())
        var hits = 0
        for (place, index) in order.enumerated() {
            if entries.detections[index].hits & 1 << level != 0 { hits += 1 }
            recall.append(Double(hits) / Double(max(1, entries.references)))
            precision.append(Double(hits) / Double(place + 1))
        }
        return hits > 0 && entries.references > 0 ? (recall, precision) : nil
    }

    /// Average precision at one of the thresholds.
    func averagePrecision(_ level: Int) -> Double {
        guard let (recall, precision) = steps(level) else { return 0 }
        let curve = Self.interpolated(Self.recalls, recall, precision, beyond: 0)
        let counted = curve[Self.firstRecall...].map { max(0, $0 - Self.leastPrecision) }
        return counted.reduce(0, +) / Double(counted.count) / (1 - Self.leastPrecision)
    }

    /// The mean of one error over the recalls that are reached; 1 where a tenth is not.
    func meanError(_ error: (NuScenesEntries.Errors) -> Double?) -> Double {
        guard let (recall, _) = steps(NuScenesEntries.measured) else { return 1 }
        let scores = order.map { entries.detections[$0].score }
        let confidences = Self.interpolated(Self.recalls, recall, scores, beyond: 0)
        guard let last = confidences.lastIndex(where: { $0 != 0 }), last >= Self.firstRecall else { return 1 }
        let hits = order.map { entries.detections[$0] }.filter { $0.errors != nil }
        let means = Self.runningMeans(hits.map { $0.errors.flatMap(error) })
        let curve = Self.interpolated(
            Array(confidences[Self.firstRecall...last]), hits.map(\.score).reversed(), means.reversed(), beyond: nil)
        return curve.reduce(0, +) / Double(curve.count)
    }

    /// The mean of the values so far that are known: 0 before the first, 1 everywhere without any.
    private static func runningMeans(_ values: [Double?]) -> [Double] {
        var (sum, count) = (0.0, 0)
        let means = values.map { value in
            if let value {
                sum += value
                count += 1
            }
            return count > 0 ? sum / Double(count) : 0
        }
        return count > 0 ? means : means.map { _ in 1 }
    }

    /// Linear interpolation as NumPy's: at equal `xs` the last counts; before the first its value, after the last its value or
    /// `beyond`.
    static func interpolated(_ at: [Double], _ xs: [Double], _ ys: [Double], beyond: Double?) -> [Double] {
        at.map { x in
            // How many are at or before x.
            var (low, high) = (0, xs.count)
            while low < high {
                let middle = (low + high) / 2
                if xs[middle] <= x { low = middle + 1 } else { high = middle }
            }
            guard low > 0 else { return ys[0] }
            let j = low - 1
            if j == xs.count - 1 { return x > xs[j] ? beyond ?? ys[j] : ys[j] }
            if xs[j] == x { return ys[j] }
            let slope = (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j])
            let rise = slope * (x - xs[j])
            return rise + ys[j]
        }
    }
}
