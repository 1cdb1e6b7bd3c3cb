internal import Experiment
public import Tensors
public import Video

/// One video to be made: everything that can change its pixels, besides the weights of the model.
public struct GenerationRequest: Sendable {
    /// One control of the video.
    public struct Control: Sendable {
        public let name: String
        public let video: SourceVideo
        public let weight: ControlWeight

        public init(name: String, video: SourceVideo, weight: ControlWeight) {
            self.name = name
            self.video = video
            self.weight = weight
        }
    }

    /// The prompt's embedding, [1, M, width].
    public var prompt: Tensor
    /// The negative prompt's; without one, guidance leads away from no text at all (zeros).
    public var negativePrompt: Tensor?
    /// Where regional prompts hold, and the embedding of each, [1, M, width], in their order.
    public var regions: RegionalPrompts?
    public var regionTexts: [Tensor] = []
    public var controls: [Control] = []
    /// The video that noise is added to at the start; nil to start from noise alone.
    public var inputVideo: SourceVideo?
    /// The working size: that of the result, or of one patch when upscaling.
    public var size: FrameSize
    /// Frames of the result.
    public var frames: Int
    /// Frames that weight maps are stretched over: those of the whole source, of which `frames` may be the beginning.
    public var mapFrames: Int
    /// Frames of one clip: the model's, 1 and a multiple of the tokenizer's temporal compression.
    public var clipFrames: Int
    public var fps: Double
    public var seed: Int
    public var sampler: SamplerConfiguration
    public var parity = WeightParity()
    public var rotaryPrecision = RotaryPrecision.float32
    /// Whether a video that is made in one piece goes through the patch blend as well, as in the official pipeline: it lowers
    /// the first row and column of the latent (spec §3.6).
    public var blendsSinglePatch = false
    /// Tensors that take the place of what would be computed; nil for none.
    public var given: GenerationTensors?
    /// What a person should know about the videos that it reads, a sentence each.
    public var warnings: [String] = []
    /// One evaluation at the highest noise level, without guidance (spec §1.11).
    public var isDistilled = false

    /// Whether the result is three times the working size (spec §1.10).
    public var isUpscaling: Bool { controls.contains { $0.name == "upscale" } }

    /// What guidance leads away from.
    var unconditionalPrompt: Tensor { negativePrompt ?? Tensor(shape: prompt.shape) }

    public init(
        prompt: Tensor, size: FrameSize, frames: Int, clipFrames: Int, fps: Double, seed: Int,
        sampler: SamplerConfiguration
    ) {
        self.prompt = prompt
        self.size = size
        self.frames = frames
        mapFrames = frames
        self.clipFrames = clipFrames
        self.fps = fps
        self.seed = seed
        self.sampler = sampler
    }
}
