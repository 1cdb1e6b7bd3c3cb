internal import Experiment

/// A generator as a suite writes it, of which rows may set some parts.
struct GeneratorTemplate {
    /// A command's words still have places for its settings.
    private var choice: GeneratorChoice
    /// What a command is given in the place of {NAME}, in the order written.
    private var places: [(name: String, text: String)]

    init(_ choice: GeneratorChoice, places: [(name: String, text: String)] = []) {
        self.choice = choice
        self.places = places
    }

    /// The generator with all its settings in place.
    var filled: GeneratorChoice {
        guard case .command(let words, let files, let minutes) = choice else { return choice }
        let filled = words.map { word in
            places.reduce(word) { $0.replacing("{\($1.name)}", with: $1.text) }
        }
        return .command(words: filled, files: files, minutes: minutes)
    }

    /// The settings that a row may give.
    private var known: [String] {
        switch choice {
        case .embedded: ["steps", "guidance", "weights"]
        case .command: places.map(\.name)
        case .recorded: []
        }
    }

    private var kind: String {
        switch choice {
        case .embedded: "the embedded generator"
        case .command: "the command"
        case .recorded: "a recorded generator"
        }
    }

    /// What a setting is; nil where it is not said.
    func setting(_ name: String) -> String? {
        switch (choice, name) {
        case (.embedded(let weights, _, _), "weights"): weights
        case (.embedded(_, let steps, _), "steps"): steps.map(String.init)
        case (.embedded(_, _, let guidance), "guidance"): guidance.map { "\($0)".replacing(/\.0$/, with: "") }
        default: places.first { $0.name == name }?.text
        }
    }

    /// Gives a setting another value.
    /// - Parameters:
    ///   - row: what asks for it, for sentences.
    ///   - value: as written.
    /// - Throws: `BenchError` 65: the generator does not know it, or it cannot have that value.
    mutating func set(_ name: String, to value: YAMLValue, for row: YAMLValue) throws(BenchError) {
        guard known.contains(name) else {
            var remedy = known.isEmpty ? "\(kind) has none" : "\(kind) has \(known.joined(separator: ", "))"
            if case .command = choice { remedy += "; add it to the command's 'settings' and {\(name)} to its words" }
            throw row.wrong(
                "has the unknown setting '\(name.shortened)'; \(remedy)\(hint(name, known + WeightAddress.controls))")
        }
        switch choice {
        case .embedded(var weights, var steps, var guidance):
            switch name {
            case "weights": weights = try value.weightsFolder()
            case "steps": steps = try value.steps()
            default: guidance = try value.guidance()
            }
            choice = .embedded(weights: weights, steps: steps, guidance: guidance)
        case .command:
            let text = try value.commandSetting()
            for place in places.indices where places[place].name == name { places[place].text = text }
        case .recorded: break
        }
    }
}

/// The generators of a suite, among which rows choose.
struct GeneratorTable {
    let own: GeneratorTemplate
    let named: [(name: String, template: GeneratorTemplate)]
    /// Which of the named ones the suite's own is.
    let ownName: String?
    /// Whether videos are timed: only there do numbers of threads and devices matter.
    let isTimed: Bool

    /// What a row or a cell asks for.
    /// - Parameters:
    ///   - name: of one of the generators; nil for the suite's own.
    ///   - settings: by name, as written, with what they are a part of.
    /// - Throws: `BenchError` 65.
    func row(
        generator: YAMLValue?, settings: [(name: String, value: YAMLValue, row: YAMLValue)]
    ) throws(BenchError) -> RowGenerator {
        var template = try generator.map { name throws(BenchError) in try self.template(name) } ?? own
        var devices: Int?
        for (name, value, row) in settings {
            guard ["threads", "devices"].contains(name) else {
                try template.set(name, to: value, for: row)
                continue
            }
            guard isTimed else {
                throw row.wrong(
                    "sets '\(name)', which cannot change a video; only a suite with 'timing' compares it: leave it out")
            }
            guard devices == nil else { throw row.wrong("sets threads and devices; keep one of them") }
            devices = try value.integer(1...1_000_000, "the number of \(name)")
        }
        return RowGenerator(
            choice: template.filled, isOwn: generator == nil,
            settings: settings.compactMap { setting in
                template.setting(setting.name).map { RowGenerator.Setting(name: setting.name, text: $0) }
            }, devices: devices)
    }

    private func template(_ name: YAMLValue) throws(BenchError) -> GeneratorTemplate {
        let names = named.map(\.name)
        let text = try name.text("the name of one of the suite's generators")
        guard let found = named.first(where: { $0.name == text }) else {
            throw name.wrong(
                "is '\(text.shortened)'; "
                    + (names.isEmpty
                        ? "the suite names no generators: add 'generators: {\(text.shortened): {embedded: …}}'"
                        : "the suite's generators are \(names.joined(separator: ", "))\(hint(text, names))"))
        }
        return found.template
    }
}
