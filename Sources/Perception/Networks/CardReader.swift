internal import Experiment
internal import Tensors
internal import Video

/// Takes the members of one JSON object of a card, one after another, and says what is wrong with them.
struct CardReader {
    private let json: JSON
    private let file: String
    private let path: String
    private var taken: Set<String> = []

    init(_ json: JSON, file: String, _ path: String) {
        self.json = json
        self.file = file
        self.path = path
    }

    func wrong(_ key: String, _ what: String) -> BenchError {
        BenchError(.unusableInput, "\(file): '\(path)\(key)' \(what)")
    }

    func expectObject() throws(BenchError) {
        guard case .object = json else {
            throw BenchError(
                .unusableInput, "\(file) \(path.isEmpty ? "" : "'\(path)' ")is \(json.kind), not an object")
        }
    }

    func expectNothingElse() throws(BenchError) {
        guard case .object(let members) = json, let other = members.first(where: { !taken.contains($0.key) }) else {
            return
        }
        throw wrong(other.key, "is no key of a network's card; check its spelling")
    }

    private mutating func value(_ key: String) -> JSON? {
        taken.insert(key)
        return json[key]
    }

    private mutating func needed(_ key: String) throws(BenchError) -> JSON {
        guard let value = value(key) else { throw wrong(key, "is missing") }
        return value
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int> = 0...1 << 20) throws(BenchError) -> Int {
        let value = try needed(key)
        guard case .integer(let number) = value, range.contains(number) else {
            throw wrong(key, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func flag(_ key: String) throws(BenchError) -> Bool {
        guard case .bool(let flag) = try needed(key) else { throw wrong(key, "must be true or false") }
        return flag
    }

    mutating func text(_ key: String, or fallback: String? = nil) throws(BenchError) -> String {
        guard let value = value(key) else {
            guard let fallback else { throw wrong(key, "is missing") }
            return fallback
        }
        guard case .string(let text) = value else { throw wrong(key, "must be a text") }
        return text
    }

    mutating func choice<T>(_ key: String, _ choices: [(String, T)]) throws(BenchError) -> T {
        let name = try text(key)
        guard let chosen = choices.first(where: { $0.0 == name }) else {
            throw wrong(key, "is '\(name)'; known are \(choices.map(\.0).joined(separator: ", "))")
        }
        return chosen.1
    }

    /// What depth is, where the card says it.
    mutating func kind(_ key: String) throws(BenchError) -> DepthKind? {
        guard value(key) != nil else { return nil }
        return try choice(key, DepthKind.allCases.map { ($0.rawValue, $0) })
    }

    private mutating func members(_ key: String) throws(BenchError) -> [JSON.Member] {
        guard let value = value(key) else { return [] }
        guard case .object(let members) = value else { throw wrong(key, "must be an object") }
        return members
    }

    mutating func texts(_ key: String) throws(BenchError) -> [String: String] {
        var texts: [String: String] = [:]
        for member in try members(key) {
            guard case .string(let text) = member.value else { throw wrong("\(key).\(member.key)", "must be a text") }
            texts[member.key] = text
        }
        return texts
    }

    mutating func numbers(_ key: String) throws(BenchError) -> [String: Double] {
        var numbers: [String: Double] = [:]
        for member in try members(key) {
            switch member.value {
            case .integer(let number): numbers[member.key] = Double(number)
            case .number(let number): numbers[member.key] = number
            default: throw wrong("\(key).\(member.key)", "must be a number")
            }
        }
        return numbers
    }

    mutating func names(_ key: String) throws(BenchError) -> [String] {
        guard let value = value(key) else { return [] }
        guard case .array(let items) = value else { throw wrong(key, "must be a list of texts") }
        var names: [String] = []
        for item in items {
            guard case .string(let name) = item else { throw wrong(key, "must be a list of texts") }
            names.append(name)
        }
        return names
    }

    private mutating func floats(_ key: String) throws(BenchError) -> [Float] {
        guard case .array(let items) = try needed(key), items.count == 3 else {
            throw wrong(key, "must be a list of three numbers")
        }
        var floats: [Float] = []
        for item in items {
            switch item {
            case .integer(let number): floats.append(Float(number))
            case .number(let number): floats.append(Float(number))
            default: throw wrong(key, "must be a list of three numbers")
            }
        }
        return floats
    }

    mutating func files(_ key: String) throws(BenchError) -> [NetworkCard.File] {
        var files: [NetworkCard.File] = []
        for member in try members(key) {
            var reader = CardReader(member.value, file: file, "\(path)\(key).\(member.key).")
            try reader.expectObject()
            let name = try reader.text("file")
            guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"), !name.contains("\0") else {
                throw reader.wrong("file", "must be the plain name of a file in the folder")
            }
            let sha256 = try reader.text("sha256").lowercased()
            guard sha256.utf8.count == 64, sha256.allSatisfy({ $0.isHexDigit && $0.isASCII }) else {
                throw reader.wrong("sha256", "must be 64 hexadecimal digits")
            }
            try reader.expectNothingElse()
            files.append(.init(role: member.key, file: name, sha256: sha256))
        }
        guard !files.isEmpty else { throw wrong(key, "names no file") }
        return files
    }

    mutating func input(_ key: String) throws(BenchError) -> PictureInput? {
        guard let value = value(key) else { return nil }
        var reader = CardReader(value, file: file, "\(path)\(key).")
        try reader.expectObject()
        let input = PictureInput(
            name: try reader.text("name"), size: try reader.sizeRule("size"),
            colour: try reader.choice("colour", PictureInput.Colour.allCases.map { ($0.rawValue, $0) }),
            scale: try reader.choice("scale", PictureInput.Scale.allCases.map { ($0.rawValue, $0) }),
            mean: try reader.floats("mean"), std: try reader.floats("std"),
            filter: try reader.choice("interpolation", PictureInput.Filter.allCases.map { ($0.rawValue, $0) }))
        guard input.std.allSatisfy({ $0 > 0 && $0.isFinite }) else { throw reader.wrong("std", "must be above 0") }
        try reader.expectNothingElse()
        return input
    }

    private mutating func sizeRule(_ key: String) throws(BenchError) -> SizeRule {
        let value = try needed(key)
        var reader = CardReader(value, file: file, "\(path)\(key).")
        try reader.expectObject()
        let sides = 1...16_384
        let rule: SizeRule
        if case .array(let items)? = reader.value("fixed") {
            guard items.count == 2, case .integer(let height) = items[0], case .integer(let width) = items[1],
                sides.contains(height), sides.contains(width)
            else { throw reader.wrong("fixed", "must be rows and columns, as [320, 320]") }
            rule = .fixed(height: height, width: width)
        } else if reader.value("shortSide") != nil, reader.value("atMost") != nil {
            rule = .within(
                shortSide: try reader.integer("shortSide", in: sides), longSide: try reader.integer("atMost", in: sides)
            )
        } else if reader.value("shortSide") != nil {
            rule = .shortSide(
                length: try reader.integer("shortSide", in: sides),
                multipleOf: try reader.integer("multipleOf", in: 1...256))
        } else if reader.value("longSide") != nil {
            rule = .longSide(length: try reader.integer("longSide", in: sides), padded: try reader.flag("padded"))
        } else if reader.value("native") != nil {
            _ = try reader.flag("native")
            rule = .native(
                multipleOf: try reader.integer("multipleOf", in: 1...256), least: try reader.integer("least", in: sides)
            )
        } else {
            throw wrong(key, "must have one of the keys fixed, shortSide, longSide, native")
        }
        try reader.expectNothingElse()
        return rule
    }
}
