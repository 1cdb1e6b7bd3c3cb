"""Branches made deeper without any change to what they compute, for training that goes on with more room."""

import torch


def deepened(branch, base, config):
    """A branch of the configuration's number of blocks: more copies of the base's, whose zero layers are zero yet."""
    w, d = dict(branch), config["dit"]["D"]
    for j in range(config["ctrl"]["blocks"]):
        if f"zero_blocks.block{j}.weight" in w:
            continue
        w |= {name: value.clone() for name, value in base.items() if name.startswith(f"blocks.block{j}.")}
        w[f"zero_blocks.block{j}.weight"], w[f"zero_blocks.block{j}.bias"] = torch.zeros(d, d), torch.zeros(d)
    return w
