"""Makes the small checkpoints beside this file, with PyTorch and the safetensors package.

    python make_archives.py

Numbers are k/8 for k = 0, 1, ..., so that every element type holds them exactly and the tests need no list of them.
"""

import io
import os
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent
torch.manual_seed(0)


def eighths(*shape, dtype=torch.float32, start=0):
    count = 1
    for size in shape:
        count *= size
    return ((torch.arange(count) + start) / 8).reshape(shape).to(dtype)


def state_dict():
    shared = eighths(12)
    state = OrderedDict()
    state["a.weight"] = eighths(2, 3)
    state["a.bias"] = torch.nn.Parameter(eighths(3))
    state["shared.first"] = shared[:6].reshape(2, 3)
    state["shared.second"] = shared[6:]
    state["transposed"] = eighths(4, 3, dtype=torch.bfloat16).t()
    state["strided"] = eighths(4, 6)[1::2, ::3]
    state["expanded"] = eighths(3).expand(2, 3)
    state["half"] = eighths(5, dtype=torch.float16)
    state["double"] = eighths(2, dtype=torch.float64)
    state["long"] = torch.arange(3)
    state["bytes"] = torch.arange(4, dtype=torch.uint8)
    state["flag"] = torch.tensor([True, False])
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 4)
    state["a._extra_state"] = io.BytesIO(b"opaque")
    state._metadata = OrderedDict(version=1)
    return state


class Forbidden:
    def __reduce__(self):
        return os.system, ("echo this must never run",)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Sequential(torch.nn.Conv3d(2, 3, (1, 3, 3)), torch.nn.Conv3d(3, 3, (3, 1, 1)))
        self.quant_conv = torch.nn.Conv3d(3, 2, 1)
        self.register_buffer("wavelets", eighths(2), persistent=False)
        for parameter in self.parameters():
            parameter.data = eighths(*parameter.shape)

    def forward(self, x):
        return self.quant_conv(self.encoder(x)) + self.wavelets.sum()


def without_debug_records(path):
    """Drops the records that hold source paths of the machine that saved the file."""
    with zipfile.ZipFile(path) as source:
        members = [(info, source.read(info)) for info in source.infolist()]
    with zipfile.ZipFile(path, "w") as target:
        for info, data in members:
            if not info.filename.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(info.filename), data, info.compress_type)


def main():
    torch.save({"model": state_dict(), "ema": None, "iteration": 7, "lr": 0.5}, HERE / "state_dict.pt")
    torch.save({"ema": {"net-a-weight": eighths(2)}, "model": {"net.a.weight": eighths(2, start=8)}}, HERE / "ema.pt")
    torch.save({"a.weight": eighths(2, 3)}, HERE / "protocol4.pt", pickle_protocol=4)
    torch.save((eighths(2, 4), eighths(2, 4, start=8)), HERE / "tuple.pt")
    torch.save(eighths(2, 3, 4, dtype=torch.float16), HERE / "tensor.pt")
    torch.save({"a.weight": eighths(2)}, HERE / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"a.weight": eighths(2), "b": Forbidden()}, HERE / "forbidden.pt")

    network = Network().eval()
    torch.jit.trace(network, torch.zeros(1, 2, 3, 4, 4)).save(str(HERE / "traced.jit"))
    torch.jit.script(network).save(str(HERE / "scripted.jit"))
    without_debug_records(HERE / "traced.jit")
    without_debug_records(HERE / "scripted.jit")

    with zipfile.ZipFile(HERE / "tuple.pt") as source:
        with zipfile.ZipFile(HERE / "deflated.pt", "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)

    kinds = {
        "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
        "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
    }
    save_file({name: (8 * eighths(2, 3)).to(dtype) for name, dtype in kinds.items()}, HERE / "kinds.safetensors",
              metadata={"format": "pt"})


if __name__ == "__main__":
    main()
