extension TokenizerConfiguration {
    /// Times that space is halved after patching.
    public var spatialHalvings: Int { (spatialCompression / patch).trailingZeroBitCount }
    /// Times that time is halved after patching.
    public var temporalHalvings: Int { (temporalCompression / patch).trailingZeroBitCount }
    /// Channels after Haar patching of RGB: 3·patch³.
    public var patchChannels: Int { 3 * patch * patch * patch }

    /// Whether encoder level `level` halves space and time (spec §4.6).
    public func downsampling(level: Int) -> (space: Bool, time: Bool) {
        guard level < multipliers.count - 1 else { return (false, false) }
        return (level < spatialHalvings, level < temporalHalvings)
    }

    /// Whether decoder level `level` doubles space and time (spec §4.6).
    public func upsampling(level: Int) -> (space: Bool, time: Bool) {
        guard level > 0 else { return (false, false) }
        let depth = multipliers.count - 1 - level
        let time = 0 < depth && depth < temporalHalvings + 1
        return (time || (depth < spatialHalvings && spatialHalvings > temporalHalvings), time)
    }

    /// The tensors of the encoder and `quant_conv` that take part: official name → shape (spec §4.9).
    public func encoderTensors() -> [String: [Int]] { encoder().used }

    /// Weights of idle resamplers, which official files hold and nothing evaluates (spec §4.4).
    public func unusedEncoderTensors() -> [String: [Int]] { encoder().unused }

    /// The tensors of the decoder and `post_quant_conv` that take part.
    public func decoderTensors() -> [String: [Int]] { decoder().used }

    /// Weights of idle resamplers, which official files hold and nothing evaluates (spec §4.4).
    public func unusedDecoderTensors() -> [String: [Int]] { decoder().unused }

    private func encoder() -> TokenizerTensorList {
        var list = TokenizerTensorList()
        var inputs = channels
        list.addFactorised("encoder.conv_in", patchChannels, channels)
        for (level, multiplier) in multipliers.enumerated() {
            for block in 0..<resBlocks {
                list.addResidual("encoder.down.\(level).block.\(block)", inputs, channels * multiplier)
                inputs = channels * multiplier
            }
            guard level < multipliers.count - 1 else { continue }
            let (space, time) = downsampling(level: level)
            let name = "encoder.down.\(level).downsample"
            list.addConvolution("\(name).conv1", inputs, inputs, [1, 3, 3], isUsed: space)
            list.addConvolution("\(name).conv2", inputs, inputs, [3, 1, 1], isUsed: time)
            list.addConvolution("\(name).conv3", inputs, inputs, [1, 1, 1], isUsed: space || time)
        }
        list.addMiddle("encoder.mid", inputs)
        list.addNorm("encoder.norm_out", inputs)
        list.addFactorised("encoder.conv_out", inputs, zChannels)
        list.addConvolution("quant_conv", zChannels, latentChannels, [1, 1, 1])
        return list
    }

    private func decoder() -> TokenizerTensorList {
        var list = TokenizerTensorList()
        var inputs = channels * (multipliers.last ?? 1)
        list.addConvolution("post_quant_conv", latentChannels, zChannels, [1, 1, 1])
        list.addFactorised("decoder.conv_in", zChannels, inputs)
        list.addMiddle("decoder.mid", inputs)
        for (level, multiplier) in multipliers.enumerated().reversed() {
            for block in 0...resBlocks {
                list.addResidual("decoder.up.\(level).block.\(block)", inputs, channels * multiplier)
                inputs = channels * multiplier
            }
            guard level > 0 else { continue }
            let (space, time) = upsampling(level: level)
            let name = "decoder.up.\(level).upsample"
            list.addConvolution("\(name).conv1", inputs, inputs, [3, 1, 1], isUsed: time)
            list.addConvolution("\(name).conv2", inputs, inputs, [1, 3, 3], isUsed: space)
            list.addConvolution("\(name).conv3", inputs, inputs, [1, 1, 1], isUsed: space || time)
        }
        list.addNorm("decoder.norm_out", inputs)
        list.addFactorised("decoder.conv_out", inputs, patchChannels)
        return list
    }
}

/// Names and shapes as the tokenizer's modules have them.
private struct TokenizerTensorList {
    var used: [String: [Int]] = [:]
    var unused: [String: [Int]] = [:]

    mutating func addConvolution(
        _ name: String, _ inputs: Int, _ outputs: Int, _ kernel: [Int], isUsed: Bool = true
    ) {
        let tensors = ["\(name).conv3d.weight": [outputs, inputs] + kernel, "\(name).conv3d.bias": [outputs]]
        if isUsed { used.merge(tensors) { $1 } } else { unused.merge(tensors) { $1 } }
    }

    /// (1,3,3), then (3,1,1).
    mutating func addFactorised(_ name: String, _ inputs: Int, _ outputs: Int) {
        addConvolution("\(name).0", inputs, outputs, [1, 3, 3])
        addConvolution("\(name).1", outputs, outputs, [3, 1, 1])
    }

    mutating func addNorm(_ name: String, _ width: Int) {
        used["\(name).norm.weight"] = [width]
        used["\(name).norm.bias"] = [width]
    }

    mutating func addResidual(_ name: String, _ inputs: Int, _ outputs: Int) {
        addNorm("\(name).norm1", inputs)
        addFactorised("\(name).conv1", inputs, outputs)
        addNorm("\(name).norm2", outputs)
        addFactorised("\(name).conv2", outputs, outputs)
        if inputs != outputs { addConvolution("\(name).nin_shortcut", inputs, outputs, [1, 1, 1]) }
    }

    mutating func addMiddle(_ name: String, _ width: Int) {
        addResidual("\(name).block_1", width, width)
        addResidual("\(name).block_2", width, width)
        for axis in 0..<2 {
            let attention = "\(name).attn_1.\(axis)"
            addNorm("\(attention).norm", width)
            for projection in ["q", "k", "v", "proj_out"] {
                addConvolution("\(attention).\(projection)", width, width, [1, 1, 1])
            }
        }
    }
}
