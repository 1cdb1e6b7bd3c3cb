internal import Experiment
internal import Results

/// A run's grid with what its cells measured: what heatmaps, response curves and main effects are made from.
struct SweepView: Sendable {
    /// Where cells lie on an axis that is shown.
    struct Axis: Sendable {
        let name: String
        /// In the order that they are drawn in.
        let levels: [Level]
        /// A level for each cell.
        let places: [Int]
        /// Whether levels are numbers that lie in order on a line.
        var isNumeric: Bool { levels.allSatisfy { $0.number != nil } }
    }

    struct Level: Sendable {
        let text: String
        /// The value, or the middle of a range of values; nil for words.
        let number: Double?
    }

    let sweep: Sweep
    let run: Int64
    /// nil where no other run shares the report's table.
    let runName: String?
    /// What heatmaps, curves and effects are of.
    let columns: [ComparisonTable.Column]
    let axes: [Axis]
    /// The row of each cell; nil where it has no planned videos.
    let rows: [ReportRow?]
    /// By column, then cell, what its videos or clips gave.
    private let values: [[[ClipValue]]]

    typealias ClipValue = (clip: String, value: Double)

    init(
        _ sweep: Sweep, run: RunResults, rows: [ReportRow], columns: [ComparisonTable.Column], isAlone: Bool
    ) {
        self.sweep = sweep
        self.run = run.run.number
        runName = isAlone ? nil : run.run.name
        self.columns = columns
        let own = Dictionary(
            rows.filter { $0.run == run.run.number }.map { ($0.configuration, $0) }
        ) { first, _ in first }
        let cells = sweep.cells.map { own[$0.configuration] }
        self.rows = cells
        axes = sweep.axes.indices.map { Axis(sweep, $0) }
        values = columns.map { column in
            cells.map { $0?.values(column.metric, column.region) ?? [] }
        }
    }

    /// Whether a race dropped the cell.
    func isDropped(_ cell: Int) -> Bool { rows[cell]?.drop != nil }

    var dropped: Int { rows.indices.count(where: isDropped) }

    /// All pairs of axes that vary.
    var pairs: [(first: Int, second: Int)] {
        let varying = axes.indices.filter { axes[$0].levels.count > 1 }
        return varying.flatMap { a in varying.filter { $0 > a }.map { (a, $0) } }
    }

    /// The cells that tell of some axes alone: where axes are moved one at a time, those that lie at the base in all others.
    private func cells(varying shown: [Int]) -> [Int] {
        guard sweep.design == .oneAtATime, let base = sweep.base, sweep.cells.indices.contains(base) else {
            return Array(sweep.cells.indices)
        }
        return sweep.cells.indices.filter { cell in
            axes.indices.allSatisfy { axis in
                shown.contains(axis) || sweep.cells[cell].values[axis] == sweep.cells[base].values[axis]
            }
        }
    }

    // MARK: heatmaps

    /// A place where a level of one axis meets one of another.
    struct Heat: Sendable, Equatable {
        /// Over all videos, or clips, of the cells there; nil where none has a value.
        var mean: Double? { n > 0 ? sum / Double(n) : nil }
        fileprivate(set) var sum = 0.0
        fileprivate(set) var n = 0
        /// Whether a race dropped all cells there; otherwise those that it dropped do not count.
        fileprivate(set) var isDropped = false
    }

    /// The means of a column where two axes meet: a row for each level of the first.
    func heatmap(_ column: Int, _ first: Int, _ second: Int) -> [[Heat]] {
        var kept = axes[first].levels.map { _ in axes[second].levels.map { _ in Heat() } }
        var lost = kept
        for cell in cells(varying: [first, second]) {
            let (r, c) = (axes[first].places[cell], axes[second].places[cell])
            let own = values[column][cell]
            let sum = own.reduce(0) { $0 + $1.value }
            if isDropped(cell) {
                lost[r][c].sum += sum
                lost[r][c].n += own.count
                lost[r][c].isDropped = true
            } else {
                kept[r][c].sum += sum
                kept[r][c].n += own.count
            }
        }
        return zip(kept, lost).map { zip($0, $1).map { $0.n == 0 && $1.n > 0 ? $1 : $0 } }
    }

    // MARK: response curves

    /// A metric at one level of an axis.
    struct Response: Sendable {
        let level: Level
        let mean: Double?
        let interval: ClipInterval
        let n: Int
        let clips: Int
    }

    /// The mean of a column by level of an axis, over all cells there that no race dropped.
    func response(_ column: Int, _ axis: Int, level: Double) -> [Response] {
        let cells = cells(varying: [axis]).filter { !isDropped($0) }
        return axes[axis].levels.indices.map { place in
            let own = cells.filter { axes[axis].places[$0] == place }.flatMap { values[column][$0] }
            return Response(
                level: axes[axis].levels[place],
                mean: own.isEmpty ? nil : own.reduce(0) { $0 + $1.value } / Double(own.count),
                interval: ClipInterval(ofMean: own, level: level), n: own.count, clips: Set(own.map(\.clip)).count)
        }
    }

    // MARK: main effects

    /// The change of a column for each weight, over the cells that no race dropped.
    func effects(_ column: Int, level: Double) -> MainEffects {
        let cells = sweep.cells.indices.filter { !isDropped($0) }
        let factors = sweep.axes.indices.map { axis -> MainEffects.Factor in
            let own = cells.map { sweep.cells[$0].values[axis] }
            let numbers = own.compactMap(\.number)
            return sweep.axes[axis].weights.isEmpty || numbers.count < own.count
                ? .setting(own.map(\.text)) : .weight(name: sweep.axes[axis].name, numbers)
        }
        return MainEffects(
            factors, values: cells.map { values[column][$0] }, isMixture: sweep.design == .simplex, level: level)
    }

    // MARK: figures

    /// Every video, or clip, as a point: the axis' number, and the column's value. Other axes lie at the base where there is one.
    func points(of column: TableLayout.Column, along axis: Int, metric: MetricDescriptor) -> [FigurePoint] {
        cells(varying: [axis]).filter { !isDropped($0) }.flatMap { cell -> [FigurePoint] in
            guard let x = sweep.cells[cell].values[axis].number, let row = rows[cell] else { return [] }
            return row.values(metric, column.region).map { FigurePoint(clip: $0.clip, x: x, y: $0.value) }
        }
    }
}

struct FigurePoint: Sendable {
    let clip: String
    let x: Double
    let y: Double
}

extension SweepView.Axis {
    /// Most values that stand for themselves; of more, and of ranges that were sampled, pictures show ranges.
    private static let most = 16
    private static let ranges = 8

    init(_ sweep: Sweep, _ axis: Int) {
        name = sweep.axes[axis].name
        let own = sweep.cells.map { $0.values[axis] }
        let listed = sweep.axes[axis].values
        var distinct: [Sweep.Value] = []
        var seen: Set<Sweep.Value> = []
        for value in listed + own where seen.insert(value).inserted { distinct.append(value) }
        let present = Set(own)
        distinct = distinct.filter(present.contains)
        let numbers = distinct.compactMap(\.number)
        if numbers.count == distinct.count {
            distinct.sort { $0.number! < $1.number! }
            if distinct.count > Self.most, let low = numbers.min(), let high = numbers.max(), high > low {
                let width = (high - low) / Double(Self.ranges)
                levels = (0..<Self.ranges).map { k in
                    let (from, to) = (low + Double(k) * width, low + Double(k + 1) * width)
                    return .init(text: "\(number(from, 2))–\(number(to, 2))", number: (from + to) / 2)
                }
                places = own.map { min(Self.ranges - 1, Int(($0.number! - low) / width)) }
                return
            }
        }
        let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
        levels = distinct.map { .init(text: $0.text, number: $0.number) }
        self.places = own.map { places[$0]! }
    }
}
