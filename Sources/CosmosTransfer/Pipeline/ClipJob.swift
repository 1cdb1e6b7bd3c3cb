internal import Experiment
internal import Tensors
internal import Video

/// The clips of one video being made, in order; of an upscaled video those of one patch.
final class ClipJob {
    /// A clip ready to be sampled.
    struct Start {
        let initial: InitialLatent
        let denoiser: GuidedDenoiser
    }

    private let request: GenerationRequest
    private let model: TransferModel
    private let pool: WorkerPool
    private let weights: ControlWeights
    private let controls: [SourceVideo.Clips]
    private let input: SourceVideo.Clips?
    /// Latent frames, rows and columns of a clip.
    private let latentSize: [Int]

    /// - Parameter patch: the video that weight maps are laid over and the part of it that is made here; nil for the whole.
    /// - Throws: `BenchError` when the request does not fit the model, naming what does not.
    init(_ request: GenerationRequest, patch: PatchPlace? = nil, model: TransferModel, pool: WorkerPool) throws {
        self.request = request
        self.model = model
        self.pool = pool
        let tokenizer = model.tokenizer.configuration
        guard request.frames > 0 else { throw BenchError(.usage, "a video has at least one frame") }
        let whole = try WeightGrid(
            frames: request.frames, height: request.size.height, width: request.size.width,
            clipFrames: request.clipFrames, tokenizer: tokenizer, patch: model.network.configuration.patch)
        let grid =
            try patch.map {
                try WeightGrid(
                    frames: request.frames, height: $0.whole.height, width: $0.whole.width,
                    clipFrames: request.clipFrames, tokens: whole.tokens,
                    temporal: tokenizer.temporalCompression * model.network.configuration.patch[0],
                    window: ($0.rows, $0.columns))
            } ?? whole
        weights = try ControlWeights(
            request.controls.map { ($0.name, $0.weight) }, grid: grid, parity: request.parity)
        controls = try request.controls.map { try $0.video.open() }
        input = try request.inputVideo?.open()
        latentSize = [
            (request.clipFrames - 1) / tokenizer.temporalCompression + 1,
            request.size.height / tokenizer.spatialCompression, request.size.width / tokenizer.spatialCompression,
        ]
        _ = try model.network.grid(of: shape)  // before anything is encoded
    }

    private var shape: [Int] { [1, model.network.configuration.latentChannels] + latentSize }
    private var firstFrameStep: Int { request.clipFrames - 1 }

    /// Encodes what a clip needs.
    /// - Parameter last: the last frame of the clip before; nil for the first.
    func start(clip: Int, after last: Frame?) throws -> Start {
        let seed = try NumpyNormal.seed(request.seed, clip: clip)
        let hints = try self.hints(clip: clip)
        return Start(
            initial: try initial(seed: seed),
            denoiser: try denoiser(hints: hints, clip: clip, condition: condition(after: last, seed: seed)))
    }

    /// Decodes a clip's latent, frame by frame.
    func decode(_ latent: Tensor, emit: (Frame) throws -> Void) throws {
        let unscaled = try model.scaling.unscaled(latent)
        let stream = try DecodingStream(model.tokenizer, height: latentSize[1], width: latentSize[2], pool: pool)
        for t in 0..<latentSize[0] {
            let decoded = try stream.push(unscaled.latentFrame(t), isLast: t == latentSize[0] - 1)
            for frame in Frame.frames(of: decoded) { try emit(frame) }
        }
    }

    /// The hints of a clip whose weight is not zero everywhere. Every video moves on to its next clip.
    private func hints(clip: Int) throws -> [ControlHint] {
        let weights = self.weights.tokens(firstFrame: clip * firstFrameStep)
        return try zip(zip(request.controls, controls), weights).compactMap { pair, weight in
            let (control, video) = pair
            guard !weight.isZero else {
                try skip(video)
                return nil
            }
            return ControlHint(name: control.name, latent: try encode(video), weight: weight)
        }
    }

    private func initial(seed: UInt32) throws -> InitialLatent {
        guard let input, !request.isDistilled else { return InitialLatent(noiseOf: shape, seed: seed) }
        return InitialLatent(video: try encode(input), seed: seed, sigmaMax: request.sampler.sigmaMax)
    }

    /// The clip's first latent frame, known from the clip before. Models without a condition mask make every clip alone.
    private func condition(after last: Frame?, seed: UInt32) throws -> ConditionFrames? {
        guard model.network.configuration.hasConditionMask else { return nil }
        var latent = Tensor(shape: shape)
        if let last {
            // The encoder is causal: what follows the first frame does not change its latent.
            let frame = Frame.tensor(of: [last])
            let encoded = try model.tokenizer.encode(frames: frame.reshaped([1] + frame.shape), pool: pool)
            let known = try model.scaling.scaled(encoded)
            let plane = latentSize[1] * latentSize[2]
            for c in 0..<shape[1] {
                for i in 0..<plane { latent.values[c * latentSize[0] * plane + i] = known.values[c * plane + i] }
            }
        }
        return try ConditionFrames(
            latent: latent, count: last == nil ? 0 : 1, seed: seed,
            preconditioning: Preconditioning(sigmaData: request.sampler.sigmaData))
    }

    private func denoiser(hints: [ControlHint], clip: Int, condition: ConditionFrames?) throws -> GuidedDenoiser {
        let maps = request.regions?.maps(firstFrame: clip * firstFrameStep) ?? []
        let regions = zip(request.regionTexts, maps).map { PromptEmbedding.Region(text: $0, tokens: $1.inside) }
        let conditional = try model.network.prepare(
            NetworkConditions(
                prompt: PromptEmbedding(text: request.prompt, regions: regions), hints: hints, fps: request.fps),
            size: shape, rotaryPrecision: request.rotaryPrecision, pool: pool)
        let guidance = Guidance(strength: request.isDistilled ? 0 : request.sampler.guidance)
        var unconditional: TransferNetwork.Prepared?
        if guidance.needsUnconditional {
            let text = request.negativePrompt ?? Tensor(shape: request.prompt.shape)
            unconditional = try model.network.prepare(
                NetworkConditions(prompt: PromptEmbedding(text: text), hints: hints, fps: request.fps), size: shape,
                sharing: conditional, rotaryPrecision: request.rotaryPrecision, pool: pool)
        }
        return GuidedDenoiser(
            network: model.network, conditional: conditional, unconditional: unconditional, guidance: guidance,
            preconditioning: Preconditioning(sigmaData: request.sampler.sigmaData), condition: condition, pool: pool)
    }

    /// The next clip of a video as a scaled latent, [1, C, t, h, w].
    private func encode(_ video: SourceVideo.Clips) throws -> Tensor {
        video.begin(frames: request.clipFrames)
        let stream = try EncodingStream(
            model.tokenizer, height: request.size.height, width: request.size.width, pool: pool)
        let parts = try (0..<latentSize[0]).map { t in
            try stream.push(
                Frame.tensor(of: video.next(stream.nextFrames)), isLast: t == latentSize[0] - 1)
        }
        let encoded = Tensor(joiningFrames: parts)
        return try model.scaling.scaled(encoded.reshaped([1] + encoded.shape))
    }

    private func skip(_ video: SourceVideo.Clips) throws {
        video.begin(frames: request.clipFrames)
        _ = try video.next(request.clipFrames)
    }
}

extension Tensor {
    /// Latent frame `t` of [1, C, t, h, w], as [C, 1, h, w].
    func latentFrame(_ t: Int) -> Tensor {
        let (channels, frames, plane) = (shape[1], shape[2], shape[3] * shape[4])
        var part: [Float] = []
        for c in 0..<channels {
            let start = (c * frames + t) * plane
            part += values[start..<start + plane]
        }
        return Tensor(shape: [channels, 1, shape[3], shape[4]], values: part)
    }

    /// [C, t, h, w] parts one after the other in time.
    init(joiningFrames parts: [Tensor]) {
        let (channels, plane) = (parts[0].shape[0], parts[0].shape[2] * parts[0].shape[3])
        let frames = parts.reduce(0) { $0 + $1.shape[1] }
        var values: [Float] = []
        values.reserveCapacity(channels * frames * plane)
        for c in 0..<channels {
            for part in parts { values += part.values[c * part.shape[1] * plane..<(c + 1) * part.shape[1] * plane] }
        }
        self.init(shape: [channels, frames] + parts[0].shape.dropFirst(2), values: values)
    }
}
