internal import Experiment

extension YAMLValue {
    /// Who makes the videos: one of three kinds.
    func generator() throws(BenchError) -> GeneratorTemplate {
        let kinds = ["embedded", "command", "recorded"]
        let fields = try YAMLFields(self, known: kinds, of: "a generator")
        let given = kinds.compactMap { kind in fields[kind].map { (kind, $0) } }
        guard let (kind, value) = given.first, given.count == 1 else {
            throw wrong(
                "names \(given.isEmpty ? "no" : "more than one") generator; keep one of \(kinds.joined(separator: ", "))"
            )
        }
        switch kind {
        case "embedded": return try value.embedded()
        case "command": return try value.command()
        default:
            return GeneratorTemplate(
                .recorded(folder: try value.folder("the folder that holds CONFIGURATION/ID.mp4")))
        }
    }

    private func embedded() throws(BenchError) -> GeneratorTemplate {
        guard isMapping else {
            return GeneratorTemplate(.embedded(weights: try weightsFolder(), steps: nil, guidance: nil))
        }
        let fields = try YAMLFields(self, known: ["weights", "steps", "guidance"], of: "the embedded generator")
        return GeneratorTemplate(
            .embedded(
                weights: try fields.required("weights", "path/to/weights").weightsFolder(),
                steps: try fields["steps"]?.steps(), guidance: try fields["guidance"]?.guidance()))
    }

    func weightsFolder() throws(BenchError) -> String { try folder("the folder of the model's weights") }

    func steps() throws(BenchError) -> Int { try integer(1...10_000, "the number of steps") }

    func guidance() throws(BenchError) -> Double {
        try number("the guidance is a number from 0 (no guidance) up, as 7") { $0 >= 0 }
    }

    private func command() throws(BenchError) -> GeneratorTemplate {
        let example = "[program, \"{spec}\", \"{out}\"]"
        let known = ["run", "files", "minutes", "settings"]
        let fields = isMapping ? try YAMLFields(self, known: known, of: "a command") : nil
        var words: [String] = []
        for item in try (fields?.required("run", example) ?? self).list("words, as \(example)") {
            guard let word = item.scalar, !word.contains("\0") else {
                throw item.wrong("is \(item.shown); write a word of the command")
            }
            // A program beside the suite; others are looked for in PATH.
            words.append(words.isEmpty && word.contains("/") ? try item.existing("the program's file") : word)
        }
        guard let program = words.first, !program.isBlank else {
            throw wrong("names no program; write \(example)")
        }
        var files: [String] = []
        for item in try fields?["files"]?.list("files that the program depends on", single: true) ?? [] {
            files.append(try item.existing("a file or folder that the program depends on"))
        }
        let minutes = try fields?["minutes"]?.number("a video's most minutes are a number above 0, as 90") { $0 > 0 }
        return GeneratorTemplate(
            .command(words: words, files: files, minutes: minutes),
            places: try fields?["settings"]?.settings(in: words) ?? [])
    }

    /// What a command's words have places for besides what every video has.
    private func settings(in words: [String]) throws(BenchError) -> [(name: String, text: String)] {
        guard isMapping, !items.isEmpty else {
            throw wrong("is \(shown); write what the command is given by default, as {steps: 35}")
        }
        let taken = ["spec", "out", "seed", "prompt", "clip", "threads", "devices", "generator"]
        var settings: [(name: String, text: String)] = []
        for (name, place, value) in items {
            guard name.wholeMatch(of: /[a-z]+/) != nil, !taken.contains(name) else {
                throw wrong(
                    at: place,
                    "has the setting '\(name.shortened)'; a setting's name has small letters only, and is none of "
                        + taken.joined(separator: ", "))
            }
            guard words.contains(where: { $0.contains("{\(name)}") }) else {
                throw wrong(
                    at: place, "has the setting '\(name)', which no word asks for; write {\(name)} among the words")
            }
            settings.append((name, try value.commandSetting()))
        }
        return settings
    }

    /// What a command is given in the place of a setting.
    func commandSetting() throws(BenchError) -> String {
        let text = try text("what the command is given for the setting")
        guard !text.contains(where: { "{}\0".contains($0) }) else {
            throw wrong("is \(shown); what a command is given for a setting has no '{' and no '}'")
        }
        return text
    }
}
