internal import Experiment

/// A mapping whose keys are known.
struct YAMLFields {
    let value: YAMLValue
    private let values: [String: YAMLValue]

    /// - Parameters:
    ///   - known: the keys that may be there.
    ///   - what: what a key is of, as "a suite".
    /// - Throws: `BenchError` 65: no mapping, an unknown key, a key without value.
    init(_ value: YAMLValue, known: [String], of what: String) throws(BenchError) {
        guard value.isMapping else {
            throw value.wrong("is \(value.shown); \(what) has the keys \(known.joined(separator: ", "))")
        }
        var values: [String: YAMLValue] = [:]
        for (name, place, field) in value.items {
            guard known.contains(name) else {
                throw value.wrong(
                    at: place,
                    "has the unknown key '\(name.shortened)'; \(what) has \(known.joined(separator: ", "))\(hint(name, known))"
                )
            }
            guard !field.isNothing else { throw field.wrong("has no value; write one or leave the key out") }
            values[name] = field
        }
        self.value = value
        self.values = values
    }

    subscript(key: String) -> YAMLValue? { values[key] }

    /// - Parameter example: a line that would do.
    func required(_ key: String, _ example: String) throws(BenchError) -> YAMLValue {
        guard let field = values[key] else { throw value.wrong("has no '\(key)'; add it, as '\(key): \(example)'") }
        return field
    }
}

/// "; did you mean 'vis'?" where one of some words is near, else nothing.
func hint(_ word: String, _ words: [String]) -> String {
    let lower = word.lowercased().prefix(40)
    let near = words.map { (word: $0, distance: edits(lower, $0)) }.min { $0.distance < $1.distance }
    guard let near, near.distance <= max(1, (near.word.count + 1) / 3) else { return "" }
    return "; did you mean '\(near.word)'?"
}

/// How many letters are to be added, removed or changed to get from one word to another.
private func edits(_ a: some StringProtocol, _ b: some StringProtocol) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let change = diagonal + (letter == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
