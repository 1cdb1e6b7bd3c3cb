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
        let wrong = wanted.sorted { $0.key < $1.key }.compactMap { name, shape -> String? in
            guard let tensor = tensors[name] else { return "\(name) is missing" }
            return tensor.shape == shape ? nil : "\(name) is \(tensor.shape), not \(shape)"
        }
        guard wrong.isEmpty else {
            throw BenchError(
                .unusableInput,
                "the tokenizer's weights do not fit its configuration: \(wrong.joined(separator: "; ")); supply both from one model"
            )
        }
        encoder = hasEncoder ? TokenizerEncoder(configuration, tensors) : nil
        decoder = hasDecoder ? TokenizerDecoder(configuration, tensors) : nil
    }

    public var canEncode: Bool { encoder != nil }
    public var canDecode: Bool { decoder != nil }

    /// Latent frames that whole clips are taken through together: fewer take less memory, more pack the weights less often.
    static let chunk = 2

    /// Latents [B,z,t,h,w] of videos [B,3,T,H,W] in −1…1, as the encoder gives them: not yet scaled (spec §3.2).
    /// - Throws: `BenchError` for sizes that have no latents, or a number that is not finite.
    public func encode(frames: Tensor, pool: WorkerPool) throws -> Tensor {
        try frames.checkVideo("frames", channels: 3)
        let shape = frames.shape
        let latentFrames = try configuration.latentFrames(of: shape[2])
        let samples = try (0..<shape[0]).map { sample in
            let stream = try EncodingStream(self, height: shape[3], width: shape[4], pool: pool)
            return try latentFrames.chunks(of: Self.chunk).map { chunk in
                try stream.push(
                    frames.part(sample: sample, frames: configuration.frames(of: chunk)),
                    isLast: chunk.upperBound == latentFrames.upperBound)
            }
        }
        return Tensor(joining: samples)
    }

    /// Videos [B,3,T,H,W], in about −1…1, of latents [B,z,t,h,w] as `encode` makes them: no longer scaled (spec §3.2).
    /// - Throws: `BenchError` for another number of channels, or a number that is not finite.
    public func decode(latents: Tensor, pool: WorkerPool) throws -> Tensor {
        try latents.checkVideo("latent", channels: configuration.latentChannels)
        let shape = latents.shape
        let samples = try (0..<shape[0]).map { sample in
            let stream = try DecodingStream(self, height: shape[3], width: shape[4], pool: pool)
            return try (0..<shape[2]).chunks(of: Self.chunk).map { chunk in
                try stream.push(latents.part(sample: sample, frames: chunk), isLast: chunk.upperBound == shape[2])
            }
        }
        return Tensor(joining: samples)
    }
}

extension Range<Int> {
    fileprivate func chunks(of most: Int) -> [Range<Int>] {
        stride(from: lowerBound, to: upperBound, by: most).map { $0..<Swift.min($0 + most, upperBound) }
    }
}
