"""Makes tokenizer/: python3 make_tokenizer.py"""

import shutil

import torch

from common import HERE, Dice, error, save, save_json
from random_tokenizer import build, configuration, official_weights

OUT = HERE / "tokenizer"


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
    weights = module.state_dict() if diffusers_names else official_weights(module, config, dice)
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
