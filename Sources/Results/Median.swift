import Foundation

/// A median with its distribution-free interval: between two of the values in their order, whatever they are spread like.
public struct Median: Sendable, Equatable {
    public let value: Double
    public let n: Int
    /// From the k-th smallest value to the k-th largest, with the largest k for which P(B < k) <= (1 - level) / 2, B binomial
    /// (n, 1/2); or why there is none.
    public let interval: ClipInterval

    /// - Parameter level: that the interval covers the true median with at least, as 0.95.
    /// - Returns: nil without values.
    public init?(_ values: [Double], level: Double = 0.95) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        n = sorted.count
        value = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2
        let k = Self.depth(n, level: level)
        let fewest = Self.fewest(level: level)
        interval =
            k > 0
            ? .bounds(sorted[k - 1]...sorted[n - k])
            : .absent(reason: "\(n) value\(n == 1 ? " is" : "s are") too few for an interval, which takes \(fewest)")
    }

    /// The largest k whose interval covers enough; 0 where even least to greatest covers too little.
    private static func depth(_ n: Int, level: Double) -> Int {
        let tail = (1 - level) / 2
        var k = 0
        var below = 0.0
        // P(B = k), from logarithms: 2^-n is no number for large n.
        while 2 * k < n {
            let chance = exp(
                lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1)) - Double(n) * log(2))
            below += chance
            // The sum is exact where it matters: ties with the tail, as 2^-n, are powers of 2.
            guard below <= tail * (1 + 1e-12) else { break }
            k += 1
        }
        return k
    }

    /// The fewest values whose range covers the median at the level.
    static func fewest(level: Double) -> Int { max(2, Int((1 - log2(1 - level)).rounded(.up))) }
}
