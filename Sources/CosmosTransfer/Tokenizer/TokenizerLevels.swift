internal import Tensors

/// From Haar patches to latents (spec §4.5).
struct TokenizerEncoder: Sendable {
    private let first: FactorisedConvolution
    private let levels: [(blocks: [ResidualBlock], resample: Downsample?)]
    private let middle: TokenizerMiddle
    private let norm: FrameNorm
    private let last: FactorisedConvolution
    private let toLatent: Convolution

    init(_ configuration: TokenizerConfiguration, _ tensors: [String: StoredTensor]) {
        first = FactorisedConvolution("encoder.conv_in", from: tensors)
        var width = configuration.channels
        levels = configuration.multipliers.enumerated().map { level, multiplier in
            let name = "encoder.down.\(level)"
            let blocks = (0..<configuration.resBlocks).map { block in
                defer { width = configuration.channels * multiplier }
                return ResidualBlock(
                    "\(name).block.\(block)", inputs: width, outputs: configuration.channels * multiplier, from: tensors
                )
            }
            let (space, time) = configuration.downsampling(level: level)
            let resample =
                space || time ? Downsample("\(name).downsample", space: space, time: time, from: tensors) : nil
            return (blocks, resample)
        }
        middle = TokenizerMiddle("encoder.mid", width: width, from: tensors)
        norm = FrameNorm("encoder.norm_out", from: tensors)
        last = FactorisedConvolution("encoder.conv_out", from: tensors)
        toLatent = Convolution("quant_conv", from: tensors)
    }

    func callAsFunction(_ x: inout [FeatureFrame], _ pass: TokenizerPass) {
        first(&x, pass)
        for level in levels {
            for block in level.blocks { block(&x, pass) }
            level.resample?(&x, pass)
        }
        middle(&x, pass)
        last(&x, after: norm, pass)
        toLatent.pointwise(&x, pass)
    }
}

/// From latents to Haar patches (spec §4.6).
struct TokenizerDecoder: Sendable {
    private let fromLatent: Convolution
    private let first: FactorisedConvolution
    private let middle: TokenizerMiddle
    private let levels: [(blocks: [ResidualBlock], resample: Upsample?)]
    private let norm: FrameNorm
    private let last: FactorisedConvolution

    init(_ configuration: TokenizerConfiguration, _ tensors: [String: StoredTensor]) {
        fromLatent = Convolution("post_quant_conv", from: tensors)
        first = FactorisedConvolution("decoder.conv_in", from: tensors)
        var width = configuration.channels * (configuration.multipliers.last ?? 1)
        middle = TokenizerMiddle("decoder.mid", width: width, from: tensors)
        levels = configuration.multipliers.enumerated().reversed().map { level, multiplier in
            let name = "decoder.up.\(level)"
            let blocks = (0...configuration.resBlocks).map { block in
                defer { width = configuration.channels * multiplier }
                return ResidualBlock(
                    "\(name).block.\(block)", inputs: width, outputs: configuration.channels * multiplier, from: tensors
                )
            }
            let (space, time) = configuration.upsampling(level: level)
            let resample = space || time ? Upsample("\(name).upsample", space: space, time: time, from: tensors) : nil
            return (blocks, resample)
        }
        norm = FrameNorm("decoder.norm_out", from: tensors)
        last = FactorisedConvolution("decoder.conv_out", from: tensors)
    }

    func callAsFunction(_ x: inout [FeatureFrame], _ pass: TokenizerPass) {
        fromLatent.pointwise(&x, pass)
        first(&x, pass)
        middle(&x, pass)
        for level in levels {
            for block in level.blocks { block(&x, pass) }
            level.resample?(&x, pass)
        }
        last(&x, after: norm, pass)
    }
}
