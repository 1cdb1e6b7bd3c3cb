extension TransformerConfiguration {
    /// Every tensor of the base network: official name without prefix → shape (spec §2.10).
    public func baseTensors() -> [String: [Int]] {
        var tensors = sharedTensors(blocks: blocks)
        tensors.merge(finalLayerTensors()) { $1 }
        return tensors
    }

    /// Every tensor of one control branch that is evaluated (spec §1.2–1.3, §2.10).
    public func controlTensors(_ ctrl: ControlConfiguration) -> [String: [Int]] {
        var tensors = sharedTensors(blocks: ctrl.blocks)
        let patchVolume = patch.reduce(1, *)
        tensors["x_embedder2.proj.1.weight"] = [width, (ctrl.hintChannels + 1) * patchVolume]
        var inputs = width
        for (i, outputs) in (ctrl.hintWidths + [width]).enumerated() {
            tensors["input_hint_block.\(2 * i).weight"] = [outputs, inputs]
            tensors["input_hint_block.\(2 * i).bias"] = [outputs]
            inputs = outputs
        }
        for block in 0..<ctrl.blocks {
            tensors["zero_blocks.block\(block).weight"] = [width, width]
            tensors["zero_blocks.block\(block).bias"] = [width]
        }
        return tensors
    }

    /// What a branch's checkpoint may hold besides: its own final layer, which is never evaluated (spec §1.2).
    public func unusedControlTensors() -> [String: [Int]] { finalLayerTensors() }

    /// What base and branches have alike: embedders, positions and blocks.
    private func sharedTensors(blocks: Int) -> [String: [Int]] {
        var tensors: [String: [Int]] = [
            "x_embedder.proj.1.weight": [width, patchInputs],
            "extra_pos_embedder.pos_emb_t": [maxFrames / patch[0], width],
            "extra_pos_embedder.pos_emb_h": [maxSize[0] / patch[1], width],
            "extra_pos_embedder.pos_emb_w": [maxSize[1] / patch[2], width],
            "t_embedder.1.linear_1.weight": [width, width],
            "t_embedder.1.linear_2.weight": [3 * width, width],
            "affline_norm.weight": [width],
        ]
        for block in 0..<blocks {
            for layer in 0..<2 {
                let attention = "blocks.block\(block).blocks.\(layer).block.attn"
                let context = layer == 0 ? width : textWidth
                tensors["\(attention).to_q.0.weight"] = [width, width]
                tensors["\(attention).to_k.0.weight"] = [width, context]
                tensors["\(attention).to_v.0.weight"] = [width, context]
                tensors["\(attention).to_q.1.weight"] = [headWidth]
                tensors["\(attention).to_k.1.weight"] = [headWidth]
                tensors["\(attention).to_out.0.weight"] = [width, width]
            }
            tensors["blocks.block\(block).blocks.2.block.layer1.weight"] = [mlpRatio * width, width]
            tensors["blocks.block\(block).blocks.2.block.layer2.weight"] = [width, mlpRatio * width]
            for layer in 0..<3 {
                let modulation = "blocks.block\(block).blocks.\(layer).adaLN_modulation"
                tensors["\(modulation).1.weight"] = [loraRank, width]
                tensors["\(modulation).2.weight"] = [3 * width, loraRank]
            }
        }
        return tensors
    }

    private func finalLayerTensors() -> [String: [Int]] {
        [
            "final_layer.adaLN_modulation.1.weight": [loraRank, width],
            "final_layer.adaLN_modulation.2.weight": [2 * width, loraRank],
            "final_layer.linear.weight": [patchOutputs, width],
        ]
    }
}
