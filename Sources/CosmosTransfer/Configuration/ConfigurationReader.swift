internal import Experiment
internal import Tensors

/// Reads the sections of a `config.json` by their fields. Keys that no field has are errors.
struct ConfigurationReader {
    let file: String
    private let root: [JSON.Member]

    init(_ document: JSON, file: String) throws(BenchError) {
        guard case .object(let members) = document else {
            throw BenchError(.unusableInput, "\(file) is \(document.kind); an object with the sections is needed")
        }
        self.file = file
        root = members
    }

    func fault(_ path: String, _ what: String) -> BenchError {
        BenchError(.unusableInput, "\(file): '\(path)' \(what)")
    }

    /// Every top-level key must be one of these.
    func checkSections(_ known: [String]) throws(BenchError) {
        for member in root where !known.contains(member.key) {
            throw fault(member.key, "is no key of a configuration; the sections are \(known.joined(separator: ", "))")
        }
    }

    /// The section under `key` over its defaults; nil when it is not there.
    func section<Section>(
        _ key: String, _ fields: [ConfigurationField<Section>], over defaults: Section
    ) throws(BenchError) -> Section? {
        guard let value = root.first(where: { $0.key == key })?.value else { return nil }
        guard case .object(let members) = value else { throw fault(key, "is \(value.kind); an object is needed") }
        var section = defaults
        for member in members {
            let path = "\(key).\(member.key)"
            guard let field = fields.first(where: { $0.key == member.key }) else {
                throw fault(
                    path, "is no key of a configuration; '\(key)' has \(fields.map(\.key).joined(separator: ", "))")
            }
            try assign(member.value, field.kind, to: &section, path: path)
        }
        return section
    }

    private func assign<Section>(
        _ value: JSON, _ kind: ConfigurationField<Section>.Kind, to section: inout Section, path: String
    ) throws(BenchError) {
        switch kind {
        case .integer(let place, let range): section[keyPath: place] = try integer(value, range, path)
        case .number(let place, let bound):
            let number = try number(value, path)
            guard bound.admits(number) else { throw fault(path, "is \(number); it must be \(bound.words)") }
            section[keyPath: place] = number
        case .boolean(let place):
            guard case .bool(let flag) = value else { throw fault(path, "is \(value.kind); true or false is needed") }
            section[keyPath: place] = flag
        case .integers(let place, let count, let range, let first):
            let values = try list(value, path)
            guard count.contains(values.count) else {
                let wanted = count.count == 1 ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
                throw fault(path, "has \(values.count) values; \(wanted) are needed")
            }
            var integers: [Int] = []
            for (i, value) in values.enumerated() { integers.append(try integer(value, range, "\(path)[\(i)]")) }
            if let first, let given = integers.first, given != first {
                throw fault("\(path)[0]", "is \(given); it must be \(first)")
            }
            section[keyPath: place] = integers
        case .names(let place, let known):
            var names: [String] = []
            for (i, value) in try list(value, path).enumerated() {
                guard case .string(let name) = value else {
                    throw fault("\(path)[\(i)]", "is \(value.kind); a name is needed")
                }
                guard known.contains(name) else {
                    throw fault("\(path)[\(i)]", "is '\(name)', which is none of \(known.joined(separator: ", "))")
                }
                guard !names.contains(name) else { throw fault("\(path)[\(i)]", "is '\(name)' for the second time") }
                names.append(name)
            }
            section[keyPath: place] = names
        case .matrix(let place): section[keyPath: place] = try matrix(value, path)
        }
    }

    private func integer(_ value: JSON, _ range: ClosedRange<Int>, _ path: String) throws(BenchError) -> Int {
        guard case .integer(let number) = value else { throw fault(path, "is \(value.kind); an integer is needed") }
        guard range.contains(number) else {
            throw fault(path, "is \(number); it must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func number(_ value: JSON, _ path: String) throws(BenchError) -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw fault(path, "is \(value.kind); a number is needed")
        }
    }

    private func list(_ value: JSON, _ path: String) throws(BenchError) -> [JSON] {
        guard case .array(let values) = value else { throw fault(path, "is \(value.kind); a list is needed") }
        return values
    }

    private func matrix(_ value: JSON, _ path: String) throws(BenchError) -> [[Float]] {
        var rows: [[Float]] = []
        for (i, value) in try list(value, path).enumerated() {
            var row: [Float] = []
            for (j, value) in try list(value, "\(path)[\(i)]").enumerated() {
                let number = Float(try number(value, "\(path)[\(i)][\(j)]"))
                guard number.isFinite else { throw fault("\(path)[\(i)][\(j)]", "does not fit float32") }
                row.append(number)
            }
            guard !row.isEmpty, row.count == rows.first?.count ?? row.count else {
                throw fault("\(path)[\(i)]", "has \(row.count) values; all rows need as many, one a latent frame")
            }
            rows.append(row)
        }
        guard !rows.isEmpty else { throw fault(path, "is empty; a row a latent channel is needed") }
        return rows
    }
}
