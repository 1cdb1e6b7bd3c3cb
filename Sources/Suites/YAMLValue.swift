internal import Experiment
internal import Foundation
internal import Yams

/// One value of a YAML file, with its place for sentences.
struct YAMLValue {
    let node: Node
    let file: String
    /// As "configurations[2].weights.vis"; empty for the whole document.
    let key: String

    /// The line where it begins.
    var line: Int { node.mark?.line ?? 1 }

    /// What is wrong with the value, after its place.
    /// - Parameter place: the part whose line is named; the value itself unless given.
    func wrong(at place: YAMLValue? = nil, _ what: String) -> BenchError {
        // What the command line says has no lines.
        let line = (place ?? self).node.mark.map { ":\($0.line)" } ?? ""
        return BenchError(
            line.isEmpty ? .usage : .unusableInput,
            "\(file)\(line): \(key.isEmpty ? "the document" : "'\(key.shortened)'") \(what)")
    }

    /// The same place with another text.
    func with(text: String) -> YAMLValue {
        if scalar == text { return self }
        return YAMLValue(node: .scalar(.init(text, .implicit, .plain, node.mark)), file: file, key: key)
    }

    /// The text of a scalar, whatever it says; nil for lists and mappings.
    var scalar: String? { node.scalar?.string }

    /// The value in a sentence.
    var shown: String {
        switch node {
        case .scalar(let scalar): isNothing ? "nothing" : "'\(scalar.string.shortened)'"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// Whether nothing is written, or null.
    var isNothing: Bool {
        guard let scalar = node.scalar, isPlain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether it is written without quotes.
    var isPlain: Bool { node.scalar?.style == .plain }

    var isMapping: Bool { node.mapping != nil }
    var isList: Bool { node.sequence != nil }

    // MARK: - Scalars

    /// - Parameter meaning: what belongs there, as "the name of the suite".
    func text(_ meaning: String) throws(BenchError) -> String {
        guard let scalar = node.scalar, !isNothing, !scalar.string.isBlank else {
            throw wrong("is \(node.scalar == nil ? shown : "empty"); write \(meaning)")
        }
        return scalar.string
    }

    /// One of some words.
    func word(_ words: [String], _ meaning: String) throws(BenchError) -> String {
        let text = try text("\(meaning): \(words.joined(separator: ", "))")
        guard words.contains(text) else {
            throw wrong("is '\(text.shortened)'; \(meaning) is \(words.joined(separator: ", "))\(hint(text, words))")
        }
        return text
    }

    func flag() throws(BenchError) -> Bool {
        switch node.scalar?.string {
        case "true": return true
        case "false": return false
        default: throw wrong("is \(shown); write true or false")
        }
    }

    func integer(_ range: ClosedRange<Int>, _ meaning: String) throws(BenchError) -> Int {
        guard let text = node.scalar?.string, text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "-") }),
            let value = Int(text), range.contains(value)
        else {
            throw wrong("is \(shown); \(meaning) is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A finite decimal number that is in order.
    func number(_ meaning: String, where isFine: (Double) -> Bool = { _ in true }) throws(BenchError) -> Double {
        guard let value = node.scalar.flatMap({ finite($0.string) }), isFine(value) else {
            throw wrong("is \(shown); \(meaning)")
        }
        return value
    }

    // MARK: - Collections

    /// The items of a list that has at least one; a single value where `single` lets it stand for a list.
    func list(_ meaning: String, single: Bool = false) throws(BenchError) -> [YAMLValue] {
        guard let sequence = node.sequence else {
            guard single, node.scalar != nil, !isNothing else { throw wrong("is \(shown); write a list of \(meaning)") }
            return [self]
        }
        guard !sequence.isEmpty else { throw wrong("is an empty list; write at least one of \(meaning)") }
        return sequence.enumerated().map { YAMLValue(node: $1, file: file, key: "\(key)[\($0)]") }
    }

    /// The items of a mapping, in their order. Names are texts: `checkWhole` saw to it.
    var items: [(name: String, place: YAMLValue, value: YAMLValue)] {
        (node.mapping.map(Array.init) ?? []).map { item in
            let name = item.key.scalar?.string ?? ""
            let path = key.isEmpty ? name : "\(key).\(name)"
            return (
                name, YAMLValue(node: item.key, file: file, key: path),
                YAMLValue(node: item.value, file: file, key: path)
            )
        }
    }

    /// Refuses what none of our files needs, anywhere in the document: tags, and keys that are not plain texts.
    func checkWhole() throws(BenchError) {
        let standard = ["str", "map", "seq"].map { "tag:yaml.org,2002:" + $0 }
        guard standard.contains(node.tag.rawValue) else {
            throw wrong("has the tag '\(node.tag.rawValue.shortened)'; tags are not read: write the value itself")
        }
        for item in node.sequence.map(Array.init) ?? [] {
            try YAMLValue(node: item, file: file, key: key).checkWhole()
        }
        for (name, place, value) in items {
            guard place.scalar != nil, !name.isBlank else {
                throw wrong(at: place, "has a key that is not a text; write 'key: value'")
            }
            guard name != "<<" else {
                throw wrong(at: place, "has a merge key '<<', which is not read; write the merged keys out")
            }
            try value.checkWhole()
        }
    }
}

/// The number that a text says in decimal digits; nil where it says none, or one that is not finite.
func finite(_ text: String) -> Double? {
    guard text.utf8.allSatisfy({ Set("0123456789+-.eE".utf8).contains($0) }), let value = Double(text), value.isFinite
    else { return nil }
    return value
}

extension String {
    /// As sentences show it: of bearable length and on one line.
    var shortened: String {
        let line = String(prefix(60).map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } ? "·" : $0 })
        return count > 60 ? line + "…" : line
    }

    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
