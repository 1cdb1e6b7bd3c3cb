public import Experiment

/// How much a metric changes with each weight of a grid: least squares over the means of cells, intervals over clips.
///
/// The metric is taken as a sum of an intercept, a slope a weight, and a step a value of every other setting. A slope is computed
/// as the regression of the metric on what of its weight the others do not explain (Frisch and Waugh 1933), which is the
/// same number as from all at once, and shows which weights cannot be told apart.
public struct MainEffects: Sendable {
    /// What the cells differ in.
    public enum Factor: Sendable {
        /// A number for each cell, as a weight.
        case weight(name: String, [Double])
        /// A word for each cell, as a generator or a number of steps: its effect is taken out of the weights'.
        case setting([String])
    }

    public struct Effect: Sendable, Equatable {
        public let weight: String
        /// The metric's change when the weight grows by `step`.
        public let change: Score.Outcome
        /// Expanded percentile bootstrap over clips.
        public let interval: ClipInterval
    }

    /// What weights grow by.
    public static let step = 0.1

    /// One for each weight.
    public let effects: [Effect]
    /// Cells that have a value, and clips of those.
    public let cells: Int
    public let clips: Int
    /// Whether all cells have as many values of every clip: otherwise means of cells differ by their clips too.
    public let isBalanced: Bool

    /// - Parameters:
    ///   - factors: each with an entry for every cell.
    ///   - values: of each cell.
    ///   - isMixture: whether the weights add up to a constant, so that one grows at the cost of the others: then the change is
    ///     that of one weight growing and all others shrinking by equal parts.
    ///   - level: of the intervals, as 0.95.
    public init(
        _ factors: [Factor], values: [[(clip: String, value: Double)]], isMixture: Bool = false, level: Double
    ) {
        let used = values.indices.filter { !values[$0].isEmpty }
        let sums = CellSums(used.map { values[$0] })
        let design = Design(factors, cells: used, isMixture: isMixture)
        cells = used.count
        clips = sums.clips
        isBalanced = sums.isBalanced
        let contrasts = design.weights.map { $0.contrast.map { $0.map { $0 * Self.step } } }
        let statistic = sums.statistic(contrasts.map { $0 ?? [] })
        let all = Array(0..<sums.clips)
        guard !used.isEmpty, let changes = statistic(all) else {
            effects = design.weights.map {
                Effect(
                    weight: $0.name, change: .unscored(reason: "no cell has a value"),
                    interval: .absent(reason: "no cell has a value"))
            }
            return
        }
        let intervals = bootstrapIntervals(
            clips: sums.clips, numbers: contrasts.count, level: level, statistic)
        effects = design.weights.indices.map { i in
            let name = design.weights[i].name
            guard contrasts[i] != nil else {
                let reason = design.weights[i].reason
                return Effect(weight: name, change: .unscored(reason: reason), interval: .absent(reason: reason))
            }
            return Effect(weight: name, change: .scored(changes[i]), interval: intervals[i])
        }
    }
}

/// The weights of some cells, each as the contrast of cell means that is its slope.
private struct Design {
    struct Weight {
        let name: String
        /// A factor for each cell's mean; nil where there is no slope.
        let contrast: [Double]?
        let reason: String
    }

    let weights: [Weight]

    init(_ factors: [MainEffects.Factor], cells: [Int], isMixture: Bool) {
        var columns: [(name: String, values: [Double])] = []
        var steps: [[Double]] = [cells.map { _ in 1 }]
        for factor in factors {
            switch factor {
            case .weight(let name, let values): columns.append((name, cells.map { values[$0] }))
            case .setting(let words):
                for word in Set(cells.map { words[$0] }).sorted() {
                    steps.append(cells.map { words[$0] == word ? 1 : 0 })
                }
            }
        }
        weights = columns.indices.map { i in
            let others = columns.indices.filter { $0 != i }.map { columns[$0].values }
            let own = columns[i].values
            guard Set(own).count > 1 else {
                return Weight(name: columns[i].name, contrast: nil, reason: "the weight is the same in all cells")
            }
            // In a mixture the others may differ among themselves; their mean moves with the weight.
            let mean = cells.indices.map { c in others.reduce(0) { $0 + $1[c] } / Double(max(others.count, 1)) }
            let nuisance = isMixture ? others.map { zip($0, mean).map { $0 - $1 } } : others
            var basis: [[Double]] = []
            for column in steps + nuisance { if let unit = Self.unit(column, basis) { basis.append(unit) } }
            guard Self.unit(own, basis) != nil else {
                return Weight(
                    name: columns[i].name, contrast: nil, reason: "the weight cannot be told apart from the others")
            }
            let left = Self.residual(own, basis)
            let square = left.reduce(0) { $0 + $1 * $1 }
            return Weight(name: columns[i].name, contrast: left.map { $0 / square }, reason: "")
        }
    }

    /// What is left of a column beside an orthonormal basis, taken out twice so that rounding leaves nothing behind.
    private static func residual(_ column: [Double], _ basis: [[Double]]) -> [Double] {
        var left = column
        for _ in 0..<2 {
            for unit in basis {
                let share = zip(left, unit).reduce(0) { $0 + $1.0 * $1.1 }
                for i in left.indices { left[i] -= share * unit[i] }
            }
        }
        return left
    }

    /// That at length one; nil where nothing but rounding is left.
    private static func unit(_ column: [Double], _ basis: [[Double]]) -> [Double]? {
        let left = residual(column, basis)
        let square = left.reduce(0) { $0 + $1 * $1 }
        guard square > 1e-18 * column.reduce(0, { $0 + $1 * $1 }), square > 0 else { return nil }
        return left.map { $0 / square.squareRoot() }
    }
}

/// The values of cells, added up by clip.
private struct CellSums {
    let clips: Int
    let isBalanced: Bool
    /// By cell, then clip.
    private let sums: [[ClipSum]]

    init(_ values: [[(clip: String, value: Double)]]) {
        var places: [String: Int] = [:]
        for (clip, _) in values.joined() where places[clip] == nil { places[clip] = places.count }
        let empty = [ClipSum](repeating: ClipSum(), count: places.count)
        let sums = values.map { cell in
            cell.reduce(into: empty) { sums, item in sums[places[item.clip]!].add(item.value) }
        }
        self.sums = sums
        clips = places.count
        isBalanced = sums.allSatisfy { cell in cell.indices.allSatisfy { cell[$0].n == sums[0][$0].n } }
    }

    /// The contrasts of cell means in a resample of clips; nil where a cell has no value in it. Empty contrasts give 0.
    func statistic(_ contrasts: [[Double]]) -> ([Int]) -> [Double]? {
        guard isBalanced, let counts = sums.first?.map({ Double($0.n) }) else {
            return { picks in unbalanced(contrasts, picks) }
        }
        // All cells have the same number of values in every resample: contrasts of clips add up to those of means.
        let byClip = contrasts.map { contrast in
            (0..<clips).map { clip in zip(contrast, sums).reduce(0) { $0 + $1.0 * $1.1[clip].sum } }
        }
        return { picks in
            let count = picks.reduce(0) { $0 + counts[$1] }
            return count == 0 ? nil : byClip.map { clips in picks.reduce(0) { $0 + clips[$1] } / count }
        }
    }

    private func unbalanced(_ contrasts: [[Double]], _ picks: [Int]) -> [Double]? {
        var times = [Int](repeating: 0, count: clips)
        for clip in picks { times[clip] += 1 }
        var means = [Double](repeating: 0, count: sums.count)
        for (cell, clipSums) in sums.enumerated() {
            var (sum, count) = (0.0, 0)
            for clip in 0..<clips where times[clip] > 0 {
                sum += Double(times[clip]) * clipSums[clip].sum
                count += times[clip] * clipSums[clip].n
            }
            guard count > 0 else { return nil }
            means[cell] = sum / Double(count)
        }
        return contrasts.map { contrast in zip(contrast, means).reduce(0) { $0 + $1.0 * $1.1 } }
    }
}
