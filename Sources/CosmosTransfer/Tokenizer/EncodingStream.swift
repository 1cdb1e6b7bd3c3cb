internal import CKernels
internal import Experiment
public import Tensors

/// One clip on its way through the encoder, chunk by chunk. Belongs to one caller at a time.
public final class EncodingStream {
    public let height: Int
    public let width: Int
    private let configuration: TokenizerConfiguration
    private let encoder: TokenizerEncoder
    private let pass: TokenizerPass
    private var hasBegun = false

    /// - Throws: `BenchError` when the tokenizer has no encoder, or frames of this size have no latents.
    public init(_ tokenizer: VideoTokenizer, height: Int, width: Int, pool: WorkerPool) throws {
        guard let encoder = tokenizer.encoder else {
            throw BenchError(
                .missing, "the tokenizer has no encoder; add its weights, encoder.jit or tokenizer.safetensors")
        }
        try tokenizer.configuration.checkFrame(height: height, width: width)
        (self.height, self.width) = (height, width)
        self.encoder = encoder
        configuration = tokenizer.configuration
        pass = TokenizerPass(pool: pool)
    }

    /// How many frames make the next latent frame: 1 at first, then as many as the temporal compression.
    public var nextFrames: Int { hasBegun ? configuration.temporalCompression : 1 }

    /// The next frames [3,T,H,W] in −1…1, for any number of whole latent frames.
    /// - Parameter isLast: no frames follow; frees what they would need.
    /// - Returns: their latents [z,t,h,w].
    /// - Throws: `BenchError` for another size, frames that end within a latent frame, or a number that is not finite.
    public func push(_ frames: Tensor, isLast: Bool = false) throws -> Tensor {
        try frames.checkVideo("frames", channels: 3, dimensions: 4)
        guard frames.shape[2] == height, frames.shape[3] == width else {
            throw BenchError(
                .unusableInput,
                "the clip began with frames of \(width)x\(height) and goes on with \(frames.shape[3])x\(frames.shape[2])"
            )
        }
        precondition(!pass.isLast, "the clip has ended")
        _ = try configuration.latentFrames(of: frames.shape[1] + (hasBegun ? 1 : 0))
        pass.isLast = isLast
        var features = patches(of: frames)
        hasBegun = true
        encoder(&features, pass)
        let latents = Tensor(planes: features)
        try latents.checkResult(of: "encoder")
        return latents
    }

    /// Haar patches; the clip's first frame makes one patch frame alone, as if it stood still before (spec §4.7).
    private func patches(of frames: Tensor) -> [FeatureFrame] {
        let (patch, count) = (configuration.patch, frames.shape[1])
        let (width, plane) = (width, height * width)
        var groups: [[Int]] = hasBegun ? [] : [Array(repeating: 0, count: patch)]
        groups += stride(from: hasBegun ? 0 : 1, to: count, by: patch).map { Array($0..<$0 + patch) }
        return groups.map { group in
            let out = FeatureFrame(
                height: height / patch, width: width / patch, channels: configuration.patchChannels, in: pass.store)
            frames.values.withUnsafeBufferPointer { values in
                guard let base = values.baseAddress else { return }
                nonisolated(unsafe) let pixels = group.map { base + $0 * plane }
                pass.pool.run(out.height) { row in
                    tb_haar_split(
                        pixels, count * plane, width, 3, patch.trailingZeroBitCount, out.pointer, row, 1)
                }
            }
            return out
        }
    }
}

extension Tensor {
    /// Frames [h][w][C] as [C,t,h,w].
    init(planes frames: [FeatureFrame]) {
        let (channels, count) = (frames[0].channels, frames[0].pixels)
        var values = [Float](repeating: 0, count: channels * frames.count * count)
        for (t, frame) in frames.enumerated() {
            for c in 0..<channels {
                let start = (c * frames.count + t) * count
                for p in 0..<count { values[start + p] = frame.pointer[p * channels + c] }
            }
        }
        self.init(shape: [channels, frames.count, frames[0].height, frames[0].width], values: values)
    }

    /// [C,t,h,w] as frames [h][w][C].
    func featureFrames(_ store: FrameStore) -> [FeatureFrame] {
        (0..<shape[1]).map { t in
            let frame = FeatureFrame(height: shape[2], width: shape[3], channels: shape[0], in: store)
            for c in 0..<shape[0] {
                let start = (c * shape[1] + t) * frame.pixels
                for p in 0..<frame.pixels { frame.pointer[p * shape[0] + c] = values[start + p] }
            }
            return frame
        }
    }
}
