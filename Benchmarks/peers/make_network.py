#!/usr/bin/env python3
"""Writes a weights folder of a network with random float32 weights, and inputs for one evaluation.

    python3 make_network.py DIR

Without options it is the network of the speed benchmark: width 1024, 16 heads, 8 blocks, two branches of 3 blocks, and
inputs of 4 x 22 x 32 = 2816 tokens with 512 text rows, in DIR/inputs.safetensors. About 1.2 GB.
"""

import argparse
from pathlib import Path

import torch_tools  # noqa: F401  (puts the references' modules on the path)

import torch

from common import Dice, save, save_json
from random_network import branch, configuration, save_weights, trunk


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--heads", type=int, default=16)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--controls", nargs="*", default=["vis", "edge"])
    parser.add_argument("--control-blocks", type=int, default=3)
    parser.add_argument("--hint-channels", type=int, default=128)
    parser.add_argument("--lora", type=int, default=256)
    parser.add_argument("--text-width", type=int, default=1024)
    parser.add_argument("--text-rows", type=int, default=512)
    parser.add_argument("--size", type=int, nargs=3, default=(4, 44, 64), metavar=("T", "H", "W"), help="of the latent")
    options = parser.parse_args()
    t, h, w = options.size
    dice = Dice(options.seed)
    config = configuration(options.width, options.heads, options.blocks, options.lora, 4, options.text_width,
                           controls=options.controls, control_blocks=options.control_blocks, hint=options.hint_channels,
                           max_hw=(240, 240), max_t=128)
    save_json(options.folder / "config.json", config)
    save_weights(options.folder / "base_model.safetensors", trunk(dice, config, options.blocks))
    for name in options.controls:
        save_weights(options.folder / f"{name}_control.safetensors", branch(dice, config))
    text = dice.normal(1, options.text_rows, options.text_width)
    text[:, options.text_rows // 8:] = 0        # as after a prompt of ordinary length
    inputs = {"x": dice.normal(1, 16, t, h, w), "c_noise": torch.tensor([-0.25]), "text": text, "fps": torch.tensor([24.0]),
              "condition_mask": torch.zeros(1, 1, t, h, w), "padding_mask": torch.zeros(1, 1, 8 * h, 8 * w)}
    for index, name in enumerate(options.controls):
        inputs[f"hint.{name}"] = dice.normal(1, 16, t, h, w, scale=0.5)
        inputs[f"weight.{name}"] = torch.tensor([0.5 / (index + 1)])
    save(options.folder / "inputs.safetensors", inputs)


if __name__ == "__main__":
    main()
