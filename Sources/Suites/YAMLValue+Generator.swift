internal import Experiment

extension YAMLValue {
    /// Who makes the videos: one of three kinds.
    func generator() throws(BenchError) -> GeneratorChoice {
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
        default: return .recorded(folder: try value.folder("the folder that holds CONFIGURATION/ID.mp4"))
        }
    }

    private func embedded() throws(BenchError) -> GeneratorChoice {
        let meaning = "the folder of the model's weights"
        guard isMapping else { return .embedded(weights: try folder(meaning), steps: nil, guidance: nil) }
        let fields = try YAMLFields(self, known: ["weights", "steps", "guidance"], of: "the embedded generator")
        return .embedded(
            weights: try fields.required("weights", "path/to/weights").folder(meaning),
            steps: try fields["steps"]?.integer(1...10_000, "the number of steps"),
            guidance: try fields["guidance"]?.number("the guidance is a number from 0 (no guidance) up, as 7") {
                $0 >= 0
            })
    }

    private func command() throws(BenchError) -> GeneratorChoice {
        let example = "[program, \"{spec}\", \"{out}\"]"
        let fields = isMapping ? try YAMLFields(self, known: ["run", "files", "minutes"], of: "a command") : nil
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
        return .command(words: words, files: files, minutes: minutes)
    }
}
