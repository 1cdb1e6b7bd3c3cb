"""Makes files/: python3 make_files.py"""

import os
import shutil
from collections import OrderedDict

import torch
from torch import nn

from common import HERE, Dice, save

OUT = HERE / "files"


class Forbidden:
    """Pickles as a call of os.getcwd, which a reader must refuse."""

    def __reduce__(self):
        return os.getcwd, ()


def state():
    dice = Dice(600)
    whole = dice.normal(6, 8)
    return OrderedDict([
        ("f32", dice.normal(3, 4)), ("f16", dice.normal(5).half()), ("bf16", dice.normal(2, 3, 2).bfloat16()),
        ("f64", dice.normal(4).double()), ("i64", torch.arange(-3, 3)), ("u8", torch.arange(250, 256).to(torch.uint8)),
        ("bool", torch.tensor([True, False, True])), ("scalar", torch.tensor(2.5)), ("empty", torch.empty(0, 4)),
        ("shared.whole", whole), ("shared.rows", whole[2:4]), ("shared.transposed", whole.T),
        ("shared.every_second", whole[::2, 1::3]), ("expanded", dice.normal(3, 1).expand(3, 5)),
        ("parameter", nn.Parameter(dice.normal(2, 2), requires_grad=False))])


class Level(nn.Module):
    def __init__(self, dice):
        super().__init__()
        self.conv3d = nn.Conv3d(2, 3, (1, 3, 3))
        self.register_buffer("table", dice.normal(4))
        for parameter in self.conv3d.parameters():
            parameter.copy_(dice.normal(*parameter.shape))

    def forward(self, x):
        return self.conv3d(x)


class Archive(nn.Module):
    def __init__(self, dice):
        super().__init__()
        self.encoder = nn.Sequential(Level(dice), Level(dice))
        self.quant_conv = Level(dice)

    def forward(self, x):
        return self.quant_conv(self.encoder(x))


def without_debug_records(path):
    """A TorchScript archive names the source files it came from; those records go."""
    reader = torch._C.PyTorchFileReader(str(path))
    records = [(name, reader.get_record(name)) for name in reader.get_all_records() if not name.endswith(".debug_pkl")]
    writer = torch._C.PyTorchFileWriter(str(path))
    for name, content in records:
        if name not in ("version", "byteorder", ".data/serialization_id"):
            writer.write_record(name, content, len(content))
    writer.write_end_of_file()


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    tensors = state()
    dice = Dice(601)
    torch.save(tensors, OUT / "state.pt")
    save(OUT / "state_expected.safetensors", tensors)

    model = {f"net.{k}": v for k, v in list(tensors.items())[:3]}
    average = {f"net-blocks-block0-{k}": v for k, v in list(tensors.items())[:3]}
    torch.save({"model": model, "ema": average, "iteration": 7, "optimizer": None}, OUT / "model_and_ema.pt")
    torch.save({"model": model, "ema": None, "rate": 0.5, "done": True, "name": "é", "list": [1, (2, 3)]}, OUT / "model_only.pt")

    maps = {"map_2d": dice.uniform(5, 7), "map_3d": dice.uniform(3, 5, 7).half(), "map_4d": dice.uniform(1, 3, 5, 7),
            "map_nan": torch.tensor([[0.5, float("nan")], [1.0, 0.0]])}
    for name, value in maps.items():
        torch.save(value, OUT / f"{name}.pt")
    statistics = {"mean": dice.normal(16 * 4, scale=0.1), "std": dice.uniform(16 * 4, low=0.4)}
    torch.save((statistics["mean"], statistics["std"]), OUT / "mean_std.pt")
    save(OUT / "maps_expected.safetensors", maps | statistics)

    archive = Archive(dice).bfloat16().eval()
    torch.jit.script(archive).save(str(OUT / "archive.jit"))
    without_debug_records(OUT / "archive.jit")
    save(OUT / "archive_expected.safetensors", archive.state_dict())

    torch.save({"a": tensors["f32"]}, OUT / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"a": tensors["f32"], "b": Forbidden()}, OUT / "forbidden.pt")
