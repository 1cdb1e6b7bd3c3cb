#!/usr/bin/env python3
"""One evaluation of the network with its control branches in PyTorch, eager, float32, on the CPU.

    python3 denoise_torch.py --weights DIR --inputs in.safetensors --output out.safetensors --threads 2 --repeat 3

The base is diffusers' CosmosTransformer3DModel, the branches are made of its blocks. Prints one line of JSON.
`make_network.py` makes the folder and the inputs; those under Fixtures/references/network work as well.
"""

import argparse
from pathlib import Path

from torch_tools import add_options, load, load_file, prepare, run, strip  # puts the references' modules on the path

import torch
from diffusers import CosmosTransformer3DModel
from torch import nn

from names import network_to_diffusers
from transfer_network import HINT_WIDTHS, nearest, resample_weight

ROOTS = ("x_embedder", "x_embedder2", "pos_embedder", "extra_pos_embedder", "t_embedder", "affline_norm", "blocks",
         "final_layer", "input_hint_block", "zero_blocks")


def transformer(config, blocks, ratios):
    """diffusers' module with `blocks` blocks, no memory behind its weights yet."""
    dit = config["dit"]
    with torch.device("meta"):
        module = CosmosTransformer3DModel(
            in_channels=dit["latent_channels"] + dit["cond_mask"], out_channels=dit["latent_channels"],
            num_attention_heads=dit["heads"], attention_head_dim=dit["D"] // dit["heads"], num_layers=blocks,
            mlp_ratio=dit["mlp_ratio"], text_embed_dim=dit["text_dim"], adaln_lora_dim=dit["lora_rank"],
            max_size=(dit["max_t"], *dit["max_hw"]), patch_size=tuple(dit["patch"]), rope_scale=ratios,
            extra_pos_embed_type="learnable", controlnet_block_every_n=1)
    for block in module.transformer_blocks:
        for attention in (block.attn1, block.attn2):
            attention.norm_q.eps = attention.norm_k.eps = 1e-6
    return module


class Branch(nn.Module):
    """A control branch: a short transformer whose first block's output receives the hint."""

    def __init__(self, config):
        super().__init__()
        d, ctrl = config["dit"]["D"], config["ctrl"]
        self.hint_channels, self.patch = ctrl["hint_channels"], config["dit"]["patch"]
        self.trunk = transformer(config, ctrl["blocks"], tuple(ctrl[f"rope_ratio_{axis}"] for axis in "thw"))
        widths = (d, *HINT_WIDTHS, d)
        area = self.patch[0] * self.patch[1] * self.patch[2]
        with torch.device("meta"):
            self.hint_patch = nn.Linear((self.hint_channels + 1) * area, d, bias=False)
            layers = [layer for a, b in zip(widths, widths[1:]) for layer in (nn.Linear(a, b), nn.SiLU())]
            self.hint_mlp = nn.Sequential(*layers[:-1])
            self.zero = nn.ModuleList([nn.Linear(d, d) for _ in range(ctrl["blocks"])])

    @staticmethod
    def rename(name):
        part = name.split(".")
        if part[0] == "x_embedder2":
            return "hint_patch.weight"
        if part[0] == "input_hint_block":
            return f"hint_mlp.{part[1]}.{part[2]}"
        if part[0] == "zero_blocks":
            return f"zero.{part[1][5:]}.{part[2]}"
        return f"trunk.{network_to_diffusers(name)}"

    def hint(self, latent, padding):
        b, c, t, h, w = latent.shape
        pt, ph, pw = self.patch
        x = torch.cat([latent, latent.new_zeros(b, self.hint_channels - c, t, h, w), padding], 1)
        x = x.reshape(b, -1, t // pt, pt, h // ph, ph, w // pw, pw).permute(0, 2, 4, 6, 1, 3, 5, 7)
        return self.hint_mlp(self.hint_patch(x.flatten(4).flatten(1, 3)))

    def forward(self, channels, tau, text, fps, latent, weight):
        trunk = self.trunk
        angles, table = trunk.rope(channels, fps=fps), trunk.learnable_pos_embed(channels)
        x = trunk.patch_embed(channels).flatten(1, 3)
        offset, sinusoid = trunk.time_embed(x, tau)
        residuals = []
        for index, (block, zero) in enumerate(zip(trunk.transformer_blocks, self.zero)):
            x = block(x, text, sinusoid, offset, angles, table)
            if index == 0:
                x = x + self.hint(latent, channels[:, -1:])
            residuals.append(weight * zero(x))
        return residuals


def read(path, rename):
    tensors = {strip(k, ROOTS): v for k, v in load_file(path).items()}
    return {rename(k): v for k, v in tensors.items() if k != "pos_embedder.seq"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_options(parser)
    options = parser.parse_args()
    config, inputs = prepare(options)
    folder, dit = Path(options.weights), config["dit"]
    base = load(transformer(config, dit["blocks"], tuple(dit[f"rope_ratio_{axis}"] for axis in "thw")),
                read(folder / "base_model.safetensors", network_to_diffusers))
    branches = {name: load(Branch(config), read(folder / f"{name}_control.safetensors", Branch.rename))
                for name in config.get("ctrl", {}).get("names", []) if f"hint.{name}" in inputs}

    x, fps = inputs["x"], float(inputs["fps"])
    t, h, w = x.shape[2:]
    size = tuple(n // p for n, p in zip((t, h, w), dit["patch"]))
    masks = [inputs["condition_mask"]] if dit["cond_mask"] else []
    padding = inputs["padding_mask"][:1]        # diffusers repeats one mask over the batch
    if not torch.equal(padding.expand_as(inputs["padding_mask"]), inputs["padding_mask"]):
        raise SystemExit("the padding masks of the samples differ")
    weights = {}
    for name in branches:
        weight = resample_weight(inputs[f"weight.{name}"], size, config["tokenizer"]["temporal_compression"], t)
        weights[name] = weight.expand(-1, *size).flatten(1)[..., None]

    def evaluate():
        channels = torch.cat([x, *masks, nearest(padding, (h, w))[:, :, None].expand(x.shape[0], -1, t, -1, -1)], 1)
        total = None
        for name, branch in branches.items():
            rows = branch(channels, inputs["c_noise"], inputs["text"], fps, inputs[f"hint.{name}"], weights[name])
            total = rows if total is None else [a + b for a, b in zip(total, rows)]
        residuals = None if total is None else total + [None] * (dit["blocks"] - len(total))
        return base(hidden_states=x, timestep=inputs["c_noise"], encoder_hidden_states=inputs["text"],
                    block_controlnet_hidden_states=residuals, fps=fps, padding_mask=padding,
                    condition_mask=masks[0] if masks else None, return_dict=False)[0]

    run(options, "out", evaluate)


if __name__ == "__main__":
    main()
