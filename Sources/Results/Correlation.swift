public import Experiment
import Foundation

/// Pearson's correlation over videos, as of a metric with a weight, with an interval over clips (experiments.md §7).
public struct Correlation: Sendable, Equatable {
    public let r: Score.Outcome
    /// From Fisher's z of the bootstrap over clips.
    public let interval: ClipInterval
    public let videos: Int
    public let clips: Int

    /// - Parameters:
    ///   - points: one for each video.
    ///   - level: of the interval, as 0.95.
    public init(_ points: [(clip: String, x: Double, y: Double)], level: Double) {
        videos = points.count
        // Moments about the means of all, so that large values with small differences lose no digits.
        let count = Double(max(points.count, 1))
        let centre = (
            x: points.reduce(0) { $0 + $1.x } / count, y: points.reduce(0) { $0 + $1.y } / count
        )
        var order: [String: Int] = [:]
        var sums: [Moments] = []
        for point in points {
            let place = order[point.clip] ?? sums.count
            if place == sums.count {
                order[point.clip] = place
                sums.append(Moments())
            }
            sums[place].add(point.x - centre.x, point.y - centre.y)
        }
        clips = sums.count
        let all = sums.reduce(into: Moments()) { $0.add($1) }
        // Less of a spread than rounding leaves is none.
        let least = (x: all.xx * 1e-13, y: all.yy * 1e-13)
        guard points.count > 1, Set(points.map(\.x)).count > 1, Set(points.map(\.y)).count > 1,
            let value = all.correlation(least: least)
        else {
            let reason =
                switch points.count {
                case 0: "no video has a value"
                case 1: "one video has no correlation"
                default: Set(points.map(\.x)).count == 1 ? "all weights are equal" : "all values are equal"
                }
            r = .unscored(reason: reason)
            interval = .absent(reason: reason)
            return
        }
        r = .scored(value)
        // Percentiles of r are too far from 0 where clips differ: for 12 clips with a spread of their own twice the noise they
        // miss the truth in 17 % of cases at level 0.95. Fisher's z is nearly normal, and its spread is what resamples tell.
        interval = bootstrapSpread(clips: clips, level: level, around: fisher(value)) { picks in
            picks.reduce(into: Moments()) { $0.add(sums[$1]) }.correlation(least: least).map(fisher)
        }.mapped(tanh)
    }
}

/// Fisher's z of a correlation; that of the last number below 1 where there is none.
private func fisher(_ r: Double) -> Double { atanh(max((-1.0).nextUp, min(1.0.nextDown, r))) }

/// Sums of two coordinates, their squares and their product.
private struct Moments {
    var n = 0.0
    var x = 0.0
    var y = 0.0
    var xx = 0.0
    var yy = 0.0
    var xy = 0.0

    mutating func add(_ a: Double, _ b: Double) {
        n += 1
        x += a
        y += b
        xx += a * a
        yy += b * b
        xy += a * b
    }

    mutating func add(_ other: Moments) {
        n += other.n
        x += other.x
        y += other.y
        xx += other.xx
        yy += other.yy
        xy += other.xy
    }

    /// nil where a coordinate spreads no more than `least`.
    func correlation(least: (x: Double, y: Double)) -> Double? {
        let (a, b) = (xx - x * x / n, yy - y * y / n)
        guard a > least.x, b > least.y else { return nil }
        return max(-1, min(1, (xy - x * y / n) / (a * b).squareRoot()))
    }
}
