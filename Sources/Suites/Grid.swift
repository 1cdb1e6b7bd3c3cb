internal import Experiment

/// A grid of configurations as it is written: what varies, and how it is combined (spec: experiments, section 1).
struct Grid {
    /// Weights that all cells share but for what their axes move.
    var base = ExactWeights()
    var axes: [GridAxis] = []
    var design = Sweep.Design.product
    var simplex: Simplex?
    var sample: Sample?
    var condition: SumCondition?
    var mostCells = 10_000
    /// Where it is written.
    let source: YAMLValue

    /// Weights that share a sum.
    struct Simplex {
        let weights: [WeightAddress]
        let step: Fraction
        let sum: Fraction
        /// Steps that the sum has.
        let steps: Int
        let isDecimal: Bool
    }

    struct Sample {
        let count: Int
        let seed: UInt32
    }

    /// What the weights of one place of the picture may add up to.
    struct SumCondition {
        let comparison: String
        let limit: Fraction

        /// Whether it holds in the foreground and in the background.
        func holds(_ weights: ExactWeights) -> Bool {
            [Region.fg, .bg].allSatisfy { region in
                // What has too many digits to be added is above no limit that a person writes by a hair.
                guard let sum = weights.sum(region) else {
                    return compare(weights.amounts.reduce(0) { $0 + $1.amount.value(region) }, limit.value)
                }
                return compare(sum, limit)
            }
        }

        private func compare<T: Comparable>(_ a: T, _ b: T) -> Bool {
            switch comparison {
            case "<": a < b
            case "<=": a <= b
            case ">": a > b
            case ">=": a >= b
            default: a == b
            }
        }
    }

    /// How many cells the design has, before `condition` leaves any out; nil for more than can be counted.
    var count: Int? {
        func product(_ factors: [Int]) -> Int? {
            factors.reduce(1) { product, factor in
                product.flatMap {
                    let (value, overflows) = $0.multipliedReportingOverflow(by: factor)
                    return overflows || value == .max ? nil : value
                }
            }
        }
        let counts = axes.map { $0.count ?? 1 }
        switch design {
        case .product: return product(counts)
        case .oneAtATime:
            return counts.reduce(1) { sum, count in
                sum.flatMap {
                    let (value, overflows) = $0.addingReportingOverflow(count)
                    return overflows ? nil : value
                }
            }
        case .sample: return sample?.count
        case .simplex:
            guard let simplex else { return 0 }
            // Ways to share out the steps, one weight after the other: each division leaves no rest.
            var ways = 1
            for weight in 1..<max(1, simplex.weights.count) {
                let (sum, isOver) = simplex.steps.addingReportingOverflow(weight)
                guard !isOver, let value = product([ways, sum]) else { return nil }
                ways = value / weight
            }
            return ways
        }
    }

    /// - Throws: `BenchError` 65, when there are too many cells.
    func checkCount() throws(BenchError) {
        guard let count else {
            throw source.wrong(
                "has more than \(Int.max) cells, and at most \(mostCells) are taken; leave out values or axes")
        }
        guard count <= mostCells else {
            throw source.wrong(
                "has \(count) cells, and at most \(mostCells) are taken; leave out values or axes, or raise max-cells")
        }
        // A sample is no larger for the values that it is taken from.
        for axis in axes {
            guard let values = axis.count, values > mostCells else { continue }
            throw axis.source.wrong(
                "has \(values) values, and at most \(mostCells) are taken; take larger steps, or leave the step out")
        }
    }
}

extension ControlAmount {
    fileprivate func value(_ region: Region) -> Double {
        switch self {
        case .uniform(let value): value
        case .regional(let fg, let bg): region == .fg ? fg : bg
        }
    }
}
