internal import Experiment

extension YAMLValue {
    /// How the Pareto front is looked for without the whole grid.
    /// - Parameters:
    ///   - configurations: how many rows there are.
    ///   - table: knows what the suite measures.
    func race(configurations: Int, table: TableReader) throws(BenchError) -> Race {
        let keys = ["objectives", "confidence", "blocks", "at-least", "seed"]
        let fields = try YAMLFields(self, known: keys, of: "a race")
        guard configurations >= 2 else {
            throw wrong("has one configuration only, which nobody can beat; add a second one, or leave the race out")
        }
        var objectives: [TableLayout.Column] = []
        for (value, column) in try fields.required("objectives", "[blur-ssim/fg, perceptual-diversity/bg]").columns() {
            guard MetricNames.ofVideos.contains(column.metric) else {
                throw value.wrong("is \(value.shown), which no suite measures; choose another objective")
            }
            try table.check(column, value)
            objectives.append(column)
        }
        let whole = 1...1_000_000
        return Race(
            objectives: objectives,
            confidence: try fields["confidence"]?.number("the confidence is a number between 0 and 1, as 0.95") {
                $0 > 0 && $0 < 1
            } ?? 0.95,
            block: try fields["blocks"]?.integer(whole, "the number of clips a time") ?? 2,
            atLeast: try fields["at-least"]?.integer(whole, "the number of clips before anything is dropped") ?? 4,
            seed: try fields["seed"]?.seed() ?? 1)
    }
}
