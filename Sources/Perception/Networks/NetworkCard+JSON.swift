internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

// `network.json`: read strictly, so that a misspelt key does not pass for a default.

extension NetworkCard {
    static let format = 1

    /// Reads a card.
    /// - Throws: `BenchError` 65, naming file and key.
    init(path: String) throws(BenchError) {
        let json: JSON
        do throws(FileError) { json = try JSON(path: path, limit: 1 << 20) } catch {
            throw BenchError(.unusableInput, error.description)
        }
        var card = CardReader(json, file: path, "")
        try card.expectObject()
        guard try card.integer("format") == NetworkCard.format else {
            throw card.wrong(
                "format", "is not \(NetworkCard.format), the only one that is known; import the network again")
        }
        let task = try card.choice("task", NetworkTask.allCases.map { ($0.rawValue, $0) })
        name = try card.text("name")
        self.task = task
        files = try card.files("files")
        input = try card.input("input")
        outputs = try card.texts("outputs")
        meaning = try card.text("meaning", or: "")
        kind = try card.kind("kind")
        guard kind == nil || task == .depth || task == .videoDepth else {
            throw card.wrong("kind", "is for networks of depth; remove it")
        }
        classes = try card.names("classes")
        settings = try card.numbers("settings")
        licence = try card.text("licence")
        source = try card.text("source")
        accuracy = try card.numbers("accuracy")
        notes = try card.text("notes", or: "")
        try card.expectNothingElse()
    }

    /// The text of `network.json`, keys in a fixed order.
    public func text() -> String {
        func list(_ values: [Float]) -> String { "[" + values.map { "\($0)" }.joined(separator: ", ") + "]" }
        func object(_ members: [(String, String)]) -> String {
            "{" + members.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
        }
        var lines = [
            ("format", "\(NetworkCard.format)"), ("name", quoted(name)), ("task", quoted(task.rawValue)),
            (
                "files",
                "{\n"
                    + files.map { file in
                        "    \(quoted(file.role)): "
                            + object([("file", quoted(file.file)), ("sha256", quoted(file.sha256))])
                    }.joined(separator: ",\n") + "\n  }"
            ),
        ]
        if let input {
            lines.append(
                (
                    "input",
                    object([
                        ("name", quoted(input.name)), ("size", input.size.json),
                        ("colour", quoted(input.colour.rawValue)),
                        ("scale", quoted(input.scale.rawValue)), ("mean", list(input.mean)), ("std", list(input.std)),
                        ("interpolation", quoted(input.filter.rawValue)),
                    ])
                ))
        }
        func sorted(_ values: [String: Double]) -> String {
            object(values.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
        }
        lines += [
            ("outputs", object(outputs.sorted { $0.key < $1.key }.map { ($0.key, quoted($0.value)) })),
            ("meaning", quoted(meaning)),
        ]
        if let kind { lines.append(("kind", quoted(kind.rawValue))) }
        lines += [
            ("classes", "[" + classes.map(quoted).joined(separator: ", ") + "]"),
            ("settings", sorted(settings)), ("licence", quoted(licence)), ("source", quoted(source)),
            ("accuracy", sorted(accuracy)), ("notes", quoted(notes)),
        ]
        return "{\n" + lines.map { "  \(quoted($0.0)): \($0.1)" }.joined(separator: ",\n") + "\n}\n"
    }
}

extension SizeRule {
    fileprivate var json: String {
        switch self {
        case .fixed(let height, let width): "{\"fixed\": [\(height), \(width)]}"
        case .shortSide(let length, let multiple): "{\"shortSide\": \(length), \"multipleOf\": \(multiple)}"
        case .within(let short, let long): "{\"shortSide\": \(short), \"atMost\": \(long)}"
        case .longSide(let length, let padded): "{\"longSide\": \(length), \"padded\": \(padded)}"
        case .native(let multiple, let least): "{\"native\": true, \"multipleOf\": \(multiple), \"least\": \(least)}"
        }
    }
}

private func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let data = try? encoder.encode(text) else { return "\"\"" }
    return String(decoding: data, as: UTF8.self)
}
