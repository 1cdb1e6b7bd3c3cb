public import Experiment

/// The values of a metric in several rows, by clip: a resample takes the same clips for all rows, so that what makes a clip
/// hard for everybody does not blur the comparison of rows.
public struct PairedValues: Sendable {
    /// How many clips have a value in any row.
    public let clips: Int
    /// By row, then clip.
    private let sums: [[ClipSum]]

    /// - Parameter rows: the trials, or the conditions, of each row.
    public init(_ rows: [[any ScoredItem]], metric: String, region: Region) {
        var places: [String: Int] = [:]
        var sums = rows.map { _ in [ClipSum]() }
        for (row, items) in rows.enumerated() {
            for item in items {
                guard let value = item.score(metric, region)?.outcome.value else { continue }
                let place = places[item.clip] ?? places.count
                places[item.clip] = place
                sums[row] += [ClipSum](repeating: ClipSum(), count: max(0, place + 1 - sums[row].count))
                sums[row][place].add(value)
            }
        }
        clips = places.count
        self.sums = sums.map { $0 + [ClipSum](repeating: ClipSum(), count: places.count - $0.count) }
    }

    /// Each row's mean over all its values; nil where it has none.
    public var means: [Double?] { sums.map { mean(of: $0, $0.indices) } }

    // MARK: order of the rows

    /// How far rows stand in the same order as published numbers.
    public struct Ranking: Sendable {
        /// Kendall's tau-b of the rows' means and the published values, both turned so that larger is better.
        public let tau: Score.Outcome
        /// Expanded percentile bootstrap over clips of that.
        public let interval: ClipInterval
        /// Rows that have a mean.
        public let rows: Int
        public let clips: Int
    }

    /// Holds the order of the rows' means against that of published values.
    /// - Parameters:
    ///   - published: a value for each row.
    ///   - better: which way is better in our metric, and in the published one.
    ///   - level: of the interval, as 0.95.
    public func ranking(
        against published: [Double], better: (ours: MetricDescriptor.Direction, theirs: MetricDescriptor.Direction),
        level: Double
    ) -> Ranking {
        precondition(published.count == sums.count, "a published value for each row")
        let sign = better.ours == better.theirs ? 1.0 : -1.0
        func tau(_ means: [Double?]) -> Double? {
            let rows = means.indices.filter { means[$0] != nil }
            return kendallTau(rows.map { means[$0]! }, rows.map { sign * published[$0] })
        }
        let means = self.means
        let rows = means.indices.filter { means[$0] != nil }
        guard let value = tau(means) else {
            let reason = reason(rows.map { means[$0]! }, rows.map { published[$0] })
            return Ranking(
                tau: .unscored(reason: reason), interval: .absent(reason: reason), rows: rows.count, clips: clips)
        }
        let interval = bootstrapInterval(clips: clips, level: level) { picks in
            tau(sums.map { mean(of: $0, picks) })
        }
        return Ranking(tau: .scored(value), interval: interval, rows: rows.count, clips: clips)
    }

    private func reason(_ means: [Double], _ published: [Double]) -> String {
        if means.isEmpty { return "no row has a value" }
        if means.count == 1 { return "one row has no order" }
        return Set(published).count == 1 ? "all published values are equal" : "all our means are equal"
    }

    // MARK: two rows

    /// The mean of one row less that of another, over the clips that both have.
    public struct Difference: Sendable, Equatable {
        public let value: Double
        /// Expanded percentile bootstrap over those clips.
        public let interval: ClipInterval
        public let clips: Int
    }

    /// - Returns: nil where the rows share no clip.
    public func difference(_ first: Int, _ second: Int, level: Double) -> Difference? {
        let shared = (0..<clips).filter { sums[first][$0].n > 0 && sums[second][$0].n > 0 }
        let (a, b) = (shared.map { sums[first][$0] }, shared.map { sums[second][$0] })
        func difference(_ places: some Sequence<Int>) -> Double? {
            guard let x = mean(of: a, places), let y = mean(of: b, places) else { return nil }
            return x - y
        }
        guard let value = difference(shared.indices) else { return nil }
        let interval = bootstrapInterval(clips: shared.count, level: level) { difference($0) }
        return Difference(value: value, interval: interval, clips: shared.count)
    }
}
