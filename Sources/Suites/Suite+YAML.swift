public import Experiment
internal import Foundation

extension Suite {
    /// Reads a suite from its YAML file (README: suites). Paths in it are relative to the file's folder.
    /// - Throws: `BenchError` 65 with file, line and key: what is wrong and what to write.
    public init(path: String) throws(BenchError) {
        let path = URL(fileURLWithPath: path).standardizedFileURL.path
        try self.init(document: YAMLFile.read(path: path, kind: "a suite"))
    }

    init(document: YAMLValue) throws(BenchError) {
        let keys = [
            "suite", "title", "dataset", "clips", "generator", "controls", "configurations", "prompts", "seeds",
            "metrics",
            "table", "race", "timing",
        ]
        let fields = try YAMLFields(document, known: keys, of: "a suite")
        let name = try fields.required("suite", "table1").plainName("the suite's short name")
        let configurations = try fields.required("configurations", "[{name: Vis, weights: {vis: 1}}]").configurations()
        let metrics = try fields["metrics"]?.metrics() ?? MetricChoice(profile: .paibench2025)
        let table = TableReader(metrics: metrics, configurations: configurations.map(\.name))
        let race = try fields["race"]?.race(configurations: configurations.count, table: table)
        if let timing = fields["timing"], race != nil {
            throw timing.wrong("stands beside a race, which makes as few videos as it can; keep one of them")
        }
        try self.init(
            name: name, path: document.file,
            dataset: fields.required("dataset", "path/to/dataset").folder("the dataset's folder"),
            clips: fields["clips"]?.clips(),
            generator: fields.required("generator", "{embedded: path/to/weights}").generator(),
            presets: fields["controls"]?.presets() ?? [:], configurations: configurations,
            prompts: fields["prompts"]?.prompts() ?? .own, seeds: fields["seeds"]?.seeds() ?? [1], metrics: metrics,
            layout: table.layout(title: fields["title"]?.text("the table's title") ?? name, fields["table"]),
            race: race, timing: fields["timing"]?.timing())
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
