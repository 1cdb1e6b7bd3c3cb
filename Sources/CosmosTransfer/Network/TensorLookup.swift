internal import Experiment
internal import Tensors

/// The tensors of one network by their official names (spec §2.10), whose shapes have been checked.
struct TensorLookup: Sendable {
    let tensors: [String: StoredTensor]
    /// Whether weights of products are packed once, at their first.
    let packsOnce: Bool

    subscript(name: String) -> StoredTensor {
        get throws(BenchError) {
            guard let tensor = tensors[name] else {
                throw BenchError(.bug, "the tensor '\(name)' is used but was not asked for")
            }
            return tensor
        }
    }

    /// A weight of products.
    func matrix(_ name: String) throws(BenchError) -> MatrixWeight {
        MatrixWeight(try self[name], packedOnce: packsOnce)
    }
}
