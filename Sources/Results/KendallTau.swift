/// Kendall's rank correlation of two lists of equal length, in the form for ties (Kendall 1945, tau-b):
///
///     tau_b = (C - D) / sqrt((P - X) (P - Y))
///
/// where of all P = n (n - 1) / 2 pairs of places C are ordered alike in both lists, D are ordered oppositely, X are equal in
/// the first list and Y in the second. 1: the same order; -1: the reversed one.
/// - Returns: nil when all values of a list are equal, or there are fewer than two: then there is no order.
public func kendallTau(_ first: [Double], _ second: [Double]) -> Double? {
    precondition(first.count == second.count, "lists of different lengths have no rank correlation")
    var (difference, inFirst, inSecond) = (0, 0, 0)
    for i in first.indices {
        for j in 0..<i {
            let a = order(first[i], first[j])
            let b = order(second[i], second[j])
            difference += a * b
            inFirst += a * a
            inSecond += b * b
        }
    }
    guard inFirst > 0, inSecond > 0 else { return nil }
    // Where both lists have the same ties the root is exact, so that the same order gives exactly 1.
    if inFirst == inSecond { return Double(difference) / Double(inFirst) }
    return Double(difference) / (Double(inFirst) * Double(inSecond)).squareRoot()
}

private func order(_ a: Double, _ b: Double) -> Int { a < b ? -1 : a > b ? 1 : 0 }
