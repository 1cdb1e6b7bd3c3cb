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
    private let prompts: PromptKeys
    private let input: SourceVideo.Clips?
    /// Latent frames, rows and columns of a clip.
    private let latentSize: [Int]

    /// - Parameter patch: the video that weight maps are laid over and the part of it that is made here; nil for the whole.
    /// - Throws: `BenchError` when the request does not fit the model, naming what does not.
    init(
        _ request: GenerationRequest, patch: PatchPlace? = nil, prompts: PromptKeys, model: TransferModel,
        pool: WorkerPool
    ) throws {
        self.request = request
        self.model = model
        self.pool = pool
        self.prompts = prompts
        let tokenizer = model.tokenizer.configuration
        guard request.frames > 0 else { throw BenchError(.usage, "a video has at least one frame") }
        guard request.clipFrames > 1 || request.frames == 1 else {
            throw BenchError(.usage, "clips of one frame make a video of one frame; give more --clip-frames")
        }
        let whole = try WeightGrid(
            frames: request.mapFrames, height: request.size.height, width: request.size.width,
            clipFrames: request.clipFrames, tokenizer: tokenizer, patch: model.network.configuration.patch)
        let grid =
            try patch.map {
                try WeightGrid(
                    frames: request.mapFrames, height: $0.whole.height, width: $0.whole.width,
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
        // What can be known to fail is known before hours of work.
        _ = try model.network.grid(of: shape)
        _ = try model.scaling.scaled(Tensor(shape: shape))
        _ = try request.schedule(from: request.sampler.sigmaMax)
        let clips = VideoGenerator.clips(frames: request.frames, clipFrames: request.clipFrames)
        _ = try NumpyNormal.seed(request.seed, clip: clips - 1)
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
            let decoded = try stream.push(unscaled.part(sample: 0, frames: t..<t + 1), isLast: t == latentSize[0] - 1)
            for frame in Frame.frames(of: decoded) { try emit(frame) }
        }
    }

    /// The hints of a clip whose weight is not zero everywhere. Every video moves on to its next clip.
    private func hints(clip: Int) throws -> [ControlHint] {
        let weights = self.weights.tokens(firstFrame: clip * firstFrameStep)
        return try zip(zip(request.controls, controls), weights).compactMap { pair, weight in
            let (control, video) = pair
            guard !weight.isZero else {
                try video.skip(request.clipFrames)
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
            latent.put(known.part(sample: 0, frames: 0..<1), sample: 0, from: 0)
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
            size: shape, text: regions.isEmpty ? try prompts.conditional() : nil,
            rotaryPrecision: request.rotaryPrecision,
            pool: pool)
        let guidance = Guidance(strength: request.isDistilled ? 0 : request.sampler.guidance)
        var unconditional: TransferNetwork.Prepared?
        if guidance.needsUnconditional {
            let text = request.unconditionalPrompt
            unconditional = try model.network.prepare(
                NetworkConditions(prompt: PromptEmbedding(text: text), hints: hints, fps: request.fps), size: shape,
                text: try prompts.unconditional(), sharing: conditional, rotaryPrecision: request.rotaryPrecision,
                pool: pool)
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
        var encoded = Tensor(shape: shape)
        for t in 0..<latentSize[0] {
            let frames = Frame.tensor(of: try video.next(stream.nextFrames))
            encoded.put(try stream.push(frames, isLast: t == latentSize[0] - 1), sample: 0, from: t)
        }
        return try model.scaling.scaled(encoded)
    }
}
