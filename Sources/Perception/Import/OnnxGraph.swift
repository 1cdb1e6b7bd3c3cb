public import Tensors

/// A network of float32 tensors in ONNX's terms, to be written by `OnnxWriter`.
public struct OnnxGraph: Sendable {
    /// An input or output with its sizes.
    public struct Port: Sendable {
        public let name: String
        public let shape: [OnnxSize]

        public init(name: String, shape: [OnnxSize]) {
            self.name = name
            self.shape = shape
        }
    }

    public enum Attribute: Sendable, Equatable {
        case integer(Int)
        case integers([Int])
    }

    public struct Node: Sendable, Equatable {
        public let operation: String
        public let inputs: [String]
        public let outputs: [String]
        public let attributes: [String: Attribute]
    }

    public let name: String
    public var inputs: [Port] = []
    public var outputs: [Port] = []
    /// In an order in which each finds its inputs made.
    public private(set) var nodes: [Node] = []
    /// Numbers that nodes take by name; written as float32.
    public private(set) var weights: [StoredTensor] = []

    public init(name: String) { self.name = name }

    /// Adds a node with one output, and returns that output's name.
    @discardableResult
    public mutating func node(
        _ operation: String, _ inputs: [String], to output: String, _ attributes: [String: Attribute] = [:]
    ) -> String {
        nodes.append(Node(operation: operation, inputs: inputs, outputs: [output], attributes: attributes))
        return output
    }

    /// Adds numbers under a name, and returns the name.
    public mutating func weight(_ tensor: StoredTensor, named name: String) -> String {
        weights.append(tensor.renamed(name))
        return name
    }
}

/// One size of a tensor.
public enum OnnxSize: Sendable, Equatable {
    case fixed(Int)
    /// Any size, the same wherever the name stands; a file may leave it empty.
    case named(String)
}
