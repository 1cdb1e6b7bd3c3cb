import Foundation

/// How a time falls with the number of devices: t(N) = a/N + b + c log2 N with a, b, c >= 0, least squares (spec: experiments,
/// section 6). a is what devices share, b what each of them has to do, c what they say to each other.
public struct ScalingFit: Sendable, Equatable {
    public let shared: Double
    public let constant: Double
    public let talk: Double
    /// The root of the mean squared rest.
    public let residual: Double

    /// Fits some times, all of the same weight.
    /// - Parameter points: devices, of 1 or more, and seconds.
    /// - Returns: nil where fewer than two numbers of devices have a time.
    public init?(_ points: [(devices: Int, seconds: Double)]) {
        guard Set(points.map(\.devices)).count >= 2 else { return nil }
        let columns = [
            points.map { 1 / Double($0.devices) }, points.map { _ in 1 }, points.map { log2(Double($0.devices)) },
        ]
        let (weights, squares) = nonNegativeLeastSquares(columns, points.map(\.seconds))
        (shared, constant, talk) = (weights[0], weights[1], weights[2])
        residual = (squares / Double(points.count)).squareRoot()
    }

    /// Seconds on so many devices.
    public func seconds(devices: Double) -> Double { shared / devices + constant + talk * log2(devices) }
}

/// Weights of 0 or more whose sum of columns comes nearest to some values: exactly, as the best of all choices of columns whose
/// free least squares are not negative. For a few columns only: there are 2^n choices.
/// - Returns: the weights, and the sum of squares that is left.
func nonNegativeLeastSquares(_ columns: [[Double]], _ values: [Double]) -> (weights: [Double], squares: Double) {
    var best = (
        weights: [Double](repeating: 0, count: columns.count), squares: values.reduce(0) { $0 + $1 * $1 }
    )
    let choices = (1..<1 << columns.count).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
    for choice in choices {
        let chosen = columns.indices.filter { choice >> $0 & 1 == 1 }
        guard let weights = leastSquares(chosen.map { columns[$0] }, values), weights.allSatisfy({ $0 >= 0 }) else {
            continue
        }
        var squares = 0.0
        for row in values.indices {
            let rest = values[row] - zip(chosen, weights).reduce(0) { $0 + columns[$1.0][row] * $1.1 }
            squares += rest * rest
        }
        // More columns that do no better are no better.
        guard squares < best.squares * (1 - 1e-12) else { continue }
        best.squares = squares
        best.weights = [Double](repeating: 0, count: columns.count)
        for (column, weight) in zip(chosen, weights) { best.weights[column] = weight }
    }
    return best
}

/// Free least squares by modified Gram-Schmidt; nil where the columns depend on each other.
private func leastSquares(_ columns: [[Double]], _ values: [Double]) -> [Double]? {
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let n = columns.count
    guard n <= values.count else { return nil }
    var q = columns
    var rest = values
    var r = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    var target = [Double](repeating: 0, count: n)
    for i in 0..<n {
        let length = product(q[i], q[i]).squareRoot()
        guard length > 1e-10 * product(columns[i], columns[i]).squareRoot(), length > 0 else { return nil }
        r[i][i] = length
        q[i] = q[i].map { $0 / length }
        for j in (i + 1)..<max(n, i + 1) {
            r[i][j] = product(q[i], q[j])
            q[j] = zip(q[j], q[i]).map { $0 - r[i][j] * $1 }
        }
        target[i] = product(q[i], rest)
        rest = zip(rest, q[i]).map { $0 - target[i] * $1 }
    }
    var weights = target
    for i in (0..<n).reversed() {
        for j in (i + 1)..<max(n, i + 1) { weights[i] -= r[i][j] * weights[j] }
        weights[i] /= r[i][i]
    }
    return weights
}
