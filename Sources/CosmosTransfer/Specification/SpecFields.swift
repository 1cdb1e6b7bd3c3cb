internal import Experiment
internal import Tensors

/// The members of one JSON object, read by key and type. `null` is the same as an absent key.
struct SpecFields {
    let members: [JSON.Member]
    /// The file, and in it the object, as a sentence begins with them.
    let place: String

    /// - Throws: `BenchError`, when the value is no object.
    init(_ value: JSON, place: String) throws(BenchError) {
        guard case .object(let members) = value else {
            throw BenchError(.unusableInput, "\(place): must be a JSON object, but is \(value.kind)")
        }
        self.init(members, place: place)
    }

    init(_ members: [JSON.Member], place: String) {
        self.members = members
        self.place = place
    }

    subscript(key: String) -> JSON? {
        let value = members.first { $0.key == key }?.value
        return value == .null ? nil : value
    }

    /// - Parameter what: has the keys, as "a control".
    /// - Throws: `BenchError`, when there is a key that is not known.
    func check(_ known: [String], of what: String) throws(BenchError) {
        guard let unknown = members.first(where: { !known.contains($0.key) }) else { return }
        throw failure(
            "has the unknown key '\(unknown.key.prefix(80))'; \(what) has \(known.joined(separator: ", "))"
                + hint(unknown.key, known))
    }

    func failure(_ sentence: String) -> BenchError { BenchError(.unusableInput, "\(place): \(sentence)") }

    func string(_ key: String) throws(BenchError) -> String? {
        guard let value = self[key] else { return nil }
        guard case .string(let text) = value else { throw mismatch(key, "text", value) }
        return text
    }

    func flag(_ key: String) throws(BenchError) -> Bool? {
        guard let value = self[key] else { return nil }
        guard case .bool(let flag) = value else { throw mismatch(key, "true or false", value) }
        return flag
    }

    func number(_ key: String, _ wanted: String, where isGood: (Double) -> Bool) throws(BenchError) -> Double? {
        guard let value = self[key] else { return nil }
        guard let number = value.double, isGood(number) else { throw mismatch(key, wanted, value) }
        return number
    }

    /// A whole number; 35.0 is one.
    func integer(_ key: String, _ range: ClosedRange<Int>) throws(BenchError) -> Int? {
        guard let value = self[key] else { return nil }
        guard let number = value.double.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            let most = range.upperBound == .max ? " or more" : " to \(range.upperBound)"
            throw mismatch(key, "a whole number, \(range.lowerBound)\(most)", value)
        }
        return number
    }

    func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ choices: [T]) throws(BenchError) -> T?
    where T.RawValue == String {
        guard let value = self[key] else { return nil }
        guard case .string(let text) = value, let choice = choices.first(where: { $0.rawValue == text }) else {
            throw mismatch(key, "one of \(choices.map(\.rawValue).joined(separator: ", "))", value)
        }
        return choice
    }

    func mismatch(_ key: String, _ wanted: String, _ value: JSON) -> BenchError {
        failure("'\(key)' must be \(wanted), but is \(value.described)")
    }
}

extension JSON {
    /// The number, whole or not; nil for anything else.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The value where it is short, else its kind.
    var described: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .string(let text): "the text '\(text.prefix(80))'"
        default: kind
        }
    }
}
