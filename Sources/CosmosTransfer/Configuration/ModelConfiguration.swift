/// The sizes of every part of a model: what `config.json` in a weights folder holds.
///
/// Defaults are the published 7B model's. The keys are those of the file.
public struct ModelConfiguration: Sendable, Equatable {
    public var dit: TransformerConfiguration?
    public var ctrl: ControlConfiguration?
    public var tokenizer: TokenizerConfiguration?
    public var text: TextConfiguration?
    public var sampler: SamplerConfiguration
    public var clip: ClipConfiguration

    public init(
        dit: TransformerConfiguration? = nil, ctrl: ControlConfiguration? = nil,
        tokenizer: TokenizerConfiguration? = nil, text: TextConfiguration? = nil,
        sampler: SamplerConfiguration = SamplerConfiguration(), clip: ClipConfiguration = ClipConfiguration()
    ) {
        self.dit = dit
        self.ctrl = ctrl
        self.tokenizer = tokenizer
        self.text = text
        self.sampler = sampler
        self.clip = clip
    }
}

/// The diffusion transformer (spec §2.1).
public struct TransformerConfiguration: Sendable, Equatable {
    /// Width of the model; `heads` divides it, with an even quotient.
    public var width = 4096
    public var heads = 32
    public var blocks = 28
    public var mlpRatio = 4
    public var loraRank = 256
    public var textWidth = 1024
    public var latentChannels = 16
    /// Whether the network takes a condition mask: Transfer1 does, Sample-AV does not.
    public var hasConditionMask = true
    /// Latent frames, rows and columns of one token; a token has one frame.
    public var patch = [1, 2, 2]
    /// Largest latent height and width.
    public var maxSize = [240, 240]
    /// Largest number of latent frames.
    public var maxFrames = 128
    public var ropeRatio = RopeRatio(t: 2, h: 1, w: 1)
    public var baseFPS = 24.0

    public init() {}

    public var headWidth: Int { width / heads }
    /// Numbers that one token's patch holds: latent, condition mask and padding mask channels.
    public var patchInputs: Int { (latentChannels + (hasConditionMask ? 2 : 1)) * patch.reduce(1, *) }
    public var patchOutputs: Int { latentChannels * patch.reduce(1, *) }
}

/// How far the rotary frequencies of each axis are stretched (spec §2.5a).
public struct RopeRatio: Sendable, Equatable {
    public var t, h, w: Double

    public init(t: Double, h: Double, w: Double) {
        self.t = t
        self.h = h
        self.w = w
    }
}

/// The control branches (spec §1.2–1.4); their widths are the transformer's.
public struct ControlConfiguration: Sendable, Equatable {
    public var blocks = 3
    /// Hints are padded with zeros to this many channels.
    public var hintChannels = 128
    /// Widths between the hint MLP's linears; the last linear leads back to the model's width (spec §1.3).
    public var hintWidths = [16, 16, 32, 32, 96, 96, 256]
    public var ropeRatio = RopeRatio(t: 1, h: 1, w: 1)
    public var names = ["vis", "edge", "depth", "seg", "keypoint", "upscale"]

    public init() {}
}

/// The video tokenizer (spec §4.1).
public struct TokenizerConfiguration: Sendable, Equatable {
    public var channels = 128
    public var multipliers = [2, 4, 4]
    /// Edge of the Haar patches; a power of two.
    public var patch = 4
    /// Residual blocks of a level in the encoder; the decoder has one more.
    public var resBlocks = 2
    public var latentChannels = 16
    public var zChannels = 16
    public var spatialCompression = 8
    public var temporalCompression = 8
    /// Mean and standard deviation of the latents, [latent channels][latent frames] (spec §3.2).
    public var mean: [[Float]] = []
    public var std: [[Float]] = []

    public init() {}
}

/// The text encoder (spec §5).
public struct TextConfiguration: Sendable, Equatable {
    public var width = 1024
    public var layers = 24
    public var heads = 128
    public var headWidth = 128
    public var hiddenWidth = 65_536
    public var vocabulary = 32_128
    /// Tokens that a prompt is padded or cut to.
    public var tokens = 512
    public var buckets = 32
    public var maxDistance = 128

    public init() {}
}

/// The sampler (spec §3.4–3.5).
public struct SamplerConfiguration: Sendable, Equatable {
    public var steps = 35
    public var rho = 7.0
    public var sigmaMin = 0.002
    public var sigmaMax = 70.0
    public var sigmaData = 0.5
    public var guidance = 5.0

    public init() {}
}

/// The clip that the model was made for (spec §1.6).
public struct ClipConfiguration: Sendable, Equatable {
    public var frames = 121
    public var height = 704
    public var width = 1280
    public var fps = 24.0

    public init() {}
}
