/// Mean and covariance of feature sets, mergeable. A feature that a block lacks is left out of that feature's mean, and the
/// block out of the covariance, as Matlab's `nanmean` and `nancov` do.
struct NIQEDistribution: Sendable {
    private static let n = NIQEFeatures.count

    private var counts = [Double](repeating: 0, count: n)
    private var means = [Double](repeating: 0, count: n)
    /// Blocks that lack nothing: how many, their mean, and the sums of products of deviations from it.
    private(set) var complete = 0
    private var completeMeans = [Double](repeating: 0, count: n)
    private var products = [Double](repeating: 0, count: n * n)

    init() {}

    /// Of the blocks of one frame that `isChosen` takes.
    init(_ features: NIQEFeatures, where isChosen: (Int) -> Bool = { _ in true }) {
        let rows = (0..<features.blocks).filter(isChosen).map { Array(features.block($0)) }
        for j in 0..<Self.n {
            let present = rows.map { $0[j] }.filter { $0.isFinite }
            counts[j] = Double(present.count)
            means[j] = present.isEmpty ? 0 : present.reduce(0, +) / Double(present.count)
        }
        let whole = rows.filter { $0.allSatisfy(\.isFinite) }
        complete = whole.count
        guard complete > 0 else { return }
        for j in 0..<Self.n { completeMeans[j] = whole.reduce(0) { $0 + $1[j] } / Double(complete) }
        for row in whole {
            let deviations = (0..<Self.n).map { row[$0] - completeMeans[$0] }
            for i in 0..<Self.n {
                for j in 0..<Self.n { products[i * Self.n + j] += deviations[i] * deviations[j] }
            }
        }
    }

    /// Adds the blocks of another; the order of merging changes the last bits.
    mutating func merge(_ other: NIQEDistribution) {
        for j in 0..<Self.n where other.counts[j] > 0 {
            let total = counts[j] + other.counts[j]
            means[j] += (other.means[j] - means[j]) * other.counts[j] / total
            counts[j] = total
        }
        guard other.complete > 0 else { return }
        let (a, b) = (Double(complete), Double(other.complete))
        let steps = (0..<Self.n).map { other.completeMeans[$0] - completeMeans[$0] }
        for i in 0..<Self.n {
            for j in 0..<Self.n {
                products[i * Self.n + j] += other.products[i * Self.n + j] + steps[i] * steps[j] * a * b / (a + b)
            }
        }
        for j in 0..<Self.n { completeMeans[j] += steps[j] * b / (a + b) }
        complete += other.complete
    }

    /// Nil when a feature has no value in any block, or fewer than two blocks lack nothing.
    var gaussian: NIQEGaussian? {
        guard complete >= 2, counts.allSatisfy({ $0 > 0 }) else { return nil }
        return NIQEGaussian(mean: means, covariance: products.map { $0 / Double(complete - 1) })
    }
}

/// A multivariate Gaussian of features.
struct NIQEGaussian: Sendable, Equatable {
    /// 36 numbers.
    let mean: [Double]
    /// 36x36 numbers, symmetric.
    let covariance: [Double]

    /// sqrt((m1-m2)ᵀ pinv((S1+S2)/2) (m1-m2)); nil when it is not a number.
    func distance(to other: NIQEGaussian) -> Double? {
        let n = mean.count
        let step = (0..<n).map { mean[$0] - other.mean[$0] }
        let (values, vectors) = symmetricEigen(zip(covariance, other.covariance).map { ($0 + $1) / 2 }, n: n)
        // The tolerance of Matlab's pinv.
        let largest = values.reduce(0) { max($0, abs($1)) }
        let tolerance = Double(n) * largest.ulp
        var sum = 0.0
        for k in 0..<n where abs(values[k]) > tolerance {
            let along = (0..<n).reduce(0.0) { $0 + step[$1] * vectors[$1 * n + k] }
            sum += along * along / values[k]
        }
        return sum >= 0 && sum.isFinite ? sum.squareRoot() : nil
    }
}

/// Eigenvalues and eigenvectors (columns of a row-major matrix) of a symmetric matrix, by cyclic Jacobi rotations.
private func symmetricEigen(_ matrix: [Double], n: Int) -> (values: [Double], vectors: [Double]) {
    var a = matrix
    var v = [Double](repeating: 0, count: n * n)
    for i in 0..<n { v[i * n + i] = 1 }
    for _ in 0..<50 {
        var isDone = true
        for p in 0..<n - 1 {
            for q in p + 1..<n {
                let apq = a[p * n + q]
                // What is below the rounding of both diagonal entries no longer changes an eigenvalue.
                guard apq * apq > 1e-34 * abs(a[p * n + p] * a[q * n + q]) else { continue }
                isDone = false
                let theta = (a[q * n + q] - a[p * n + p]) / (2 * apq)
                let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                let c = 1 / (t * t + 1).squareRoot()
                let s = t * c
                for k in 0..<n {
                    let (x, y) = (a[k * n + p], a[k * n + q])
                    a[k * n + p] = c * x - s * y
                    a[k * n + q] = s * x + c * y
                }
                for k in 0..<n {
                    let (x, y) = (a[p * n + k], a[q * n + k])
                    a[p * n + k] = c * x - s * y
                    a[q * n + k] = s * x + c * y
                }
                for k in 0..<n {
                    let (x, y) = (v[k * n + p], v[k * n + q])
                    v[k * n + p] = c * x - s * y
                    v[k * n + q] = s * x + c * y
                }
            }
        }
        if isDone { break }
    }
    return ((0..<n).map { a[$0 * n + $0] }, v)
}
