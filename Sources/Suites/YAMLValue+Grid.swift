internal import Experiment

extension YAMLValue {
    /// A grid as it is written.
    /// - Parameter change: what the command line says in place of it.
    func grid(_ change: GridChange?) throws(BenchError) -> Grid {
        let keys = ["base", "axes", "design", "simplex", "sample", "where", "max-cells"]
        let fields = try YAMLFields(self, known: keys, of: "a grid")
        var grid = Grid(source: self)
        grid.base = try fields["base"]?.baseWeights() ?? ExactWeights()
        grid.simplex = try fields["simplex"]?.simplex()
        grid.sample = try fields["sample"]?.sample()
        grid.condition = try fields["where"]?.sumCondition()
        grid.mostCells = try fields["max-cells"]?.integer(1...1_000_000, "the most cells of a grid") ?? 10_000
        if let design = try fields["design"]?.word(Sweep.Design.allCases.map(\.rawValue), "a design") {
            grid.design = Sweep.Design(rawValue: design) ?? .product
        }
        if let change { return try grid.changed(change, axes: fields["axes"]) }
        for (key, design) in [("simplex", Sweep.Design.simplex), ("sample", .sample)] where grid.design != design {
            if let value = fields[key] {
                throw value.wrong(
                    "is for 'design: \(key)', and the design is \(grid.design.rawValue); keep one of them")
            }
        }
        try grid.read(axes: fields["axes"])
        return grid
    }

    private func simplex() throws(BenchError) -> Grid.Simplex {
        let fields = try YAMLFields(self, known: ["weights", "step", "sum"], of: "a simplex")
        let weights = try fields.required("weights", "[vis, edge, depth, seg]")
        let addresses = try weights.addresses()
        guard addresses.count >= 2 else {
            throw weights.wrong("has one weight; a simplex shares a sum among two or more")
        }
        let written = try fields.required("step", "1/4")
        let step = try written.exactStep()
        let sum = try fields["sum"]?.exactWeight("1") ?? Fraction(1, 1) ?? .zero
        guard sum > .zero else { throw (fields["sum"] ?? self).wrong("is 0; a simplex shares a sum above 0") }
        let steps = sum.steps(of: step)
        guard steps < Int128(Int.max), step.times(Int(steps)) == sum else {
            throw written.wrong("is \(written.shown), which does not add up to \(sum.text); write a part of it, as 1/4")
        }
        return Grid.Simplex(
            weights: addresses, step: step, sum: sum, steps: Int(steps),
            isDecimal: !(written.scalar?.contains("/") ?? false))
    }

    private func sample() throws(BenchError) -> Grid.Sample {
        let fields = try YAMLFields(self, known: ["n", "seed"], of: "a sample")
        return Grid.Sample(
            count: try fields.required("n", "64").integer(1...1_000_000, "the number of points"),
            seed: try fields["seed"]?.seed() ?? 1)
    }

    private func sumCondition() throws(BenchError) -> Grid.SumCondition {
        let remedy = "write what the weights of every place add up to, as sum <= 1"
        let text = try text("a condition, as sum <= 1")
        guard let match = text.wholeMatch(of: #/ *sum *(<=|>=|==|=|<|>) *(.+)/#), let limit = Fraction(match.2) else {
            throw wrong("is \(shown); \(remedy)")
        }
        return Grid.SumCondition(comparison: String(match.1), limit: limit)
    }

    fileprivate func exactStep() throws(BenchError) -> Fraction {
        guard let scalar, let step = Fraction(scalar), step > .zero else {
            throw wrong("is \(shown); a step is a number above 0, as 1/4")
        }
        return step
    }

    fileprivate func axis(design: Sweep.Design) throws(BenchError) -> GridAxis {
        let fields = try YAMLFields(self, known: ["weight", "setting", "values"], of: "an axis")
        let target: GridAxis.Target
        switch (fields["weight"], fields["setting"]) {
        case (let weight?, nil): target = .weights(try weight.addresses())
        case (nil, let setting?): target = .setting(try setting.text("a setting of the generator, as steps"))
        case (nil, nil): throw wrong("has no 'weight' and no 'setting'; say what it moves, as 'weight: vis/fg'")
        case (_?, _?): throw wrong("has a weight and a setting; write two axes")
        }
        let values = try fields.required("values", "[0, 1/3, 1/2]")
        return GridAxis(target: target, values: try values.axisValues(of: target, design), source: self)
    }

    private func axisValues(of target: GridAxis.Target, _ design: Sweep.Design) throws(BenchError) -> GridAxis.Values {
        if isMapping { return try steps(of: target, design) }
        var values: [GridAxis.Value] = []
        for item in try list("values, as [0, 1/3, 1/2], or {from: 0, to: 1, step: 1/4}") {
            let number: Fraction?
            if case .weights = target {
                number = try item.exactWeight("0.5 or 1/3")
            } else {
                number = item.scalar.flatMap { Fraction($0) }
            }
            let text = try item.text("a value of the axis")
            values.append(.init(text: number == nil ? text : text.filter { $0 != " " }, number: number, source: item))
        }
        return .list(values)
    }

    private func steps(of target: GridAxis.Target, _ design: Sweep.Design) throws(BenchError) -> GridAxis.Values {
        let fields = try YAMLFields(self, known: ["from", "to", "step"], of: "a range")
        func end(_ key: String, _ example: String) throws(BenchError) -> Fraction {
            let value = try fields.required(key, example)
            if case .weights = target { return try value.exactWeight("0.5 or 1/3") }
            guard let number = value.scalar.flatMap({ Fraction($0) }) else {
                throw value.wrong("is \(value.shown); the end of a range is a number, as \(example)")
            }
            return number
        }
        let (from, to) = (try end("from", "0"), try end("to", "1"))
        guard let written = fields["step"] else {
            guard design == .sample else {
                throw wrong("has no 'step'; add it, as 'step: 1/4' (only 'design: sample' takes a range without)")
            }
            guard from < to else { throw wrong("goes from \(from.text) to \(to.text); the greater number comes last") }
            return .range(from: from, to: to)
        }
        let step = try written.exactStep()
        guard from <= to, let width = to.subtracting(from) else {
            throw wrong("goes from \(from.text) to \(to.text); the greater number comes last")
        }
        return .steps(
            from: from, step: step, count: Int(min(width.steps(of: step), Int128(Int.max - 1))) + 1,
            isDecimal: !["from", "to", "step"].contains { fields[$0]?.scalar?.contains("/") ?? false })
    }
}

extension Grid {
    /// - Throws: `BenchError` 65: axes that do not go with the design or with each other.
    mutating func read(axes value: YAMLValue?) throws(BenchError) {
        var read: [GridAxis] = []
        for item in try value?.list("axes, as {weight: vis/fg, values: [0, 1/2]}") ?? [] {
            read.append(try item.axis(design: design))
        }
        try take(axes: read)
    }

    mutating func take(axes: [GridAxis]) throws(BenchError) {
        if design == .simplex {
            if let axis = axes.first { throw axis.source.wrong("is an axis, and a simplex has none; leave it out") }
            guard simplex != nil else {
                throw source.wrong(
                    "has no 'simplex'; add it, as 'simplex: {weights: [vis, edge, depth, seg], step: 1/4}'")
            }
            return
        }
        guard !axes.isEmpty else {
            throw source.wrong("has no 'axes'; add them, as 'axes: [{weight: vis/fg, values: [0, 1/3, 1/2]}]'")
        }
        guard axes.count <= Sobol.mostDimensions else {
            throw source.wrong("has \(axes.count) axes; a grid has \(Sobol.mostDimensions) at most")
        }
        guard design != .sample || sample != nil else {
            throw source.wrong("has no 'sample'; add it, as 'sample: {n: 64, seed: 1}'")
        }
        for (place, axis) in axes.enumerated() {
            for other in axes[..<place] {
                for address in axis.addresses where other.addresses.contains(where: address.overlaps) {
                    throw axis.source.wrong("moves \(address.text), which another axis moves; keep one of them")
                }
                if case (.setting(let name), .setting(let second)) = (axis.target, other.target), name == second {
                    throw axis.source.wrong("moves '\(name)', which another axis moves; keep one of them")
                }
            }
        }
        self.axes = axes
    }

    /// The grid with what the command line says: its axes in place of the suite's, its design in place of the suite's.
    fileprivate func changed(_ change: GridChange, axes own: YAMLValue?) throws(BenchError) -> Grid {
        var grid = self
        if let design = change.design { grid.design = design }
        if !change.axes.isEmpty, change.design == nil, grid.design == .simplex { grid.design = .product }
        if let count = change.points { grid.sample = Sample(count: count, seed: grid.sample?.seed ?? 1) }
        guard !change.axes.isEmpty else {
            try grid.read(axes: grid.design == .simplex ? nil : own)
            return grid
        }
        var axes: [GridAxis] = []
        for item in change.axes { axes.append(try item.axis(design: grid.design)) }
        try grid.take(axes: axes)
        return grid
    }
}
