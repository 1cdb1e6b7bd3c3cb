internal import CKernels
internal import Experiment
public import Tensors
public import Video

/// One clip on its way through the decoder, chunk by chunk. Belongs to one caller at a time.
public final class DecodingStream {
    /// Size of the latents.
    public let height: Int
    public let width: Int
    private let configuration: TokenizerConfiguration
    private let decoder: TokenizerDecoder
    private let pass: TokenizerPass
    private var hasBegun = false

    /// - Throws: `BenchError` when the tokenizer has no decoder.
    public init(_ tokenizer: VideoTokenizer, height: Int, width: Int, pool: WorkerPool) throws {
        guard let decoder = tokenizer.decoder else {
            throw BenchError(
                .missing, "the tokenizer has no decoder; add its weights, decoder.jit or tokenizer.safetensors")
        }
        precondition(height > 0 && width > 0)
        (self.height, self.width) = (height, width)
        self.decoder = decoder
        configuration = tokenizer.configuration
        pass = TokenizerPass(pool: pool)
    }

    /// The next latent frames [z,t,h,w], any number.
    /// - Parameter isLast: no latents follow; frees what they would need.
    /// - Returns: their frames [3,T,H,W], in about −1…1: one for the clip's first latent frame, as many as the temporal
    ///   compression for every other.
    /// - Throws: `BenchError` for another size, or a number that is not finite.
    public func push(_ latents: Tensor, isLast: Bool = false) throws -> Tensor {
        try latents.checkVideo("latent", channels: configuration.latentChannels, dimensions: 4)
        guard latents.shape[2] == height, latents.shape[3] == width else {
            throw BenchError(
                .unusableInput,
                "the clip began with latents of \(width)x\(height) and goes on with \(latents.shape[3])x\(latents.shape[2])"
            )
        }
        precondition(!pass.isLast, "the clip has ended")
        pass.isLast = isLast
        var features = latents.featureFrames(pass.store)
        decoder(&features, pass)
        let frames = pixels(of: features)
        try frames.checkResult(of: "decoder")
        hasBegun = true
        return frames
    }

    /// Back from Haar patches; of the clip's first ones only the last frame is a frame of the video (spec §4.7).
    private func pixels(of features: [FeatureFrame]) -> Tensor {
        let patch = configuration.patch
        let (height, width) = (features[0].height * patch, features[0].width * patch)
        let plane = height * width
        let dropped = hasBegun ? 0 : patch - 1
        let count = features.count * patch - dropped
        let values = [Float](unsafeUninitializedCapacity: 3 * count * plane) { buffer, filled in
            guard let base = buffer.baseAddress else { return }
            for (i, frame) in features.enumerated() {
                nonisolated(unsafe) let pixels = (0..<patch).map { t -> UnsafeMutablePointer<Float>? in
                    let place = i * patch + t - dropped
                    return place < 0 ? nil : base + place * plane
                }
                pass.pool.run(frame.height) { row in
                    tb_haar_join(
                        frame.pointer, width, 3, patch.trailingZeroBitCount, pixels, count * plane, row, 1)
                }
            }
            filled = 3 * count * plane
        }
        return Tensor(shape: [3, count, height, width], values: values)
    }
}

extension Frame {
    /// Decoded frames [3,T,H,W] as pixels: `trunc(255·clamp(1 + x, 0, 2)/2)` (spec §1.6).
    public static func frames(of decoded: Tensor) -> [Frame] {
        precondition(decoded.shape.count == 4 && decoded.shape[0] == 3)
        let (count, plane) = (decoded.shape[1], decoded.shape[2] * decoded.shape[3])
        return (0..<count).map { t in
            let pixels = [UInt8](unsafeUninitializedCapacity: 3 * plane) { buffer, filled in
                for c in 0..<3 {
                    let start = (c * count + t) * plane
                    for p in 0..<plane {
                        buffer[3 * p + c] = UInt8(255 * min(2, max(0, 1 + decoded.values[start + p])) / 2)
                    }
                }
                filled = 3 * plane
            }
            return Frame(width: decoded.shape[3], height: decoded.shape[2], pixels: pixels)
        }
    }

    /// Frames of one size as the encoder takes them, [3,T,H,W]: `2·v/255 − 1`.
    public static func tensor(of frames: [Frame]) -> Tensor {
        guard let first = frames.first else { return Tensor(shape: [3, 0, 0, 0]) }
        precondition(frames.allSatisfy { $0.size == first.size })
        let plane = first.width * first.height
        var values = [Float](repeating: 0, count: 3 * frames.count * plane)
        for (t, frame) in frames.enumerated() {
            for c in 0..<3 {
                let start = (c * frames.count + t) * plane
                for p in 0..<plane { values[start + p] = Float(frame.pixels[3 * p + c]) / 255 * 2 - 1 }
            }
        }
        return Tensor(shape: [3, frames.count, first.height, first.width], values: values)
    }
}
