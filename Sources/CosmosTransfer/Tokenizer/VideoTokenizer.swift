internal import Experiment
public import Tensors

/// The video tokenizer (spec §4): an encoder from frames to latents and a decoder back, each present when its weights are.
///
/// Both are causal in time, so a clip can go through them in chunks (`EncodingStream`, `DecodingStream`) with the same bits
/// and with memory that does not grow with the frames' number, but for the keys and values of one attention.
public struct VideoTokenizer: Sendable {
    public let configuration: TokenizerConfiguration
    let encoder: TokenizerEncoder?
    let decoder: TokenizerDecoder?

    /// - Parameter tensors: by official name without prefix (spec §4.9); weights stay in their own element type. Those of idle
    ///   resamplers, and of anything else, are ignored.
    /// - Throws: `BenchError` when the configuration fits no tokenizer, or a half is there in part: every tensor that is
    ///   missing or misshapen is named.
    public init(_ configuration: TokenizerConfiguration, tensors: [String: StoredTensor]) throws {
        try configuration.checkForTokenizer()
        self.configuration = configuration
        let hasEncoder = tensors.keys.contains { $0.hasPrefix("encoder.") || $0.hasPrefix("quant_conv.") }
        let hasDecoder = tensors.keys.contains { $0.hasPrefix("decoder.") || $0.hasPrefix("post_quant_conv.") }
        guard hasEncoder || hasDecoder else {
            throw BenchError(
                .missing,
                "the tokenizer has no weights; put tokenizer.safetensors, or encoder.jit and decoder.jit, into the weights folder"
            )
        }
        var wanted: [String: [Int]] = [:]
        if hasEncoder { wanted.merge(configuration.encoderTensors()) { $1 } }
        if hasDecoder { wanted.merge(configuration.decoderTensors()) { $1 } }
        _ = try WeightSet(tensors: tensors, source: "the tokenizer").checked(wanted, ignoring: tensors.keys)
        encoder = hasEncoder ? TokenizerEncoder(configuration, tensors) : nil
        decoder = hasDecoder ? TokenizerDecoder(configuration, tensors) : nil
    }

    /// One half or both of a weights folder's tokenizer.
    /// - Throws: `BenchError` when the folder lacks what is asked for, or holds what does not fit its configuration.
    public init(_ folder: WeightsFolder, _ halves: Halves = .both) throws {
        guard let configuration = folder.configuration.tokenizer else {
            throw BenchError(
                .missing, "\(folder.path)/config.json has no 'tokenizer', which says how the tokenizer is made; add it")
        }
        let weights =
            switch halves {
            case .both: try folder.tokenizer()
            case .encoder: try folder.tokenizerEncoder()
            case .decoder: try folder.tokenizerDecoder()
            }
        try self.init(configuration, tensors: weights.tensors)
    }

    public enum Halves: Sendable { case both, encoder, decoder }

    /// Latents [B,z,t,h,w] of videos [B,3,T,H,W] in −1…1, as the encoder gives them: not yet scaled (spec §3.2).
    /// - Throws: `BenchError` for sizes that have no latents, or a number that is not finite.
    public func encode(frames: Tensor, pool: WorkerPool) throws -> Tensor {
        try frames.checkVideo("frames", channels: 3)
        let (samples, height, width) = (frames.shape[0], frames.shape[3], frames.shape[4])
        let latentFrames = try configuration.latentFrames(of: frames.shape[2])
        try configuration.checkFrame(height: height, width: width)
        let (h, w) = (height / configuration.spatialCompression, width / configuration.spatialCompression)
        var latents = Tensor(shape: [samples, configuration.latentChannels, latentFrames, h, w])
        for sample in 0..<samples {
            let stream = try EncodingStream(self, height: height, width: width, pool: pool)
            for chunk in Self.chunks(latentFrames) {
                let part = frames.part(sample: sample, frames: configuration.frames(of: chunk))
                latents.put(
                    try stream.push(part, isLast: chunk.upperBound == latentFrames), sample: sample,
                    from: chunk.lowerBound)
            }
        }
        return latents
    }

    /// Videos [B,3,T,H,W], in about −1…1, of latents [B,z,t,h,w] as `encode` makes them: no longer scaled (spec §3.2).
    /// - Throws: `BenchError` for another number of channels, or a number that is not finite.
    public func decode(latents: Tensor, pool: WorkerPool) throws -> Tensor {
        try latents.checkVideo("latent", channels: configuration.latentChannels)
        let (samples, latentFrames) = (latents.shape[0], latents.shape[2])
        let (h, w) = (latents.shape[3], latents.shape[4])
        var frames = Tensor(
            shape: [samples, 3, configuration.frames(of: 0..<latentFrames).count]
                + [h, w].map { $0 * configuration.spatialCompression })
        for sample in 0..<samples {
            let stream = try DecodingStream(self, height: h, width: w, pool: pool)
            for chunk in Self.chunks(latentFrames) {
                let part = latents.part(sample: sample, frames: chunk)
                frames.put(
                    try stream.push(part, isLast: chunk.upperBound == latentFrames), sample: sample,
                    from: configuration.frames(of: chunk).lowerBound)
            }
        }
        return frames
    }

    /// Latent frames that whole clips are taken through together: fewer take less memory, more pack the weights less often.
    private static func chunks(_ latentFrames: Int) -> [Range<Int>] {
        let most = 2
        return stride(from: 0, to: latentFrames, by: most).map { $0..<min($0 + most, latentFrames) }
    }
}
