internal import Experiment
public import Tensors

extension TokenWeight {
    /// The weights of single samples as those of a batch.
    public static func batch(_ samples: [TokenWeight]) -> TokenWeight {
        if samples.count == 1 { return samples[0] }
        var shape: [Int]?
        for case .map(let map) in samples { shape = Array(map.shape.dropFirst()) }
        guard let shape else {
            return .uniform(samples.flatMap { sample -> [Float] in if case .uniform(let v) = sample { v } else { [] } })
        }
        let count = shape.reduce(1, *)
        let values = samples.flatMap { sample in
            switch sample {
            case .uniform(let values): values.flatMap { [Float](repeating: $0, count: count) }
            case .map(let map): map.values
            }
        }
        return .map(Tensor(shape: [values.count / count] + shape, values: values))
    }

    /// A weight as a raw tensor gives it, unnormalised: one number, one a sample [B], a map of tokens [t, h', w'] or
    /// [B, t, h', w'], or a map of pixels [H, W], [T, H, W] or [B, T, H, W] with T a clip's frames or latent frames.
    /// - Parameters:
    ///   - tokens: t, h', w'.
    ///   - temporal: frames in a latent frame (the tokenizer's temporal compression).
    /// - Throws: `BenchError` naming the control when the shape is another, or a number is negative or not finite.
    public init(
        _ stored: StoredTensor, control: String, tokens: [Int], batch: Int, temporal: Int
    ) throws {
        precondition(tokens.count == 3)
        try ControlWeight.check(stored, control: control)
        let shape = stored.shape
        let samples = shape.count == 4 ? shape[0] : 1
        guard shape.count <= 4, samples == 1 || samples == batch,
            shape.count != 1 || stored.count == 1 || stored.count == batch
        else {
            throw BenchError(
                .unusableInput,
                "the weight of control '\(control)' has shape \(shape) for a batch of \(batch); give one number, one a "
                    + "sample, or a map [H, W], [T, H, W] or [B, T, H, W]")
        }
        if shape.count <= 1 {
            self = .uniform(stored.floats())
        } else if shape.suffix(3).elementsEqual(tokens) {
            self = .map(stored.tensor().reshaped([samples] + tokens))
        } else {
            let frames = shape.count == 2 ? 1 : shape[shape.count - 3]
            let clip = shape.count == 2 ? (tokens[0] - 1) * temporal + 1 : frames
            let grid = try WeightGrid(
                frames: clip, height: shape[shape.count - 2], width: shape[shape.count - 1], clipFrames: clip,
                tokens: tokens, temporal: temporal)
            let (values, size) = (stored.floats(), stored.count / samples)
            self = .batch(
                (0..<samples).map { sample in
                    let map = Tensor(
                        shape: [frames] + shape.suffix(2), values: Array(values[sample * size..<(sample + 1) * size]))
                    let sampler = MapSampler(StoredTensor(name: control, map), grid: grid, frames: clip)
                    return .map(grid.tokens(firstFrame: 0) { [sampler.samples(frame: $0)] }[0])
                })
        }
    }
}
