internal import Experiment

extension Grid {
    /// A configuration in the making.
    struct Cell {
        /// Only what varies, as "vis/fg 1/3 · seg/bg 1/2".
        let name: String
        let weights: ExactWeights
        let settings: [(name: String, value: GridAxis.Value)]
        /// A place on each of `sweepAxes`.
        let values: [Sweep.Value]
        /// Whether the name has words that a folder's name could not tell apart.
        let hasWords: Bool
    }

    /// The axes as reports show them.
    func sweepAxes() throws(BenchError) -> [Sweep.Axis] {
        if let simplex, design == .simplex {
            let values = simplex.values.map { Sweep.Value(text: $0.text, number: $0.number.value) }
            return simplex.weights.map { Sweep.Axis(name: $0.text, weights: [$0.text], values: values) }
        }
        var result: [Sweep.Axis] = []
        for axis in axes {
            result.append(
                Sweep.Axis(name: axis.name, weights: axis.addresses.map(\.text), values: try axis.all().map(\.place)))
        }
        return result
    }

    /// The cells in the order of the design, without those that `condition` leaves out; the base of a design that moves one
    /// axis at a time is the first.
    /// - Parameter setting: what the suite's generator has of a setting; nil where that is not known.
    /// - Throws: `BenchError` 65: too many, or none.
    func cells(setting: (String) -> String?) throws(BenchError) -> [Cell] {
        try checkCount()
        let cells =
            switch design {
            case .product: try product()
            case .oneAtATime: try oneAtATime(setting: setting)
            case .simplex: simplexCells()
            case .sample: try sampled()
            }
        let kept = cells.filter { condition?.holds($0.weights) ?? true }
        guard !kept.isEmpty else {
            throw source.wrong("has no cell that its 'where' allows, of \(cells.count); allow more, or leave it out")
        }
        return kept
    }

    /// - Parameters:
    ///   - named: the axes that the name tells.
    ///   - moved: the axes whose weights are not the base's; nil for all.
    private func cell(_ values: [GridAxis.Value], named: [Int], moved: [Int]? = nil) -> Cell {
        var weights = base
        var settings: [(name: String, value: GridAxis.Value)] = []
        for (place, (axis, value)) in zip(axes, values).enumerated() {
            switch axis.target {
            case .weights(let addresses):
                guard moved?.contains(place) ?? true else { continue }
                for address in addresses { weights.set(address, to: value.number ?? .zero) }
            case .setting(let name): settings.append((name, value))
            }
        }
        return Cell(
            name: named.map { "\(axes[$0].name) \(values[$0].text)" }.joined(separator: " · "), weights: weights,
            settings: settings, values: values.map(\.place), hasWords: named.contains { values[$0].isWord })
    }

    /// Axes that have more than one value; all where none has.
    private var varied: [Int] {
        let varied = axes.indices.filter { axes[$0].count ?? 2 > 1 }
        return varied.isEmpty ? Array(axes.indices) : varied
    }

    private func product() throws(BenchError) -> [Cell] {
        var all: [[GridAxis.Value]] = [[]]
        for axis in axes {
            let values = try axis.all()
            all = all.flatMap { begun in values.map { begun + [$0] } }
        }
        let named = varied
        return all.map { cell($0, named: named) }
    }

    private func oneAtATime(setting: (String) -> String?) throws(BenchError) -> [Cell] {
        var start: [GridAxis.Value] = []
        for axis in axes { start.append(try baseValue(of: axis, setting: setting)) }
        let names = start.map(\.text)
        let first = cell(start, named: [], moved: [])
        var cells = [
            Cell(name: "base", weights: first.weights, settings: first.settings, values: first.values, hasWords: false)
        ]
        for place in axes.indices {
            for value in try axes[place].all() {
                let isBase = value.number.map { $0 == start[place].number } ?? (value.text == names[place])
                if isBase { continue }
                var values = start
                values[place] = value
                cells.append(cell(values, named: [place], moved: [place]))
            }
        }
        return cells
    }

    /// Where the base lies on an axis.
    private func baseValue(
        of axis: GridAxis, setting: (String) -> String?
    ) throws(BenchError) -> GridAxis.Value {
        switch axis.target {
        case .setting(let name):
            guard let text = setting(name) else {
                throw axis.source.wrong(
                    "moves '\(name)' from the base, and the suite's generator does not say what that is; write it there"
                )
            }
            return GridAxis.Value(text: text, number: Fraction(text), source: axis.source)
        case .weights(let addresses):
            let numbers = Set(addresses.map { base[$0] })
            guard numbers.count == 1, case let number?? = numbers.first else {
                throw axis.source.wrong(
                    "moves \(axis.name) from the base, where "
                        + (addresses.count > 1 ? "they have no common weight" : "it has two weights")
                        + "; give the base one")
            }
            // As the axis writes it, so that tables show one number one way.
            let same = try axis.all().first { $0.number == number }
            return same ?? GridAxis.Value(text: number.decimalText, number: number, source: axis.source)
        }
    }

    private func simplexCells() -> [Cell] {
        guard let simplex else { return [] }
        let values = simplex.values
        var shares: [[Int]] = [[]]
        for place in simplex.weights.indices {
            let isLast = place == simplex.weights.count - 1
            shares = shares.flatMap { begun in
                let left = simplex.steps - begun.reduce(0, +)
                return ((isLast ? left : 0)...left).map { begun + [$0] }
            }
        }
        return shares.map { share in
            var weights = base
            for (address, steps) in zip(simplex.weights, share) { weights.set(address, to: values[steps].number) }
            let parts = zip(simplex.weights, share).map { "\($0.text) \(values[$1].text)" }
            return Cell(
                name: parts.joined(separator: " · "), weights: weights, settings: [],
                values: share.map { Sweep.Value(text: values[$0].text, number: values[$0].number.value) },
                hasWords: false)
        }
    }

    private func sampled() throws(BenchError) -> [Cell] {
        guard let sample else { return [] }
        let isContinuous = axes.allSatisfy { $0.count == nil }
        let points =
            isContinuous
            ? Sobol(dimensions: axes.count, seed: sample.seed).points(sample.count)
            : LatinHypercube(dimensions: axes.count, seed: sample.seed).points(sample.count)
        let named = varied
        // So many places that no two points of one axis are likely to fall on one; four decimals otherwise.
        let places = axes.count == 1 ? max(10_000, sample.count * sample.count) : 10_000
        var cells: [Cell] = []
        for point in points {
            var values: [GridAxis.Value] = []
            for (axis, share) in zip(axes, point) { values.append(try axis.value(share: share, places: places)) }
            cells.append(cell(values, named: named))
        }
        return cells
    }
}

extension Grid.Simplex {
    /// From 0 to the sum.
    fileprivate var values: [(text: String, number: Fraction)] {
        (0...steps).map { place in
            let number = step.times(place) ?? sum
            return (isDecimal ? number.decimalText : number.text, number)
        }
    }
}

extension GridAxis.Value {
    /// Whether it is a word that another one could have the folder's name of.
    fileprivate var isWord: Bool {
        number == nil && !text.utf8.allSatisfy { Set("abcdefghijklmnopqrstuvwxyz0123456789-+".utf8).contains($0) }
    }
}
