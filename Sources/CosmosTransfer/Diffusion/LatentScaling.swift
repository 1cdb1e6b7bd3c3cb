internal import Experiment
public import Tensors

/// Between what the video tokenizer makes and what the transformer works on (spec §3.2): `z = ½·(encoded − μ)/s`, with a
/// mean and a deviation for every channel and latent frame of a clip.
public struct LatentScaling: Sendable, Equatable {
    /// The deviation that scaled latents have: a constant of the published pipeline, whatever σ_data the sampler takes.
    private static let scale: Float = 0.5
    private let mean: [[Float]]
    private let deviation: [[Float]]

    /// - Parameters:
    ///   - mean: [channels][latent frames]
    ///   - deviation: the same, above 0.
    /// - Throws: `BenchError` when the tables are absent, of different sizes, or hold a number that is of no use.
    public init(mean: [[Float]], deviation: [[Float]]) throws {
        let frames = mean.first?.count ?? 0
        guard frames > 0 else {
            throw BenchError(
                .missing,
                "the weights folder holds no latent statistics; add mean and std to config.json or mean_std.pt")
        }
        guard mean.count == deviation.count, (mean + deviation).allSatisfy({ $0.count == frames }) else {
            throw BenchError(
                .unusableInput,
                "the latent statistics do not have one mean and one deviation for each of \(mean.count) channels and "
                    + "\(frames) latent frames; take config.json or mean_std.pt from the model's own files")
        }
        for (channel, (means, deviations)) in zip(mean, deviation).enumerated() {
            for frame in 0..<frames
            where !(means[frame].isFinite && deviations[frame] > 0 && deviations[frame].isFinite) {
                throw BenchError(
                    .unusableInput,
                    "the latent statistics hold mean \(means[frame]) and deviation \(deviations[frame]) for channel "
                        + "\(channel), latent frame \(frame); a finite mean and a deviation above 0 are needed")
            }
        }
        (self.mean, self.deviation) = (mean, deviation)
    }

    /// Encoded video [B, C, t, h, w] as the transformer takes it.
    /// - Throws: `BenchError` when the clip has other channels or more latent frames than the statistics.
    public func scaled(_ encoded: Tensor) throws -> Tensor {
        try mapped(encoded) { value, mean, deviation in Self.scale * (value - mean) / deviation }
    }

    /// The inverse: what the tokenizer decodes.
    public func unscaled(_ latent: Tensor) throws -> Tensor {
        try mapped(latent) { value, mean, deviation in value / Self.scale * deviation + mean }
    }

    private func mapped(_ x: Tensor, _ rule: (Float, Float, Float) -> Float) throws -> Tensor {
        precondition(x.shape.count == 5)
        let (channels, frames) = (x.shape[1], x.shape[2])
        guard channels == mean.count, frames <= mean[0].count else {
            throw BenchError(
                .unusableInput,
                "the latent statistics have \(mean.count) channels and \(mean[0].count) latent frames, the clip "
                    + "\(channels) and \(frames); make a shorter clip or supply statistics for it")
        }
        var result = x
        let plane = x.shape[3] * x.shape[4]
        for row in 0..<x.shape[0] * channels * frames {
            let (m, s) = (mean[row / frames % channels][row % frames], deviation[row / frames % channels][row % frames])
            for i in row * plane..<(row + 1) * plane { result.values[i] = rule(result.values[i], m, s) }
        }
        return result
    }
}
