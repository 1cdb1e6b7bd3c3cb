"""Configurations and random weights of networks of any size, under the official names."""

from collections import OrderedDict

import torch

import transfer_network
from common import save


def configuration(d, heads, blocks, lora=8, mlp=4, text=24, cond_mask=True, controls=(), control_blocks=2, hint=16,
                  max_hw=(32, 32), max_t=16):
    config = {"dit": {"D": d, "heads": heads, "blocks": blocks, "mlp_ratio": mlp, "lora_rank": lora, "text_dim": text,
                      "latent_channels": 16, "cond_mask": cond_mask, "patch": [1, 2, 2], "max_hw": list(max_hw), "max_t": max_t,
                      "rope_ratio_t": 2, "rope_ratio_h": 1, "rope_ratio_w": 1, "base_fps": 24}}
    if controls:
        config["ctrl"] = {"blocks": control_blocks, "hint_channels": hint, "rope_ratio_t": 1, "rope_ratio_h": 1,
                          "rope_ratio_w": 1, "names": list(controls)}
    config["tokenizer"] = {"channels": 8, "multipliers": [1, 2, 2], "patch": 4, "res_blocks": 2, "latent_channels": 16,
                           "z_channels": 16, "spatial_compression": 8, "temporal_compression": 8,
                           "mean": [[0.0] * 4 for _ in range(16)], "std": [[1.0] * 4 for _ in range(16)]}
    config["sampler"] = {"n": 35, "rho": 7, "sigma_min": 0.002, "sigma_max": 70, "sigma_data": 0.5, "guidance": 5}
    return config


def trunk(dice, config, blocks):
    """What base and branches have in common, `blocks` of them."""
    dit = config["dit"]
    d, rank = dit["D"], dit["lora_rank"]
    features = (dit["latent_channels"] + dit["cond_mask"] + 1) * 4
    w = OrderedDict()
    w["x_embedder.proj.1.weight"] = dice.linear(d, features)
    w["pos_embedder.seq"] = torch.arange(dit["max_t"], dtype=torch.float32)
    for axis, rows in zip("hwt", (dit["max_hw"][0] // 2, dit["max_hw"][1] // 2, dit["max_t"])):
        w[f"extra_pos_embedder.pos_emb_{axis}"] = dice.normal(rows, d, scale=0.4)
    w["t_embedder.1.linear_1.weight"] = dice.linear(d, d)
    w["t_embedder.1.linear_2.weight"] = dice.linear(3 * d, d)
    w["affline_norm.weight"] = dice.gain(d)
    for j in range(blocks):
        for layer, source in ((0, d), (1, dit["text_dim"])):
            name = f"blocks.block{j}.blocks.{layer}.block.attn"
            w[f"{name}.to_q.0.weight"] = dice.linear(d, d)
            w[f"{name}.to_q.1.weight"] = dice.gain(d // dit["heads"])
            w[f"{name}.to_k.0.weight"] = dice.linear(d, source)
            w[f"{name}.to_k.1.weight"] = dice.gain(d // dit["heads"])
            w[f"{name}.to_v.0.weight"] = dice.linear(d, source)
            w[f"{name}.to_out.0.weight"] = dice.linear(d, d)
        w[f"blocks.block{j}.blocks.2.block.layer1.weight"] = dice.linear(dit["mlp_ratio"] * d, d)
        w[f"blocks.block{j}.blocks.2.block.layer2.weight"] = dice.linear(d, dit["mlp_ratio"] * d)
        for layer in range(3):
            w[f"blocks.block{j}.blocks.{layer}.adaLN_modulation.1.weight"] = dice.linear(rank, d)
            w[f"blocks.block{j}.blocks.{layer}.adaLN_modulation.2.weight"] = dice.linear(3 * d, rank)
    w["final_layer.adaLN_modulation.1.weight"] = dice.linear(rank, d)
    w["final_layer.adaLN_modulation.2.weight"] = dice.linear(2 * d, rank)
    w["final_layer.linear.weight"] = dice.linear(4 * dit["latent_channels"], d)
    return w


def branch(dice, config):
    d, ctrl = config["dit"]["D"], config["ctrl"]
    w = trunk(dice, config, ctrl["blocks"])
    w["x_embedder2.proj.1.weight"] = dice.linear(d, 4 * (ctrl["hint_channels"] + 1))
    widths = (d, *transfer_network.HINT_WIDTHS, d)
    for index, (source, target) in enumerate(zip(widths, widths[1:])):
        w[f"input_hint_block.{2 * index}.weight"] = dice.linear(target, source, 1.3)
        w[f"input_hint_block.{2 * index}.bias"] = dice.normal(target, scale=0.2)
    for j in range(ctrl["blocks"]):
        w[f"zero_blocks.block{j}.weight"] = dice.linear(d, d)
        w[f"zero_blocks.block{j}.bias"] = dice.normal(d, scale=0.3)
    return w


def rounded(weights, kind):
    """Weights that `kind` can hold, in float32."""
    return OrderedDict((k, v.to(kind).float()) for k, v in weights.items())


def save_weights(path, weights, prefix="", kind=torch.float32):
    save(path, {f"{prefix}{k}": v.to(kind) for k, v in weights.items()})
