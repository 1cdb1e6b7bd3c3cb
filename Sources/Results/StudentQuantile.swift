import Foundation

/// The standard normal distribution: the share below x.
func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

/// The t that Student's distribution keeps a share of its mass within: P(|T| < t) = level. For a level of 0.95 that is the
/// quantile of 0.975.
/// - Parameters:
///   - level: 0..<1.
///   - degrees: of freedom, 1 or more.
func studentQuantile(level: Double, degrees: Int) -> Double {
    precondition((0..<1).contains(level) && degrees > 0, "a level below 1 and a degree of freedom")
    var (low, high) = (0.0, 1.0)
    while studentShare(within: high, degrees: degrees) < level { (low, high) = (high, 2 * high) }
    while true {
        let middle = low + (high - low) / 2
        guard middle > low, middle < high else { return high }
        if studentShare(within: middle, degrees: degrees) < level { low = middle } else { high = middle }
    }
}

/// P(T > t) for t of 0 or more, as far as the finite sums resolve it: to some 1e-16.
func studentTail(_ t: Double, degrees: Int) -> Double { max(0, 1 - studentShare(within: t, degrees: degrees)) / 2 }

/// P(|T| < t), by the finite sums for whole degrees (Abramowitz and Stegun 26.7.3 and 26.7.4): all terms are positive, so that
/// nothing cancels.
private func studentShare(within t: Double, degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let isOdd = degrees % 2 == 1
    let square = cos(angle) * cos(angle)
    var term = isOdd ? cos(angle) : 1
    var sum = degrees == 1 ? 0 : term
    var k = isOdd ? 3 : 2
    while k < degrees, term > 0 {
        term *= square * Double(k - 1) / Double(k)
        sum += term
        k += 2
    }
    return isOdd ? 2 / Double.pi * (angle + sin(angle) * sum) : sin(angle) * sum
}
