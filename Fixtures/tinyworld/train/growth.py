"""Branches made larger without any change to what they compute, for training that goes on with more room."""

import torch
import torch.nn.functional as F

from network import main_components, patchify


def deepened(branch, base, config):
    """A branch of the configuration's number of blocks: more copies of the base's, whose zero layers are zero yet."""
    w, d = dict(branch), config["dit"]["D"]
    for j in range(config["ctrl"]["blocks"]):
        if f"zero_blocks.block{j}.weight" in w:
            continue
        w |= {name: value.clone() for name, value in base.items() if name.startswith(f"blocks.block{j}.")}
        w[f"zero_blocks.block{j}.weight"], w[f"zero_blocks.block{j}.bias"] = torch.zeros(d, d), torch.zeros(d)
    return w


def widened_hint(branch, config, latents):
    """A branch whose hint layers have the configuration's widths.

    Its new channels carry the components of the control's tokens that were cut off so far, and its last layer does not read them
    yet.
    """
    widths, (_, ph, pw) = config["ctrl"]["hint_widths"], config["dit"]["patch"]
    w = dict(branch)
    kept = [len(w[f"input_hint_block.{2 * index}.bias"]) for index in range(len(widths))]
    extra = widths[0] - kept[0]
    if kept == widths:
        return w
    assert extra > 0 and widths == [width + extra for width in kept], f"hint layers of {kept} cannot grow to {widths}"
    tokens = patchify(latents, ph, pw).flatten(0, 1)
    embed = w["x_embedder2.proj.1.weight"][:, :tokens.shape[1]]
    rest = main_components(tokens)[kept[0]:kept[0] + extra] @ torch.linalg.pinv(embed)
    x = F.linear(tokens, embed)
    for index, target in enumerate(widths):
        weight, bias = w[f"input_hint_block.{2 * index}.weight"], w[f"input_hint_block.{2 * index}.bias"]
        lead = rest if index == 0 else torch.eye(extra)
        lead = lead * (0.7 / F.linear(x[:, -lead.shape[1]:], lead).std(0).clamp(min=0.01))[:, None]
        offset = 2 - F.linear(x[:, -lead.shape[1]:], lead).mean(0)
        grown = torch.zeros(target, x.shape[1])
        grown[:weight.shape[0], :weight.shape[1]] = weight
        grown[weight.shape[0]:, -lead.shape[1]:] = lead
        w[f"input_hint_block.{2 * index}.weight"], w[f"input_hint_block.{2 * index}.bias"] = grown, torch.cat([bias, offset])
        x = F.silu(F.linear(x, grown, w[f"input_hint_block.{2 * index}.bias"]))
    name = f"input_hint_block.{2 * len(widths)}.weight"
    w[name] = torch.cat([w[name], torch.zeros(len(w[name]), extra)], 1)
    return w
