internal import Tensors

/// Walks the messages of an ONNX model: model, graph, nodes, tensors.
struct OnnxParser {
    private let file: RandomAccessFile
    private let wire: WireReader
    private(set) var formatVersion = 0
    private(set) var producer = ""
    private(set) var producerVersion = ""
    private(set) var opsets: [String: Int] = [:]
    private(set) var inputs: [OnnxModel.Port] = []
    private(set) var outputs: [OnnxModel.Port] = []
    private(set) var weights: [OnnxModel.Weight] = []
    private(set) var nodes = 0
    private(set) var externalFiles: Set<String> = []

    private static let mostFields = 1 << 24
    private static let mostWeights = 1 << 17
    private static let mostPorts = 1 << 12
    private static let mostDimensions = 32
    private static let mostExternalFiles = 1 << 14
    /// Graphs within nodes of graphs, as the branches of a condition are.
    private static let mostDepth = 16

    init(file: RandomAccessFile) {
        self.file = file
        wire = WireReader(file, kind: "ONNX model", mostFields: Self.mostFields)
    }

    mutating func model() throws(FileError) {
        var graphs = 0
        try wire.walk(0..<file.size) { (field) throws(FileError) in
            switch (field.number, field.value) {
            case (1, .integer(let version)): formatVersion = Int(exactly: version) ?? 0
            case (2, .bytes(let range)): producer = try wire.text(range)
            case (3, .bytes(let range)): producerVersion = try wire.text(range)
            case (7, .bytes(let range)):
                graphs += 1
                try graph(range, depth: 0)
            case (8, .bytes(let range)): try opset(range)
            case (25, .bytes(let range)):  // a function
                try wire.walk(range) { (field) throws(FileError) in
                    if case (7, .bytes(let range)) = (field.number, field.value) { try node(range, depth: 1) }
                }
            default: break
            }
        }
        guard graphs == 1, (1...1000).contains(formatVersion), !outputs.isEmpty else {
            throw wire.malformed(
                "it has \(graphs) graphs with \(outputs.count) outputs, format version \(formatVersion)")
        }
        guard opsets[""] != nil else { throw wire.malformed("it does not say which operators it uses (opset_import)") }
        guard Set(weights.map(\.name)).count == weights.count else {
            throw wire.malformed("it has two weights of the same name")
        }
    }

    private mutating func opset(_ range: Range<Int>) throws(FileError) {
        var (domain, version) = ("", 0)
        try wire.walk(range) { (field) throws(FileError) in
            switch (field.number, field.value) {
            case (1, .bytes(let range)): domain = try wire.text(range)
            case (2, .integer(let number)): version = Int(exactly: number) ?? 0
            default: break
            }
        }
        if domain == "ai.onnx" { domain = "" }
        guard opsets.count < Self.mostPorts, version > 0 else { throw wire.malformed("its opset_import is wrong") }
        opsets[domain] = max(version, opsets[domain] ?? 0)
    }

    private mutating func graph(_ range: Range<Int>, depth: Int) throws(FileError) {
        guard depth <= Self.mostDepth else {
            throw wire.malformed("it has graphs within graphs deeper than \(Self.mostDepth)")
        }
        try wire.walk(range) { (field) throws(FileError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case 1: try node(range, depth: depth)
            case 5:
                let weight = try tensor(range)
                guard depth == 0 else { return }
                guard weights.count < Self.mostWeights else { throw wire.malformed("it has too many weights") }
                weights.append(weight)
            case 11 where depth == 0: inputs.append(try port(range, after: inputs.count))
            case 12 where depth == 0: outputs.append(try port(range, after: outputs.count))
            default: break
            }
        }
    }

    /// A node matters only for the tensors and graphs in its attributes.
    private mutating func node(_ range: Range<Int>, depth: Int) throws(FileError) {
        nodes += 1
        try wire.walk(range) { (field) throws(FileError) in
            guard case (5, .bytes(let attribute)) = (field.number, field.value) else { return }
            try wire.walk(attribute) { (field) throws(FileError) in
                guard case .bytes(let range) = field.value else { return }
                switch field.number {
                case 5, 10: _ = try tensor(range)
                case 6, 11: try graph(range, depth: depth + 1)
                default: break
                }
            }
        }
    }

    // MARK: inputs and outputs

    private func port(_ range: Range<Int>, after count: Int) throws(FileError) -> OnnxModel.Port {
        guard count < Self.mostPorts else { throw wire.malformed("it has too many inputs or outputs") }
        var name = ""
        var element = OnnxElement(code: 0)
        var shape: [OnnxSize]?
        try wire.walk(range) { (field) throws(FileError) in
            guard case .bytes(let range) = field.value else { return }
            if field.number == 1 { name = try wire.text(range) }
            guard field.number == 2 else { return }
            try wire.walk(range) { (field) throws(FileError) in
                guard case (1, .bytes(let tensor)) = (field.number, field.value) else { return }
                try wire.walk(tensor) { (field) throws(FileError) in
                    switch (field.number, field.value) {
                    case (1, .integer(let code)): element = OnnxElement(code: Int(exactly: code) ?? 0)
                    case (2, .bytes(let range)): shape = try sizes(range)
                    default: break
                    }
                }
            }
        }
        guard !name.isEmpty else { throw wire.malformed("it has an input or output without a name") }
        return OnnxModel.Port(name: name, element: element, shape: shape)
    }

    private func sizes(_ range: Range<Int>) throws(FileError) -> [OnnxSize] {
        var sizes: [OnnxSize] = []
        try wire.walk(range) { (field) throws(FileError) in
            guard case (1, .bytes(let dimension)) = (field.number, field.value) else { return }
            var size = OnnxSize.named("")
            try wire.walk(dimension) { (field) throws(FileError) in
                switch (field.number, field.value) {
                case (1, .integer(let count)):
                    // Exporters write -1 or 0 for what they do not know.
                    if let count = Int(exactly: count), count > 0 { size = .fixed(count) }
                case (2, .bytes(let name)): size = .named(try wire.text(name))
                default: break
                }
            }
            guard sizes.count < Self.mostDimensions else { throw wire.malformed("it has a shape of too many sizes") }
            sizes.append(size)
        }
        return sizes
    }

    // MARK: weights

    private mutating func tensor(_ range: Range<Int>) throws(FileError) -> OnnxModel.Weight {
        var name = ""
        var code = 0
        var shape: [Int] = []
        var (raw, floats): (Range<Int>?, Range<Int>?)
        var isExternal = false
        var outside: [String: String] = [:]
        try wire.walk(range) { (field) throws(FileError) in
            switch (field.number, field.value) {
            case (1, .integer(let size)): shape.append(try checked(size))
            case (1, .bytes(let range)):
                for size in try wire.packed(range, limit: Self.mostDimensions) { shape.append(try checked(size)) }
            case (2, .integer(let number)): code = Int(exactly: number) ?? 0
            case (4, .bytes(let range)): floats = range
            case (8, .bytes(let range)): name = try wire.text(range)
            case (9, .bytes(let range)): raw = range
            case (13, .bytes(let range)):
                let (key, value) = try entry(range)
                guard outside.count < 16 else { throw wire.malformed("it has a weight with too many places") }
                outside[key] = value
            case (14, .integer(let place)): isExternal = place == 1
            default: break
            }
            guard shape.count <= Self.mostDimensions else { throw wire.malformed("it has a weight of too many sizes") }
        }
        let element = OnnxElement(code: code)
        return OnnxModel.Weight(
            name: name, element: element, shape: shape,
            location: try location(
                name, bytes: try byteCount(shape, element, of: name), raw: raw,
                floats: code == 1 ? floats : nil, outside: isExternal ? outside : nil))
    }

    private func checked(_ size: UInt64) throws(FileError) -> Int {
        guard let size = Int(exactly: size) else { throw wire.malformed("it has a weight of negative size") }
        return size
    }

    private func entry(_ range: Range<Int>) throws(FileError) -> (key: String, value: String) {
        var (key, value) = ("", "")
        try wire.walk(range) { (field) throws(FileError) in
            guard case .bytes(let range) = field.value else { return }
            if field.number == 1 { key = try wire.text(range) }
            if field.number == 2 { value = try wire.text(range) }
        }
        return (key, value)
    }

    /// Nil for types whose numbers have no whole bytes.
    private func byteCount(_ shape: [Int], _ element: OnnxElement, of name: String) throws(FileError) -> Int? {
        guard var total = element.size else { return nil }
        for size in shape {
            let (product, overflows) = total.multipliedReportingOverflow(by: max(1, size))
            guard !overflows else { throw wire.malformed("it has '\(name)' of shape \(shape)") }
            total = product
        }
        return shape.contains(0) ? 0 : total
    }

    private mutating func location(
        _ name: String, bytes: Int?, raw: Range<Int>?, floats: Range<Int>?, outside: [String: String]?
    ) throws(FileError) -> OnnxModel.Location {
        if let outside {
            guard let place = outside["location"], !place.isEmpty else {
                throw wire.malformed("it does not say where '\(name)' is")
            }
            guard externalFiles.count < Self.mostExternalFiles else { throw wire.malformed("it has too many files") }
            externalFiles.insert(place)
            guard let offset = Int(outside["offset"] ?? "0"), offset >= 0 else {
                throw wire.malformed("it says that '\(name)' begins at '\(outside["offset"] ?? "")'")
            }
            return .external(file: place, offset: offset, count: outside["length"].flatMap { Int($0) } ?? bytes)
        }
        guard let bytes else { return .other }
        if let raw {
            guard raw.count == bytes else {
                throw wire.malformed("it has \(raw.count) bytes for '\(name)', whose shape takes \(bytes)")
            }
            return .raw(raw)
        }
        guard let floats else { return .other }
        guard floats.count == bytes else {
            throw wire.malformed("it has \(floats.count) bytes for '\(name)', whose shape takes \(bytes)")
        }
        return .floats(floats)
    }
}
