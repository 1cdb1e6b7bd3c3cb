public import Tensors
public import Video

/// The parts of a model that generation needs, loaded.
public struct TransferModel: Sendable {
    public let configuration: ModelConfiguration
    public let network: TransferNetwork
    public let tokenizer: VideoTokenizer
    public let scaling: LatentScaling

    /// - Throws: `BenchError` when the latent statistics cannot be used.
    public init(configuration: ModelConfiguration, network: TransferNetwork, tokenizer: VideoTokenizer) throws {
        self.configuration = configuration
        self.network = network
        self.tokenizer = tokenizer
        scaling = try LatentScaling(mean: tokenizer.configuration.mean, deviation: tokenizer.configuration.std)
    }
}

/// Makes videos: encodes the controls clip by clip, samples, decodes, and lets every clip begin with the last frame of the
/// one before (spec §1.2–1.8).
public struct VideoGenerator: Sendable {
    public let model: TransferModel
    public let pool: WorkerPool

    public init(_ model: TransferModel, pool: WorkerPool) {
        self.model = model
        self.pool = pool
    }

    /// How far a video is.
    public struct Progress: Sendable {
        public let clip, clips: Int
        /// Evaluations of the network done in the video, of `total`.
        public let done, total: Int
        public let sigma: Double
    }

    /// How many clips a video of so many frames takes: each adds its frames but the first.
    public static func clips(frames: Int, clipFrames: Int) -> Int {
        let added = max(1, clipFrames - 1)
        return max(1, (frames - 1) / added + ((frames - 1) % added > 0 ? 1 : 0))
    }

    /// Finds what would make a request fail, without doing its work.
    /// - Throws: `BenchError` or `FileError` naming what cannot be used.
    public func check(_ request: GenerationRequest) throws {
        _ = try UpscaleOrClip(request, model: model, pool: pool)
    }

    /// Makes the video and hands over its frames in order.
    /// - Parameter observe: told of the tensors on the way; not of an upscaled video's, whose patches have their own.
    /// - Throws: `BenchError` or `FileError`: inputs that cannot be used, named; or what `emit` throws.
    public func run(
        _ request: GenerationRequest, progress: (Progress) -> Void = { _ in }, observe: GenerationObserver? = nil,
        emit: (Frame) throws -> Void
    ) throws {
        let job = try UpscaleOrClip(request, model: model, pool: pool)
        if let observe { GenerationTensors.report(request, to: observe) }
        let clips = Self.clips(frames: request.frames, clipFrames: request.clipFrames)
        let total = clips * request.evaluations
        var cut = VideoCut(frames: request.frames)
        for clip in 0..<clips {
            cut.begin(clip: clip)
            try job.run(clip: clip, observe: observe) { step in
                progress(
                    Progress(
                        clip: clip, clips: clips, done: clip * request.evaluations + step.done, total: total,
                        sigma: step.sigma))
            } emit: { frame in
                if cut.takesNext() { try emit(frame) }
            }
        }
    }

    /// The size of the frames that a request gives.
    /// - Throws: `BenchError` when the size cannot be upscaled.
    public func size(of request: GenerationRequest) throws -> FrameSize {
        guard request.isUpscaling else { return request.size }
        return try UpscalePlan.resultSize(of: request.size, model.tokenizer.configuration)
    }
}

/// Which frames of its clips a video has: not the first of a later clip, which is the last of the one before, and no more
/// than were asked for.
struct VideoCut {
    private var left: Int
    private var skips = false

    init(frames: Int) { left = frames }

    mutating func begin(clip: Int) { skips = clip > 0 }

    mutating func takesNext() -> Bool {
        guard !skips, left > 0 else {
            skips = false
            return false
        }
        left -= 1
        return true
    }
}

/// One video on its way, whole or in patches.
private final class UpscaleOrClip {
    private enum Job {
        case whole(ClipJob)
        case patches(UpscaleJob)
    }

    private let job: Job
    private var last: Frame?

    init(_ request: GenerationRequest, model: TransferModel, pool: WorkerPool) throws {
        let prompts = PromptKeys(model.network, controls: request.controls.map(\.name), pool: pool)
        job =
            request.isUpscaling
            ? .patches(try UpscaleJob(request, prompts: prompts, model: model, pool: pool))
            : .whole(try ClipJob(request, prompts: prompts, model: model, pool: pool))
    }

    func run(
        clip: Int, observe: GenerationObserver?, progress: (Sampler.Progress) -> Void, emit: (Frame) throws -> Void
    ) throws {
        let before = last
        switch job {
        case .whole(let job):
            let latent = try job.sample(clip: clip, after: before, progress: progress, observe: observe)
            try job.decode(latent) { frame in
                last = frame
                try emit(frame)
            }
        case .patches(let job):
            let latents = try job.sample(clip: clip, after: before, progress: progress)
            try job.decode(latents) { frame in
                last = frame
                try emit(frame.resizedBicubic(to: job.size))
            }
        }
    }
}
