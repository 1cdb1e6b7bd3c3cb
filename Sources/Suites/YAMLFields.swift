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
