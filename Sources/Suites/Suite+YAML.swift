public import Experiment
internal import Foundation

extension Suite {
    /// Reads a suite from its YAML file (README: suites). Paths in it are relative to the file's folder.
    /// - Parameter grid: what the command line says in place of the suite's grid.
    /// - Throws: `BenchError` 65 with file, line and key: what is wrong and what to write; 64 where the command line is wrong.
    public init(path: String, grid: GridChange? = nil) throws(BenchError) {
        let path = URL(fileURLWithPath: path).standardizedFileURL.path
        try self.init(document: YAMLFile.read(path: path, kind: "a suite"), grid: grid)
    }

    private init(document: YAMLValue, grid change: GridChange?) throws(BenchError) {
        let keys = [
            "suite", "title", "dataset", "clips", "generator", "generators", "controls", "configurations", "grid",
            "prompts", "seeds", "metrics", "table", "race", "timing",
        ]
        let fields = try YAMLFields(document, known: keys, of: "a suite")
        let name = try fields.required("suite", "table1").plainName("the suite's short name")
        let generators = try GeneratorTable(fields)
        var rows = SuiteRows(table: generators)
        let grid = try (fields["grid"] ?? change?.whole)?.grid(change)
        if let named = fields["configurations"] {
            try rows.add(named)
        } else if grid == nil {
            _ = try fields.required("configurations", "[{name: Vis, weights: {vis: 1}}]")
        }
        if let grid { try rows.add(grid) }
        let configurations = rows.configurations
        let metrics = try fields["metrics"]?.metrics() ?? MetricChoice(profile: .paibench2025)
        let table = TableReader(
            metrics: metrics, configurations: configurations.map(\.name),
            axes: change == nil ? rows.sweep?.axes.map(\.name) ?? [] : nil)
        let race = try fields["race"]?.race(configurations: configurations.count, table: table)
        if let timing = fields["timing"], race != nil {
            throw timing.wrong("stands beside a race, which makes as few videos as it can; keep one of them")
        }
        try self.init(
            name: name, path: document.file,
            dataset: fields.required("dataset", "path/to/dataset").folder("the dataset's folder"),
            clips: fields["clips"]?.clips(),
            generator: generators.own.filled,
            presets: fields["controls"]?.presets() ?? [:], configurations: configurations,
            prompts: fields["prompts"]?.prompts() ?? .own, seeds: fields["seeds"]?.seeds() ?? [1], metrics: metrics,
            layout: table.layout(title: fields["title"]?.text("the table's title") ?? name, fields["table"]),
            sweep: rows.sweep, race: race, raceLine: fields["race"]?.line,
            timing: fields["timing"]?.timing(), rowGenerators: rows.generators)
    }
}

extension GeneratorTable {
    /// The generators of a suite: `generator` is one of its own or the name of one of `generators`, of which the first is
    /// taken where it is left out.
    fileprivate init(_ suite: YAMLFields) throws(BenchError) {
        var named: [(name: String, template: GeneratorTemplate)] = []
        if let generators = suite["generators"] {
            guard generators.isMapping, !generators.items.isEmpty else {
                throw generators.wrong("is \(generators.shown); write generators by name, as {small: {embedded: …}}")
            }
            for (_, place, value) in generators.items {
                named.append((try place.plainName("a generator's name"), try value.generator()))
            }
        }
        isTimed = suite["timing"] != nil
        self.named = named
        if let first = named.first, suite["generator"] == nil {
            (own, ownName) = (first.template, first.name)
            return
        }
        let value = try suite.required("generator", "{embedded: path/to/weights}")
        if let text = value.scalar, let found = named.first(where: { $0.name == text }) {
            (own, ownName) = (found.template, found.name)
            return
        }
        guard named.isEmpty || value.scalar == nil else {
            let names = named.map(\.name)
            throw value.wrong(
                "is \(value.shown); the suite's generators are \(names.joined(separator: ", "))"
                    + hint(value.scalar ?? "", names))
        }
        (own, ownName) = (try value.generator(), nil)
    }
}

extension YAMLValue {
    fileprivate func clips() throws(BenchError) -> ClipChoice {
        // "0001" is an id: a number has no zeros before it, and no quotes around it.
        if let count = try? integer(1...1_000_000, ""), scalar == "\(count)", isPlain { return .first(count) }
        guard isList else {
            let example = isNothing || scalar?.isBlank ?? true ? "task_0000, task_0001" : scalar?.shortened ?? ""
            throw wrong("is \(shown); write how many clips, or a list of ids as [\(example)]")
        }
        var ids: [String] = []
        for item in try list("clips") {
            let id = Clip.name(try item.text("a clip's id"))
            guard Clip.isName(id), id.utf8.count <= 255 else {
                throw item.wrong(
                    "is '\(id.shortened)'; a clip's id names its files: it has no '/' and no '..', does not begin with '.', "
                        + "and has 255 bytes at most")
            }
            guard !ids.contains(id) else { throw item.wrong("names the clip '\(id)' again; keep one of them") }
            ids.append(id)
        }
        return .ids(ids)
    }

    fileprivate func presets() throws(BenchError) -> [String: String] {
        let fields = try YAMLFields(self, known: ["vis", "edge"], of: "what is made from the clips themselves")
        var presets: [String: String] = [:]
        for control in ["vis", "edge"] {
            presets[control] = try fields[control]?.word(
                ["none", "very_low", "low", "medium", "high", "very_high"], "a preset")
        }
        return presets
    }

    fileprivate func seeds() throws(BenchError) -> [UInt32] {
        var seeds: [UInt32] = []
        for item in try list("seeds", single: true) {
            let seed = try item.seed()
            guard !seeds.contains(seed) else { throw item.wrong("is the seed \(seed) again; keep one of them") }
            seeds.append(seed)
        }
        return seeds
    }

    func seed() throws(BenchError) -> UInt32 { UInt32(try integer(0...Int(UInt32.max), "a seed")) }

    /// A text that may name files: letters, digits, ".", "-" and "_", beginning with a letter or digit.
    func plainName(_ meaning: String) throws(BenchError) -> String {
        let text = try text(meaning)
        let isPlain = text.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
        }
        guard isPlain, text.utf8.count <= 100, let first = text.first, first.isLetter || first.isNumber else {
            throw wrong(
                "is '\(text.shortened)'; \(meaning) names files: write up to 100 letters, digits, '.', '-' and '_', the first "
                    + "a letter or digit")
        }
        return text
    }
}
