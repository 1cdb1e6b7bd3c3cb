"""Stage `export`: a weights folder that the Swift program loads."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from stages_latents import load_tokenizer
from stages_model import averaged_model

LIMIT = 20_000_000


def halves(tensors, kind):
    return {name: value.detach().to(kind).cpu().contiguous() for name, value in tensors.items()}


def save_part(folder, name, tensors, kind=torch.float16):
    tensors = halves(tensors, kind)
    assert all(bool(value.isfinite().all()) for value in tensors.values()), f"{name} does not fit into {kind}"
    path = folder / name
    save_file(tensors, str(path))
    path.chmod(0o644)
    assert path.stat().st_size < LIMIT, f"{name} is larger than {LIMIT} bytes"
    print(f"{name}: {sum(v.numel() for v in tensors.values())} parameters, {path.stat().st_size} bytes")


def averaged_branch(run, name):
    """Official tensors of a branch's averaged weights and the step they are from; None before it is trained."""
    path = run.folder / name / "state.pt"
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu")
    return {n.removeprefix("branch.w.").replace("/", "."): v for n, v in state["average"].items()}, state["step"]


def export(run, out):
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    base, text, step = averaged_model(run)
    print(f"base at step {step}")
    save_part(folder, "base_model.safetensors", base.w.official())
    save_part(folder, "text_encoder.safetensors", text.w.official())
    names = []
    for name in run.config["ctrl"]["names"]:
        found = averaged_branch(run, name)
        if found:
            names.append(name)
            print(f"{name} at step {found[1]}")
            save_part(folder, f"{name}_control.safetensors", found[0])
    kind = json.loads((run.folder / "latents" / "codec.json").read_text())["codec"]
    if kind == "linear":
        shutil.copy(run.folder / "codec" / "linear_codec.safetensors", folder / "linear_codec.safetensors")
    else:
        save_part(folder, "tokenizer.safetensors", load_tokenizer(run).state_dict())
    shutil.copy(run.folder / "text" / "spiece.model", folder / "spiece.model")
    config = json.loads(json.dumps(run.config))
    config["ctrl"]["names"] = names
    if not names:
        del config["ctrl"]
    config["tokenizer"] |= json.loads((run.folder / "latents" / "statistics.json").read_text())
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    write_steps(run, folder.parent / "steps.json", {"base": step} | {name: averaged_branch(run, name)[1] for name in names})


def write_steps(run, place, steps):
    """What the stage `start` counts on from; stages that were not run here keep their numbers."""
    told = json.loads(place.read_text()) if place.exists() else {}
    decoder = run.folder / "tokenizer" / "state.pt"
    if decoder.exists():
        steps["decoder"] = torch.load(decoder, map_location="cpu")["step"]
    for path in sorted((run.folder / "judges").glob("*/accuracy.json")):
        steps[f"judge {path.parent.name}"] = json.loads(path.read_text())["step"]
    place.write_text(json.dumps(told | steps, indent=1) + "\n")
