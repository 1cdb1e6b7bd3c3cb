"""What the makers of the references share: seeded random weights, config.json, and safetensors files."""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).resolve().parent
torch.set_num_threads(1)
torch.set_grad_enabled(False)


class Dice:
    """Random tensors that depend on the seed and on the order of the calls only."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape, scale=1.0):
        return torch.randn(shape, generator=self.generator) * scale

    def uniform(self, *shape, low=0.0, high=1.0):
        return low + (high - low) * torch.rand(shape, generator=self.generator)

    def linear(self, rows, columns, gain=0.8):
        return self.normal(rows, columns, scale=gain / math.sqrt(columns))

    def gain(self, n):
        """A norm's gain: near 1, never exactly 1."""
        return 1 + self.normal(n, scale=0.2)


def fill(module, dice, rule):
    """Gives every parameter of a module new values: rule(name, parameter, dice)."""
    for name, parameter in module.named_parameters():
        parameter.copy_(rule(name, parameter, dice))


def save(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: torch.as_tensor(value).contiguous().clone() for name, value in tensors.items()}, str(path))
    path.chmod(0o644)


def save_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def single(tensors):
    """float64 results as float32; everything else as it is."""
    return {name: value.float() if value.dtype == torch.float64 else value for name, value in tensors.items()}


def error(value, reference):
    """Largest deviation over the largest magnitude."""
    value, reference = torch.as_tensor(value).double(), torch.as_tensor(reference).double()
    return float((value - reference).abs().max() / reference.abs().max())
