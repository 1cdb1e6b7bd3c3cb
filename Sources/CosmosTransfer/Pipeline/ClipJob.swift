internal import Experiment
internal import Tensors
internal import Video

/// The clips of one video being made, in order; of an upscaled video those of one patch.
final class ClipJob {
    /// A clip ready to be sampled.
    struct Start {
        let initial: InitialLatent
        let denoiser: GuidedDenoiser
        /// The controls whose branches run.
        let hints: [ControlHint]
        var controls: [String] { hints.map(\.name) }
    }

    private let request: GenerationRequest
    private let model: TransferModel
    private let codec: ClipCodec
    private let pool: WorkerPool
    private let weights: ControlWeights
    /// Tokens of a clip: frames, rows, columns; and frames of the video in one.
    private let tokens: [Int]
    private let temporal: Int
    private let controls: ControlClips
    private let prompts: PromptKeys
    private let input: SourceVideo.Clips?

    /// - Parameters:
    ///   - patch: the video that weight maps are laid over and the part of it that is made here; nil for the whole.
    ///   - controls: the control videos, where other jobs use them too.
    /// - Throws: `BenchError` when the request does not fit the model, naming what does not.
    init(
        _ request: GenerationRequest, patch: PatchPlace? = nil, controls: ControlClips? = nil, prompts: PromptKeys,
        model: TransferModel, pool: WorkerPool
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
        tokens = grid.tokens
        temporal = tokenizer.temporalCompression * model.network.configuration.patch[0]
        weights = try ControlWeights(
            request.controls.map { ($0.name, $0.weight) }, grid: grid, parity: request.parity)
        codec = ClipCodec(model, size: request.size, clipFrames: request.clipFrames, pool: pool)
        self.controls =
            controls ?? ControlClips(request.controls.map { ($0.name, $0.video) }, codec: codec, keeps: false)
        for control in request.controls { try self.controls.open(control.name) }
        input = try request.inputVideo?.open()
        // What can be known to fail is known before hours of work.
        _ = try model.network.grid(of: codec.shape)
        _ = try model.scaling.scaled(Tensor(shape: codec.shape))
        _ = try request.schedule(from: request.sampler.sigmaMax)
        let clips = VideoGenerator.clips(frames: request.frames, clipFrames: request.clipFrames)
        _ = try NumpyNormal.seed(request.seed, clip: clips - 1)
        try checkGiven(clips: clips)
    }

    private func checkGiven(clips: Int) throws {
        guard let given = request.given else { return }
        try given.check(clips: clips, controls: request.controls.map(\.name))
        for clip in 0..<clips {
            for latent in GenerationTensors.Latent.allCases {
                _ = try given.latent(latent, clip: clip, shape: codec.shape)
            }
            for control in request.controls {
                _ = try given.hint(control.name, clip: clip, shape: codec.shape)
                _ = try given.weight(control.name, clip: clip, tokens: tokens, temporal: temporal)
            }
        }
    }

    private var firstFrameStep: Int { request.clipFrames - 1 }

    /// Encodes what a clip needs.
    /// - Parameter last: the last frame of the clip before; nil for the first.
    func start(clip: Int, after last: Frame?) throws -> Start {
        let seed = try seed(clip: clip)
        let hints = try self.hints(clip: clip)
        return Start(
            initial: try initial(clip: clip, seed: seed),
            denoiser: try denoiser(hints: hints, clip: clip, condition: condition(after: last, seed: seed)),
            hints: hints)
    }

    /// Takes a clip from noise to its clean latent; one that is given is taken as it is.
    /// - Parameter observe: told of what the clip is made from, and of the result.
    func sample(
        clip: Int, after last: Frame?, progress: (Sampler.Progress) -> Void, observe: GenerationObserver?
    ) throws -> Tensor {
        let latent: Tensor
        if let known = try request.given?.latent(.final, clip: clip, shape: codec.shape) {
            try input?.skip(request.clipFrames)
            progress(Sampler.Progress(done: request.evaluations, total: request.evaluations, sigma: 0))
            latent = known
        } else {
            let start = try start(clip: clip, after: last)
            if let observe { try report(start, clip: clip, to: observe) }
            latent = try request.sample(from: start.initial, progress: progress) { x, sigma in
                try start.denoiser(x, sigma: sigma)
            }
        }
        observe?(GenerationTensors.name(.final, clip: clip), latent)
        return latent
    }

    private func report(_ start: Start, clip: Int, to observe: GenerationObserver) throws {
        if try request.given?.latent(.initial, clip: clip, shape: codec.shape) == nil {
            observe(GenerationTensors.name(.noise, clip: clip), try noise(clip: clip, seed: try seed(clip: clip)))
        }
        observe(GenerationTensors.name(.initial, clip: clip), start.initial.x)
        GenerationTensors.report(start.hints, clip: clip, tokens: tokens, to: observe)
    }

    /// Decodes a clip's latent, frame by frame.
    func decode(_ latent: Tensor, emit: (Frame) throws -> Void) throws { try codec.decode(latent, emit: emit) }

    /// The hints of a clip whose weight is not zero everywhere.
    private func hints(clip: Int) throws -> [ControlHint] {
        try zip(request.controls, weights.tokens(firstFrame: clip * firstFrameStep)).compactMap { control, weight in
            let weight =
                try request.given?.weight(control.name, clip: clip, tokens: tokens, temporal: temporal) ?? weight
            guard !weight.isZero else { return nil }
            let latent =
                try request.given?.hint(control.name, clip: clip, shape: codec.shape)
                ?? controls.latent(control.name, clip: clip)
            return ControlHint(name: control.name, latent: latent, weight: weight)
        }
    }

    private func seed(clip: Int) throws -> UInt32 { try NumpyNormal.seed(request.seed, clip: clip) }

    private func noise(clip: Int, seed: UInt32) throws -> Tensor {
        try request.given?.latent(.noise, clip: clip, shape: codec.shape)
            ?? NumpyNormal.tensor(seed: seed, shape: codec.shape)
    }

    private func initial(clip: Int, seed: UInt32) throws -> InitialLatent {
        let video = request.isDistilled ? nil : input
        if let known = try request.given?.latent(.initial, clip: clip, shape: codec.shape) {
            try video?.skip(request.clipFrames)
            return InitialLatent(
                x: known, sigmaMax: video == nil ? InitialLatent.sigmaWithoutVideo : request.sampler.sigmaMax)
        }
        let noise = try noise(clip: clip, seed: seed)
        guard let video else { return InitialLatent(noise: noise) }
        return InitialLatent(video: try codec.encode(video), noise: noise, sigmaMax: request.sampler.sigmaMax)
    }

    /// The clip's first latent frame, known from the clip before. Models without a condition mask make every clip alone.
    private func condition(after last: Frame?, seed: UInt32) throws -> ConditionFrames? {
        guard model.network.configuration.hasConditionMask else { return nil }
        return try ConditionFrames(
            latent: last.map(codec.encode(first:)) ?? Tensor(shape: codec.shape), count: last == nil ? 0 : 1,
            seed: seed,
            preconditioning: Preconditioning(sigmaData: request.sampler.sigmaData))
    }

    private func denoiser(hints: [ControlHint], clip: Int, condition: ConditionFrames?) throws -> GuidedDenoiser {
        let maps = request.regions?.maps(firstFrame: clip * firstFrameStep) ?? []
        let regions = zip(request.regionTexts, maps).map { PromptEmbedding.Region(text: $0, tokens: $1.inside) }
        let known = controls.prepared(clip: clip)
        let conditional = try model.network.prepare(
            NetworkConditions(
                prompt: PromptEmbedding(text: request.prompt, regions: regions), hints: hints, fps: request.fps),
            size: codec.shape, text: regions.isEmpty ? try prompts.keys(of: request.prompt) : nil, sharing: known,
            rotaryPrecision: request.rotaryPrecision, pool: pool)
        controls.keep(conditional, clip: clip)
        let guidance = Guidance(strength: request.isDistilled ? 0 : request.sampler.guidance)
        var unconditional: TransferNetwork.Prepared?
        if guidance.needsUnconditional {
            let text = request.unconditionalPrompt
            unconditional = try model.network.prepare(
                NetworkConditions(prompt: PromptEmbedding(text: text), hints: hints, fps: request.fps),
                size: codec.shape, text: try prompts.keys(of: text), sharing: [conditional],
                rotaryPrecision: request.rotaryPrecision, pool: pool)
        }
        return GuidedDenoiser(
            network: model.network, conditional: conditional, unconditional: unconditional, guidance: guidance,
            preconditioning: Preconditioning(sigmaData: request.sampler.sigmaData), condition: condition, pool: pool)
    }
}
