"""Official parameter names <-> the names of the diffusers classes."""


def network_to_diffusers(name):
    """An official name of the base network as CosmosTransformer3DModel calls it."""
    part = name.split(".")
    if part[0] == "x_embedder":
        return "patch_embed.proj.weight"
    if part[0] == "t_embedder":
        return f"time_embed.t_embedder.{part[2]}.weight"
    if part[0] == "affline_norm":
        return "time_embed.norm.weight"
    if part[0] == "extra_pos_embedder":
        return f"learnable_pos_embed.{part[1]}"
    if part[0] == "final_layer":
        return "proj_out.weight" if part[1] == "linear" else f"norm_out.linear_{part[2]}.weight"
    block, layer, rest = f"transformer_blocks.{part[1][5:]}", int(part[3]), part[4:]
    if rest[0] == "adaLN_modulation":
        return f"{block}.norm{layer + 1}.linear_{rest[1]}.weight"
    if layer == 2:
        return f"{block}.ff.net.{'0.proj' if rest[1] == 'layer1' else '2'}.weight"
    attention, (which, index) = f"{block}.attn{layer + 1}", rest[2:4]
    if which == "to_out":
        return f"{attention}.to_out.0.weight"
    return f"{attention}.{which}.weight" if index == "0" else f"{attention}.norm_{which[-1]}.weight"


def tokenizer_to_official(name, levels):
    """A name of AutoencoderKLCosmos as the official state dict has it. `levels` is the number of multipliers."""
    part = name.split(".")
    kind, part = part[-1], part[:-1]
    if part[0] in ("quant_conv", "post_quant_conv"):
        return f"{part[0]}.conv3d.{kind}"
    out, part = [part[0]], part[1:]
    half = {"conv_s": "0", "conv_t": "1"}
    if part[0] in ("conv_in", "conv_out"):
        return ".".join(out + [part[0], half[part[1]], "conv3d", kind])
    if part[0] == "norm_out":
        return ".".join(out + ["norm_out", "norm", kind])
    if part[0] == "mid_block":
        out.append("mid")
        if part[1] == "resnets":
            out.append(f"block_{int(part[2]) + 1}")
        else:
            out += ["attn_1", "0" if part[1] == "attentions" else "1"]
        part = part[3:]
    else:
        level = int(part[1])
        out += ["down", str(level)] if part[0] == "down_blocks" else ["up", str(levels - 1 - level)]
        if part[2] == "resnets":
            out += ["block", part[3]]
        else:
            out.append("downsample" if part[2] == "downsamplers" else "upsample")
        part = part[4:]
    if part[0] in ("norm1", "norm2"):
        return ".".join(out + [part[0], "norm", kind])
    if part[0] == "norm":
        return ".".join(out + ["norm", "norm", kind])
    if part[0] == "conv_shortcut":
        return ".".join(out + ["nin_shortcut", "conv3d", kind])
    if part[0] in ("to_q", "to_k", "to_v"):
        return ".".join(out + [part[0][-1], "conv3d", kind])
    if part[0] == "to_out":
        return ".".join(out + ["proj_out", "conv3d", kind])
    if len(part) == 2:
        return ".".join(out + [part[0], half[part[1]], "conv3d", kind])
    return ".".join(out + [part[0], "conv3d", kind])
