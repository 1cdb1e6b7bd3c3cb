internal import Tensors

/// The first layer: patches of latent channels become tokens (spec §2.2).
struct PatchEmbedding: Sendable {
    private let weight: MatrixWeight

    init(_ weight: MatrixWeight) { self.weight = weight }

    var width: Int { weight.shape[0] }
    /// Channels that a patch is made of.
    func channels(_ grid: LatentGrid) -> Int { weight.shape[1] / grid.patchSize }

    /// - Parameter channel: the numbers [frames, height, width] of a sample's channel; nil where they are all zero.
    /// - Returns: [samples · tokens, width].
    func tokens(
        _ grid: LatentGrid, pool: WorkerPool, channel: (_ sample: Int, _ channel: Int) -> UnsafePointer<Float>?
    ) -> FloatBuffer {
        let inputs = weight.shape[1]
        let features = FloatBuffer(count: grid.samples * grid.tokens * inputs)
        features.fill(0)
        for s in 0..<grid.samples {
            for c in 0..<channels(grid) {
                guard let numbers = channel(s, c) else { continue }
                grid.gather(
                    numbers, into: features.pointer + s * grid.tokens * inputs, stride: inputs,
                    offset: c * grid.patchSize)
            }
        }
        let out = FloatBuffer(count: grid.samples * grid.tokens * width)
        pool.multiply(
            features.pointer, stride: inputs, rows: grid.samples * grid.tokens, segments: grid.samples, by: weight,
            into: (out.pointer, width))
        return out
    }
}
