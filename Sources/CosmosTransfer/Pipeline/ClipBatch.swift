internal import Experiment
public import Tensors
public import Video

/// Makes many videos of one clip at once: with other prompts, seeds and weights, but the same control videos.
///
/// What does not depend on the weights is computed once: each control's latents, the keys and values of each text, and the
/// encoded hints (of a video of several clips, once for every batch). A video has the bits that `VideoGenerator` gives for
/// `request(for:)`, whatever else is in its batch. An object belongs to one caller at a time.
public final class ClipBatch {
    /// What is a video's own.
    public struct Sample: Sendable {
        /// The prompt's embedding, [1, M, width].
        public var prompt: Tensor
        /// The negative prompt's; without one, guidance leads away from no text at all.
        public var negativePrompt: Tensor?
        public var seed: Int
        /// By control; one that is missing or zero has no part in the video, and its branch does not run.
        public var weights: [String: ControlWeight]

        public init(prompt: Tensor, negativePrompt: Tensor? = nil, seed: Int, weights: [String: ControlWeight]) {
            self.prompt = prompt
            self.negativePrompt = negativePrompt
            self.seed = seed
            self.weights = weights
        }
    }

    /// What all videos have in common.
    public struct Settings: Sendable {
        /// The size of the result.
        public var size: FrameSize
        /// Frames of the result, and of one clip.
        public var frames, clipFrames: Int
        /// Frames a second that the network is told.
        public var fps: Double
        public var sampler: SamplerConfiguration

        public init(size: FrameSize, frames: Int, clipFrames: Int, fps: Double, sampler: SamplerConfiguration) {
            self.size = size
            self.frames = frames
            self.clipFrames = clipFrames
            self.fps = fps
            self.sampler = sampler
        }
    }

    public let settings: Settings
    private let model: TransferModel
    private let pool: WorkerPool
    private let controls: [(name: String, video: SourceVideo)]
    private let encoded: ControlClips
    private let prompts: PromptKeys

    /// - Parameter controls: the control videos, in the order in which their branches are added up; opened when a sample
    ///   needs them.
    public init(
        _ settings: Settings, controls: [(name: String, video: SourceVideo)], model: TransferModel, pool: WorkerPool
    ) {
        self.settings = settings
        self.controls = controls
        self.model = model
        self.pool = pool
        let codec = ClipCodec(model, size: settings.size, clipFrames: settings.clipFrames, pool: pool)
        encoded = ControlClips(controls, codec: codec, keeps: true)
        prompts = PromptKeys(model.network, controls: controls.map(\.name), pool: pool)
    }

    /// What a sample is as a video of its own.
    public func request(for sample: Sample) -> GenerationRequest {
        var request = GenerationRequest(
            prompt: sample.prompt, size: settings.size, frames: settings.frames, clipFrames: settings.clipFrames,
            fps: settings.fps, seed: sample.seed, sampler: settings.sampler)
        request.negativePrompt = sample.negativePrompt
        request.controls = controls.compactMap { control in
            sample.weights[control.name].map {
                GenerationRequest.Control(name: control.name, video: control.video, weight: $0)
            }
        }
        return request
    }

    /// Which samples make good batches: those with the same controls, at most `limit` together.
    /// - Parameter controls: of every sample the controls that have a part in it.
    /// - Returns: the samples' numbers; batches in the order of their first samples.
    public static func batches(_ controls: [Set<String>], limit: Int) -> [[Int]] {
        var groups: [(controls: Set<String>, members: [Int])] = []
        for (index, set) in controls.enumerated() {
            if let place = groups.firstIndex(where: { $0.controls == set }) {
                groups[place].members.append(index)
            } else {
                groups.append((set, [index]))
            }
        }
        return groups.flatMap { group in
            stride(from: 0, to: group.members.count, by: max(1, limit)).map {
                Array(group.members[$0..<min($0 + max(1, limit), group.members.count)])
            }
        }
    }

    /// How many samples fit into a batch of some bytes of working memory, 1 at least.
    public static func samples(of settings: Settings, model: TransferModel, bytes: Int) -> Int {
        let (tokenizer, dit) = (model.tokenizer.configuration, model.network.configuration)
        let frames = (settings.clipFrames - 1) / tokenizer.temporalCompression / dit.patch[0] + 1
        let edge = tokenizer.spatialCompression
        let tokens =
            frames * (settings.size.height / (edge * dit.patch[1])) * (settings.size.width / (edge * dit.patch[2]))
        // Activations, the hidden layer and a residual for every block of the branches, in float32.
        let numbers = tokens * dit.width * (8 + dit.mlpRatio + (model.configuration.ctrl?.blocks ?? 0))
        return max(1, bytes / max(1, 4 * numbers))
    }

    /// Makes the videos of some samples together.
    /// - Parameters:
    ///   - progress: called after every evaluation with the share of all work that it was; the shares add up to 1.
    ///   - sampled: called after every run of the sampler with the seconds that it took.
    ///   - emit: takes the frames of each sample in their order; those of different samples alternate clip by clip.
    /// - Throws: `BenchError` or `FileError` for what any of the samples cannot use, before the work where that can be known;
    ///   or what `emit` throws.
    public func run(
        _ samples: [Sample], progress: (_ share: Double) -> Void = { _ in },
        sampled: (_ seconds: Double) -> Void = { _ in },
        emit: (_ sample: Int, Frame) throws -> Void
    ) throws {
        let requests = samples.map(request)
        guard !requests.contains(where: \.isUpscaling) else {
            throw BenchError(.usage, "the control 'upscale' makes no batches; leave it out")
        }
        let jobs = try requests.map {
            try ClipJob($0, controls: encoded, prompts: prompts, model: model, pool: pool)
        }
        var cuts = requests.map { VideoCut(frames: $0.frames) }
        var last = [Frame?](repeating: nil, count: samples.count)
        let clips = VideoGenerator.clips(frames: settings.frames, clipFrames: settings.clipFrames)
        for clip in 0..<clips {
            let starts = try zip(jobs, last).map { try $0.start(clip: clip, after: $1) }
            // A weight map may leave a control out of some clips alone.
            for group in Self.batches(starts.map { Set($0.controls) }, limit: samples.count) {
                let members = group.map { starts[$0] }
                let denoiser = GuidedDenoiser(joining: members.map(\.denoiser))
                let request = requests[group[0]]
                let share = Double(group.count) / Double(samples.count * clips * request.evaluations)
                let began = ContinuousClock.now
                let clean = try request.sample(from: InitialLatent(joining: members.map(\.initial))) { _ in
                    progress(share)
                } denoise: { x, sigma in
                    try denoiser(x, sigma: sigma)
                }
                sampled(began.duration(to: .now) / .seconds(1))
                for (place, index) in group.enumerated() {
                    cuts[index].begin(clip: clip)
                    try jobs[index].decode(clean.sample(place)) { frame in
                        last[index] = frame
                        if cuts[index].takesNext() { try emit(index, frame) }
                    }
                }
            }
        }
    }
}
