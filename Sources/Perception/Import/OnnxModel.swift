public import Tensors

/// What an `.onnx` file says of itself. Opening it reads names and sizes and leaves the weights where they are.
public struct OnnxModel: Sendable {
    /// An input or output.
    public struct Port: Sendable, Equatable {
        public let name: String
        public let element: OnnxElement
        /// Nil where the file does not say how many dimensions there are.
        public let shape: [OnnxSize]?
    }

    /// Where the numbers of a weight are.
    public enum Location: Sendable, Equatable {
        /// As little-endian bytes in the model's own file.
        case raw(Range<Int>)
        /// As a list of 4-byte floats in the model's own file.
        case floats(Range<Int>)
        /// In a file beside the model.
        case external(file: String, offset: Int, count: Int?)
        /// In a form that is not read here.
        case other
    }

    /// A tensor of the network that is no input.
    public struct Weight: Sendable, Equatable {
        public let name: String
        public let element: OnnxElement
        public let shape: [Int]
        public let location: Location
    }

    public let path: String
    /// Of the file's format, not of the operators.
    public let formatVersion: Int
    public let producer: String
    /// Version of the operators by their domain; the standard ones have the domain "".
    public let opsets: [String: Int]
    /// What has to be given to run it: the graph's inputs without those that are weights.
    public let inputs: [Port]
    public let outputs: [Port]
    public let weights: [Weight]
    public let nodes: Int
    /// Files beside the model that hold weights, in the order of their names.
    public let externalFiles: [String]

    /// - Throws: `FileError` when the file is no ONNX model, is truncated or contradicts itself.
    public init(path: String) throws(FileError) {
        let file = try RandomAccessFile(path: path)
        guard file.size > 0 else { throw FileError(.malformed, file: path, "is empty; copy or export it again") }
        var parser = OnnxParser(file: file)
        try parser.model()
        self.path = path
        formatVersion = parser.formatVersion
        producer = [parser.producer, parser.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
        opsets = parser.opsets
        let names = Set(parser.weights.map(\.name))
        inputs = parser.inputs.filter { !names.contains($0.name) }
        outputs = parser.outputs
        weights = parser.weights
        nodes = parser.nodes
        externalFiles = parser.externalFiles.sorted()
    }

    public var opset: Int? { opsets[""] }

    /// The numbers of a float32 weight that the model's own file holds.
    /// - Throws: `FileError` when it is of another type, or elsewhere.
    public func tensor(_ weight: Weight) throws(FileError) -> Tensor {
        let extent: Range<Int>
        switch weight.location {
        case .raw(let range), .floats(let range): extent = range
        case .external, .other:
            throw FileError(
                .unsupported, file: path,
                "does not hold the numbers of '\(weight.name)' itself; export it as one file")
        }
        guard weight.element == .float32 else {
            throw FileError(
                .unsupported, file: path, "has '\(weight.name)' of type \(weight.element.name); export it as float32")
        }
        let count = weight.shape.reduce(1, *)  // the parser has checked that the bytes are as many
        let bytes = try RandomAccessFile(path: path).read(extent.count, at: extent.lowerBound)
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            for i in 0..<count {
                let bits = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self) }
                buffer.initializeElement(at: i, to: Float(bitPattern: UInt32(littleEndian: bits)))
            }
            filled = count
        }
        return Tensor(shape: weight.shape, values: values)
    }
}

/// What one number of a tensor is, in ONNX's numbering.
public struct OnnxElement: Sendable, Hashable {
    let code: Int

    public static let float32 = OnnxElement(code: 1)
    public static let float16 = OnnxElement(code: 10)

    private static let names = [
        1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
        10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
    ]
    private static let sizes = [
        1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2,
    ]

    public var name: String { Self.names[code] ?? "type \(code)" }

    /// Bytes of one number; nil for texts and types that are packed or unknown.
    var size: Int? { Self.sizes[code] }

    /// Whether it is int64 or int32.
    public var isInteger: Bool { code == 6 || code == 7 }
    public var isFloating: Bool { code == 1 || code == 10 }
}
