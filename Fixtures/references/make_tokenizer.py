"""Makes tokenizer/: python3 make_tokenizer.py"""

import math
import shutil

import torch
from diffusers import AutoencoderKLCosmos

from common import HERE, Dice, error, fill, save, save_json
from names import tokenizer_to_official

OUT = HERE / "tokenizer"
LATENT_FRAMES = 4


def configuration(dice, channels, multipliers, temporal=8):
    return {"tokenizer": {"channels": channels, "multipliers": multipliers, "patch": 4, "res_blocks": 2,
                          "latent_channels": 16, "z_channels": 16, "spatial_compression": 8,
                          "temporal_compression": temporal,
                          "mean": [[round(float(v), 4) for v in row] for row in dice.normal(16, LATENT_FRAMES, scale=0.1)],
                          "std": [[round(float(v), 4) for v in row]
                                  for row in dice.uniform(16, LATENT_FRAMES, low=0.4, high=1.0)]}}


def random_value(name, parameter, dice):
    shape = tuple(parameter.shape)
    if "norm" in name:
        return dice.gain(shape[0]) if name.endswith("weight") else dice.normal(*shape, scale=0.2)
    if name.endswith("bias"):
        return dice.normal(*shape, scale=0.1)
    return dice.normal(*shape, scale=0.9 / math.sqrt(math.prod(shape[1:])))


def build(config, dice, kind):
    """diffusers' module with random weights that `kind` can hold."""
    t = config["tokenizer"]
    widths = [t["channels"] * m for m in t["multipliers"]]
    module = AutoencoderKLCosmos(
        latent_channels=t["latent_channels"], encoder_block_out_channels=(t["channels"], *widths),
        decode_block_out_channels=(*widths, widths[-1]), num_layers=t["res_blocks"], patch_size=t["patch"],
        spatial_compression_ratio=t["spatial_compression"], temporal_compression_ratio=t["temporal_compression"])
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


def picture(dice, frames, height, width):
    """[1,3,T,H,W] in [-1,1]: moving waves, a hard edge and some noise; multiples of 1/128."""
    t = torch.arange(frames)[:, None, None] / 8
    y, x = torch.arange(height)[:, None] / 24, torch.arange(width) / 24
    waves = [torch.sin(3 * x + (c + 1) * y + t * (c - 1.3) + c) * 0.6 for c in range(3)]
    clip = torch.stack(waves)[None] + 0.3 * (x > 0.7 + 0.4 * t).float() + dice.normal(1, 3, frames, height, width, scale=0.1)
    return (clip.clamp(-1, 1) * 128).round() / 128


def make(model, seed, channels, multipliers, sizes, temporal=8, kind=torch.float32, diffusers_names=False):
    dice = Dice(seed)
    config = configuration(dice, channels, multipliers, temporal)
    module = build(config, dice, kind)
    weights = dict(module.state_dict())
    if not diffusers_names:
        weights = {tokenizer_to_official(k, len(multipliers)): v for k, v in weights.items()}
        assert len(weights) == len(module.state_dict())
        weights |= unused(dice, config, weights)
    save(OUT / model / "tokenizer.safetensors", {k: v.to(kind) for k, v in weights.items()})
    save_json(OUT / model / "config.json", config)
    for case, size in sizes.items():
        frames = picture(dice, *size)
        latent = module.encode(frames).latent_dist.mode()
        decoded = module.decode(latent).sample
        assert latent.shape[2:] == ((size[0] - 1) // temporal + 1, size[1] // 8, size[2] // 8)
        assert decoded.shape == frames.shape
        first = module.encode(frames[:, :, :1]).latent_dist.mode()
        print(f"{model}/{case}: latent {tuple(latent.shape)}, deviation {float(latent.std()):.2f}, decoded deviation "
              f"{float(decoded.std()):.2f}; first latent frame against the first picture alone "
              f"{error(latent[:, :, :1], first):.0e}")
        save(OUT / model / case / "inputs.safetensors", {"frames": frames})
        save(OUT / model / case / "expected.safetensors", {"latent": latent, "decoded": decoded})


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    make("official_names", 200, 8, [1, 2, 2],
         {"t1_32x48": (1, 32, 48), "t9_24x40": (9, 24, 40), "t17_16x24": (17, 16, 24)}, kind=torch.bfloat16)
    make("temporal_4", 201, 4, [2, 4, 4], {"t1_32x48": (1, 32, 48), "t9_16x24": (9, 16, 24)}, temporal=4,
         kind=torch.float16)
    make("diffusers_names", 202, 4, [1, 2, 2], {"t9_16x16": (9, 16, 16)}, kind=torch.bfloat16, diffusers_names=True)
