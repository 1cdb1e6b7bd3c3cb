"""Configurations and random weights of video tokenizers of any size."""

import math

from diffusers import AutoencoderKLCosmos

from common import fill
from names import tokenizer_to_official


def configuration(dice, channels, multipliers, temporal=8, latent_frames=4):
    return {"tokenizer": {"channels": channels, "multipliers": multipliers, "patch": 4, "res_blocks": 2,
                          "latent_channels": 16, "z_channels": 16, "spatial_compression": 8,
                          "temporal_compression": temporal,
                          "mean": [[round(float(v), 4) for v in row] for row in dice.normal(16, latent_frames, scale=0.1)],
                          "std": [[round(float(v), 4) for v in row]
                                  for row in dice.uniform(16, latent_frames, low=0.4, high=1.0)]}}


def random_value(name, parameter, dice):
    shape = tuple(parameter.shape)
    if "norm" in name:
        return dice.gain(shape[0]) if name.endswith("weight") else dice.normal(*shape, scale=0.2)
    if name.endswith("bias"):
        return dice.normal(*shape, scale=0.1)
    return dice.normal(*shape, scale=0.9 / math.sqrt(math.prod(shape[1:])))


def empty(config):
    """diffusers' module for a configuration."""
    t = config["tokenizer"]
    widths = [t["channels"] * m for m in t["multipliers"]]
    return AutoencoderKLCosmos(
        latent_channels=t["latent_channels"], encoder_block_out_channels=(t["channels"], *widths),
        decode_block_out_channels=(*widths, widths[-1]), num_layers=t["res_blocks"], patch_size=t["patch"],
        spatial_compression_ratio=t["spatial_compression"], temporal_compression_ratio=t["temporal_compression"])


def build(config, dice, kind):
    """diffusers' module with random weights that `kind` can hold."""
    module = empty(config)
    fill(module, dice, lambda *a: random_value(*a).to(kind).float())
    return module.eval()


def unused(dice, config, present):
    """The convolutions of resamplers that never run, which released state dicts nevertheless hold."""
    t = config["tokenizer"]
    levels = len(t["multipliers"])
    kernels = {"down": {"conv1": (1, 3, 3), "conv2": (3, 1, 1), "conv3": (1, 1, 1)},
               "up": {"conv1": (3, 1, 1), "conv2": (1, 3, 3), "conv3": (1, 1, 1)}}
    result = {}
    for way, part, places in (("down", "encoder", range(levels - 1)), ("up", "decoder", range(levels - 1, 0, -1))):
        for level in places:
            c = t["channels"] * t["multipliers"][level]
            for conv, kernel in kernels[way].items():
                name = f"{part}.{way}.{level}.{way}sample.{conv}.conv3d"
                if f"{name}.weight" not in present:
                    result[f"{name}.weight"] = dice.normal(c, c, *kernel)
                    result[f"{name}.bias"] = dice.normal(c)
    return result


def official_weights(module, config, dice):
    """The module's state dict under official names, with the convolutions that never run."""
    levels = len(config["tokenizer"]["multipliers"])
    weights = {tokenizer_to_official(k, levels): v for k, v in module.state_dict().items()}
    assert len(weights) == len(module.state_dict())
    return weights | unused(dice, config, weights)
