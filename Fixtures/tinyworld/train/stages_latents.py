"""Stage `latents`: encodes all clips and their control videos, and freezes the encoder's choice for what follows."""

import json

import torch
from safetensors.torch import load_file

from latents import encode_all, statistics
from progress import write_json
from tokenizer import LinearCodec, SharedCodec, Tokenizer


def load_codec(run, kind=None):
    """(encode, decode) of the tokenizer that made the latents. `decode` gives frames in -1...1."""
    kind = kind or json.loads((run.folder / "latents" / "codec.json").read_text())["codec"]
    if kind == "linear":
        w = {k: v.to(run.device) for k, v in load_file(str(run.folder / "codec" / "linear_codec.safetensors")).items()}
        codec = LinearCodec(*({k.split(".")[1]: v for k, v in w.items() if k.startswith(half)} for half in ("first", "rest")))
        return codec.encode, codec.decode
    tokenizer = load_tokenizer(run)
    if kind == "shared":
        part = {k: v.to(run.device) for k, v in load_file(str(run.folder / "codec" / "shared_codec.safetensors")).items()}
        return SharedCodec(part).encode, tokenizer.decode
    return tokenizer.encode, tokenizer.decode


def load_tokenizer(run):
    tokenizer = Tokenizer(run.config)
    folder = run.folder / "tokenizer"
    path = folder / "average.pt"
    tokenizer.load_state_dict(torch.load(path if path.exists() else folder / "start.pt", map_location="cpu"))
    return tokenizer.requires_grad_(False).eval().to(run.device)


def make_latents(run, kind, names):
    folder = run.folder / "latents"
    marker = folder / "codec.json"
    if marker.exists():
        assert json.loads(marker.read_text())["codec"] == kind, "the latents there are of another codec; move them away"
    else:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(marker, {"codec": kind})
    encode, _ = load_codec(run, kind)
    order = ["rgb"] + run.config["ctrl"]["names"]
    for name in names or order:
        with run.autocast() if run.device.type != "cpu" else torch.no_grad():
            encode_all(run.shards, encode, [name], folder, run.recipe["seed"] + order.index(name), run.device,
                       workers=run.workers)
        if name == "rgb":
            statistics(folder, run.shards)
