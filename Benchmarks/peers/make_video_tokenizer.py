#!/usr/bin/env python3
"""Writes a weights folder of the full-size video tokenizer with random float32 weights, and a latent to decode.

    python3 make_video_tokenizer.py DIR

Without options the latent in DIR/inputs.safetensors is that of 9 frames of 1280 x 704. About 450 MB.
"""

import argparse
from pathlib import Path

import torch_tools  # noqa: F401  (puts the references' modules on the path)

import torch

from common import Dice, save, save_json
from random_tokenizer import build, configuration, official_weights


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--channels", type=int, default=128)
    parser.add_argument("--multipliers", type=int, nargs="+", default=[2, 4, 4])
    parser.add_argument("--size", type=int, nargs=3, default=(2, 88, 160), metavar=("T", "H", "W"), help="of the latent")
    options = parser.parse_args()
    dice = Dice(options.seed)
    config = configuration(dice, options.channels, options.multipliers, latent_frames=16)
    module = build(config, dice, torch.float32)
    save_json(options.folder / "config.json", config)
    save(options.folder / "tokenizer.safetensors", official_weights(module, config, dice))
    save(options.folder / "inputs.safetensors", {"latent": dice.normal(1, 16, *options.size, scale=0.6)})


if __name__ == "__main__":
    main()
