internal import Experiment

extension YAMLValue {
    /// A row of the table, and who makes it where that is not simply the suite's generator.
    func configuration(_ table: GeneratorTable) throws(BenchError) -> (WeightedConfiguration, RowGenerator?) {
        let fields = try YAMLFields(self, known: ["name", "weights", "generator"], of: "a configuration")
        let name = try fields.required("name", "Vis").text("the configuration's name")
        guard name.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
            throw wrong("has a name with control characters; write it on one line")
        }
        let weights = try fields.required("weights", "{vis: 1}")
        guard weights.isMapping, !weights.items.isEmpty else {
            throw weights.wrong(
                "\(weights.isMapping ? "has no control" : "is \(weights.shown)"); write controls with their weights, as "
                    + "{vis: 1}, or {vis: 0} for the model without controls")
        }
        var amounts: [(control: String, amount: ControlAmount)] = []
        for (control, place, value) in weights.items {
            amounts.append((try weights.control(control, at: place), try value.amount()))
        }
        return (WeightedConfiguration(name: name, weights: amounts), try fields["generator"]?.rowGenerator(table))
    }

    /// What a row says of its generator: the name of one, or settings of the suite's own.
    private func rowGenerator(_ table: GeneratorTable) throws(BenchError) -> RowGenerator {
        guard isMapping else { return try table.row(generator: self, settings: []) }
        guard !items.isEmpty else { throw wrong("has no setting; write one, as {steps: 10}, or leave it out") }
        var settings: [(name: String, value: YAMLValue, row: YAMLValue)] = []
        for (name, place, value) in items {
            settings.append((name, value, YAMLValue(node: place.node, file: file, key: key)))
        }
        return try table.row(generator: nil, settings: settings)
    }

    private func amount() throws(BenchError) -> ControlAmount {
        guard isMapping else { return .uniform(try weight("0.5, 1/3 or {fg: 0.5, bg: 0}")) }
        let fields = try YAMLFields(self, known: ["fg", "bg"], of: "a weight by region")
        return .regional(
            fg: try fields.required("fg", "0.5").weight("0.5 or 1/3"),
            bg: try fields.required("bg", "0.5").weight("0.5 or 1/3"))
    }

    /// A number that is 0 or more, also as a fraction.
    private func weight(_ example: String) throws(BenchError) -> Double {
        let parts = scalar?.split(separator: "/", omittingEmptySubsequences: false).map { part in
            finite(part.trimmingSpaces)
        }
        let value: Double? =
            switch parts?.count {
            case 1: parts?[0]
            case 2: parts.flatMap { pair in pair[0].flatMap { over in pair[1].map { over / $0 } } }
            default: nil
            }
        // The network computes in single precision.
        guard let value, value >= 0, Float(value).isFinite else {
            throw wrong("is \(shown); a weight is a finite number that is 0 or more: write \(example)")
        }
        return value
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
