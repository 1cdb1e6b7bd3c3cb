/// The names that the diffusers package gives the same tensors (spec §2.12, §4.9).
enum DiffusersNames {
    /// The official name of a tensor of `CosmosTransformer3DModel`; nil for other names.
    static func baseNetwork(_ name: String) -> String? {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count >= 2 else { return nil }
        switch (parts[0], parts[1]) {
        case ("patch_embed", "proj"): return "x_embedder.proj.1." + parts.from(2)
        case ("learnable_pos_embed", _): return "extra_pos_embedder." + parts.from(1)
        case ("time_embed", "t_embedder"): return "t_embedder.1." + parts.from(2)
        case ("time_embed", "norm"): return "affline_norm." + parts.from(2)
        case ("proj_out", _): return "final_layer.linear." + parts.from(1)
        case ("norm_out", "linear_1"): return "final_layer.adaLN_modulation.1." + parts.from(2)
        case ("norm_out", "linear_2"): return "final_layer.adaLN_modulation.2." + parts.from(2)
        case ("transformer_blocks", let block):
            return self.block(Array(parts.dropFirst(2))).map { "blocks.block\(block).blocks.\($0)" }
        default: return nil
        }
    }

    private static func block(_ parts: [String]) -> String? {
        guard parts.count >= 3 else { return nil }
        switch (parts[0], parts[1]) {
        case ("attn1", let projection), ("attn2", let projection):
            let layer = parts[0] == "attn1" ? "0" : "1"
            let places = [
                "to_q": "to_q.0", "to_k": "to_k.0", "to_v": "to_v.0", "to_out": "to_out", "norm_q": "to_q.1",
                "norm_k": "to_k.1",
            ]
            return places[projection].map { "\(layer).block.attn.\($0)." + parts.from(2) }
        case ("ff", "net"):
            if parts[2...].starts(with: ["0", "proj"]) { return "2.block.layer1." + parts.from(4) }
            return parts[2] == "2" ? "2.block.layer2." + parts.from(3) : nil
        case ("norm1", let linear), ("norm2", let linear), ("norm3", let linear):
            guard let layer = Int(parts[0].dropFirst(4)), linear == "linear_1" || linear == "linear_2" else {
                return nil
            }
            return "\(layer - 1).adaLN_modulation.\(linear.suffix(1))." + parts.from(2)
        default: return nil
        }
    }

    /// The official name of a tensor of `AutoencoderKLCosmos`; nil for other names.
    /// - Parameter levels: levels of the decoder, whose blocks diffusers counts from the other end.
    static func tokenizer(_ name: String, levels: Int) -> String? {
        var parts = name.split(separator: ".").map(String.init)
        guard parts.count >= 2, let kind = parts.popLast(), !parts.contains("conv3d") else { return nil }
        if parts == ["quant_conv"] || parts == ["post_quant_conv"] { return "\(parts[0]).conv3d.\(kind)" }
        guard parts.count >= 2, parts[0] == "encoder" || parts[0] == "decoder" else { return nil }
        guard let (place, rest) = place(Array(parts.dropFirst()), levels: levels),
            let leaf = leaf(rest)
        else { return nil }
        return ([parts[0]] + place + leaf + [kind]).joined(separator: ".")
    }

    /// The module in official names, and what of the name is left.
    private static func place(_ parts: [String], levels: Int) -> (place: [String], rest: [String])? {
        switch parts[0] {
        case "conv_in", "conv_out", "norm_out": return ([], parts)
        case "mid_block" where parts.count >= 4:
            let rest = Array(parts[3...])
            switch parts[1] {
            case "resnets": return Int(parts[2]).map { (["mid", "block_\($0 + 1)"], rest) }
            case "attentions": return (["mid", "attn_1", "0"], rest)
            case "temp_attentions": return (["mid", "attn_1", "1"], rest)
            default: return nil
            }
        case "down_blocks", "up_blocks":
            guard parts.count >= 5, let index = Int(parts[1]), index >= 0, index < levels else { return nil }
            let isDown = parts[0] == "down_blocks"
            let level = [isDown ? "down" : "up", String(isDown ? index : levels - 1 - index)]
            let rest = Array(parts[4...])
            switch parts[2] {
            case "resnets": return (level + ["block", parts[3]], rest)
            case "downsamplers": return (level + ["downsample"], rest)
            case "upsamplers": return (level + ["upsample"], rest)
            default: return nil
            }
        default: return nil
        }
    }

    /// The innermost module in official names.
    private static func leaf(_ parts: [String]) -> [String]? {
        let projections = ["to_q": "q", "to_k": "k", "to_v": "v", "conv_shortcut": "nin_shortcut"]
        switch parts.count {
        case 1: return [projections[parts[0]] ?? parts[0], "conv3d"]
        case 2 where parts[1] == "conv_s": return [parts[0], "0", "conv3d"]
        case 2 where parts[1] == "conv_t": return [parts[0], "1", "conv3d"]
        case 2 where parts[1] == "norm": return parts
        case 2 where parts == ["to_out", "0"]: return ["proj_out", "conv3d"]
        default: return nil
        }
    }
}

extension [String] {
    /// What stands from `index` on, joined again.
    fileprivate func from(_ index: Int) -> String { dropFirst(index).joined(separator: ".") }
}
