internal import Tensors

extension Tensor {
    /// Samples [1, …], or batches, of one shape as a batch.
    init(joining samples: [Tensor]) {
        precondition(samples.allSatisfy { $0.shape == samples[0].shape })
        self.init(
            shape: [samples.count * samples[0].shape[0]] + samples[0].shape.dropFirst(),
            values: samples.flatMap(\.values))
    }

    /// One sample of a batch, [1, …].
    func sample(_ index: Int) -> Tensor {
        let size = count / shape[0]
        return Tensor(
            shape: [1] + shape.dropFirst(), values: Array(values[index * size..<(index + 1) * size]))
    }
}
