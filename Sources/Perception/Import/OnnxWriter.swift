public import Tensors

/// Writes `.onnx` files. A file appears under its name only when it is complete.
public enum OnnxWriter {
    /// Of the standard operators. What is written is the same in every later set.
    public static let opset = 13
    private static let formatVersion = 8
    private static let producer = "transferbench"
    private static let float32 = 1
    /// Readers of Protocol Buffers take no longer message.
    private static let mostBytes = Int(Int32.max)

    /// Writes a network; memory does not grow with its weights.
    /// - Throws: `FileError`, when the system refuses, or the file would have 2 GB or more.
    public static func write(_ graph: OnnxGraph, to path: String) throws(FileError) {
        var pieces: [(header: WireWriter, weight: StoredTensor?)] = [(structure(of: graph), nil)]
        pieces += graph.weights.map { (header(of: $0), $0) }
        let size = pieces.reduce(0) { $0 + $1.header.bytes.count + ($1.weight?.count ?? 0) * 4 }
        var start = WireWriter()
        start.integer(1, formatVersion)
        start.text(2, producer)
        var operators = WireWriter()
        operators.integer(2, opset)
        start.message(8, operators)
        start.header(7, byteCount: size)
        guard size + start.bytes.count <= mostBytes else {
            throw FileError(.unsupported, file: path, "would have \(size) bytes; an ONNX file has less than 2 GB")
        }
        try write(start.bytes, pieces, to: path)
    }

    /// All of the graph but its weights.
    private static func structure(of graph: OnnxGraph) -> WireWriter {
        var message = WireWriter()
        for node in graph.nodes { message.message(1, wire(node)) }
        message.text(2, graph.name)
        for port in graph.inputs { message.message(11, wire(port)) }
        for port in graph.outputs { message.message(12, wire(port)) }
        return message
    }

    private static func wire(_ node: OnnxGraph.Node) -> WireWriter {
        var message = WireWriter()
        for input in node.inputs { message.text(1, input) }
        for output in node.outputs { message.text(2, output) }
        message.text(4, node.operation)
        for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
            var attribute = WireWriter()
            attribute.text(1, name)
            switch value {
            case .integer(let number):
                attribute.integer(3, number)
                attribute.integer(20, 2)
            case .integers(let numbers):
                for number in numbers { attribute.integer(8, number) }
                attribute.integer(20, 7)
            }
            message.message(5, attribute)
        }
        return message
    }

    private static func wire(_ port: OnnxGraph.Port) -> WireWriter {
        var shape = WireWriter()
        for size in port.shape {
            var dimension = WireWriter()
            switch size {
            case .fixed(let count): dimension.integer(1, count)
            case .named(let name): dimension.text(2, name)
            }
            shape.message(1, dimension)
        }
        var tensor = WireWriter()
        tensor.integer(1, float32)
        tensor.message(2, shape)
        var type = WireWriter()
        type.message(1, tensor)
        var message = WireWriter()
        message.text(1, port.name)
        message.message(2, type)
        return message
    }

    /// A weight up to where its numbers follow.
    private static func header(of weight: StoredTensor) -> WireWriter {
        var tensor = WireWriter()
        tensor.packed(1, weight.shape)
        tensor.integer(2, float32)
        tensor.text(8, weight.name)
        tensor.header(9, byteCount: weight.count * 4)
        var message = WireWriter()
        message.header(5, byteCount: tensor.bytes.count + weight.count * 4)
        return message.followed(by: tensor)
    }

    // MARK: the file

    private static func write(
        _ start: [UInt8], _ pieces: [(header: WireWriter, weight: StoredTensor?)], to path: String
    ) throws(FileError) {
        let file = try PartialFile(path: path)
        var offset = 0
        var code = start.withUnsafeBytes { append($0, to: file, at: &offset) }
        for piece in pieces where code == 0 {
            code = piece.header.bytes.withUnsafeBytes { append($0, to: file, at: &offset) }
            if code == 0, let weight = piece.weight { code = append(weight, to: file, at: &offset) }
        }
        try file.finish(code)
    }

    private static let chunk = 1 << 18

    /// A weight's numbers, a chunk at a time; the system's error, or 0.
    private static func append(_ weight: StoredTensor, to file: PartialFile, at offset: inout Int) -> Int32 {
        let buffer = FloatBuffer(count: min(chunk, weight.count))
        for start in stride(from: 0, to: weight.count, by: chunk) {
            let range = start..<min(weight.count, start + chunk)
            weight.widen(range, into: buffer.pointer)
            let code = append(
                UnsafeRawBufferPointer(start: buffer.pointer, count: range.count * 4), to: file, at: &offset)
            if code != 0 { return code }
        }
        return 0
    }

    private static func append(_ bytes: UnsafeRawBufferPointer, to file: PartialFile, at offset: inout Int) -> Int32 {
        let code = file.write(bytes, at: offset)
        offset += bytes.count
        return code
    }
}
