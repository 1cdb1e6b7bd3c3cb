internal import Experiment
public import Tensors

/// Latent frames at a clip's start that are known already: the network sees them almost without noise and what it says
/// about them is replaced (spec §1.7).
public struct ConditionFrames: Sendable {
    /// The noise level at which known frames are shown to the network.
    public static let augmentation = 0.001

    /// The condition mask channel, [B, 1, t, h, w]: 1 in the known frames. It is the same for both passes of guidance and
    /// at every noise level.
    public let mask: Tensor
    /// How many latent frames are known.
    public let count: Int
    /// The known latent, and the same with noise: [B, C, t, h, w].
    private let latent: Tensor
    private let noised: Tensor
    private let preconditioning: Preconditioning

    /// - Parameters:
    ///   - latent: [B, C, t, h, w]; only its first `count` frames are used.
    ///   - seed: of the noise that the known frames get; the clip's own (`NumpyNormal.seed`).
    /// - Throws: `BenchError` when the clip does not have that many latent frames.
    public init(
        latent: Tensor, count: Int, seed: UInt32, preconditioning: Preconditioning = Preconditioning()
    ) throws {
        precondition(latent.shape.count == 5)
        let frames = latent.shape[2]
        guard (0...frames).contains(count) else {
            throw BenchError(.usage, "\(count) condition frames are asked for in a clip of \(frames) latent frames")
        }
        let plane = latent.shape[3] * latent.shape[4]
        var mask = Tensor(shape: [latent.shape[0], 1, frames, latent.shape[3], latent.shape[4]])
        for sample in 0..<latent.shape[0] {
            for i in sample * frames * plane..<(sample * frames + count) * plane { mask.values[i] = 1 }
        }
        self.mask = mask
        self.count = count
        self.latent = latent
        self.preconditioning = preconditioning
        var noised = latent
        if count > 0 {
            let noise = NumpyNormal.tensor(seed: seed, shape: latent.shape)
            let level = Float(Self.augmentation)
            for i in 0..<noised.count { noised.values[i] += level * noise.values[i] }
        }
        self.noised = noised
    }

    /// Those of single samples as a batch's: each with its own noise, all with the same number of known frames.
    init(joining parts: [ConditionFrames]) {
        precondition(parts.allSatisfy { $0.count == parts[0].count && $0.preconditioning == parts[0].preconditioning })
        mask = Tensor(joining: parts.map(\.mask))
        latent = Tensor(joining: parts.map(\.latent))
        noised = Tensor(joining: parts.map(\.noised))
        (count, preconditioning) = (parts[0].count, parts[0].preconditioning)
    }

    /// The noisy latent with the known frames put in, as the denoiser takes it at a noise level.
    public func input(_ x: Tensor, sigma: Double) -> Tensor {
        guard isReplacing(at: sigma) else { return x }
        var result = x
        let factor = Float(preconditioning.input(Self.augmentation) / preconditioning.input(sigma))
        eachKnownRow(of: x) { row in
            for i in row { result.values[i] = noised.values[i] * factor }
        }
        return result
    }

    /// What the denoiser gave, with the known frames put back; do this before guidance.
    public func output(_ clean: Tensor, sigma: Double) -> Tensor {
        guard isReplacing(at: sigma) else { return clean }
        var result = clean
        eachKnownRow(of: clean) { row in
            for i in row { result.values[i] = latent.values[i] }
        }
        return result
    }

    /// Known frames have noise of their own: below that level there is nothing to replace.
    private func isReplacing(at sigma: Double) -> Bool { count > 0 && Self.augmentation < sigma }

    private func eachKnownRow(of x: Tensor, _ body: (Range<Int>) -> Void) {
        precondition(x.shape == latent.shape)
        let plane = x.shape[3] * x.shape[4]
        for channel in 0..<x.shape[0] * x.shape[1] {
            let start = channel * x.shape[2] * plane
            body(start..<start + count * plane)
        }
    }

    /// How many latent frames the first `frames` frames of a clip of `clip` frames and `latent` latent frames fill.
    /// - Throws: `BenchError` when they end inside a latent frame.
    public static func latentFrames(frames: Int, clip: Int, latent: Int) throws -> Int {
        precondition(frames >= 0 && clip > 0)
        let (whole, rest) = frames.quotientAndRemainder(dividingBy: clip)
        guard rest > 0 else { return whole * latent }
        let factor = latent > 1 ? (clip - 1) / (latent - 1) : 1
        guard rest == 1 || (rest - 1) % factor == 0 else {
            throw BenchError(
                .usage,
                "\(frames) condition frames do not fill whole latent frames; use 1 and a multiple of \(factor) more")
        }
        return whole * latent + 1 + (rest - 1) / factor
    }
}
