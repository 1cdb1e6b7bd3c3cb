"""Stage `start`: checkpoints made of what ships, to train on from where the `runs` folder is gone.

The averaged weights are all there is: optimisers and the weighing of noise levels begin anew, and rates warm up again. Where the
configuration's branches have more blocks than those that ship, they grow (`growth.py`).
"""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from safetensors.torch import load_file, save_file

import diffusion
from clips import frames_of
from growth import deepened
from judges import JUDGES
from progress import write_json, write_whole
from stages_judges import make_judge
from stages_latents import make_latents
from tokenizer import SharedCodec, Tokenizer, pixels_to_patches


def start(run, shipped):
    """`shipped` holds `weights`, `judges` and `steps.json`. What has a checkpoint already is left as it is."""
    weights, judges = Path(shipped) / "weights", Path(shipped) / "judges"
    steps = json.loads((Path(shipped) / "steps.json").read_text())
    config = json.loads((weights / "config.json").read_text())
    free = {"ctrl": ("blocks", "names"), "tokenizer": ("mean", "std")}
    for part in ("dit", "ctrl", "tokenizer", "text"):
        told, asked = ({key: value for key, value in c[part].items() if key not in free.get(part, ())}
                       for c in (config, run.config))
        if told != asked:
            raise SystemExit(f"'{part}' of --config is not what ships in {weights}; name another, such as config-cpu.json")
    start_latents(run, weights, config, steps["decoder"])
    make_latents(run, "shared", [])
    base, text = (tensors(weights / f"{part}.safetensors") for part in ("base_model", "text_encoder"))
    write_state(run.folder / "base", module_names("base", base) | module_names("text", text), steps["base"], None)
    for name in config["ctrl"]["names"]:
        branch = deepened(tensors(weights / f"{name}_control.safetensors"), base, run.config)
        write_state(run.folder / name, module_names("branch", branch), steps[name], steps["base"])
    for name in JUDGES:
        start_judge(run, judges / name, name, steps[f"judge {name}"])


def parameters_of(module):
    return {name: value.detach() for name, value in module.named_parameters()}


def module_names(module, official):
    return {f"{module}.w.{name.replace('.', '/')}": value for name, value in official.items()}


def tensors(path):
    return {name: value.float() for name, value in load_file(str(path)).items()}


def write_state(folder, named, step, base_step):
    if (folder / "state.pt").exists():
        return
    uncertainty = torch.nn.ModuleList(diffusion.Uncertainty(torch.Generator().manual_seed(1 + i)) for i in range(2))
    model = named | {f"uncertainty.{n}": v.detach() for n, v in uncertainty.named_parameters()}
    write_whole(folder / "state.pt", lambda place: torch.save(
        {"model": model, "average": named, "optimiser": {}, "began": step, "step": step, "base_step": base_step,
         "uncertainty": uncertainty.state_dict()}, place))
    print(f"{folder.name}: step {step}")


def start_latents(run, weights, config, step):
    """Tokenizer, text model, the latents' statistics, and the linear code that the encoder is."""
    folder = run.folder / "tokenizer"
    if (folder / "start.pt").exists():
        return
    tokenizer = Tokenizer(run.config).requires_grad_(False)
    tokenizer.load_state_dict(tensors(weights / "tokenizer.safetensors"))
    part = linear_code(run, tokenizer)
    write_whole(run.folder / "codec" / "shared_codec.safetensors", lambda place: save_file(part, str(place)))
    write_json(run.folder / "latents" / "statistics.json", {key: config["tokenizer"][key] for key in ("mean", "std")})
    (run.folder / "text").mkdir(parents=True, exist_ok=True)
    shutil.copy(weights / "spiece.model", run.folder / "text" / "spiece.model")
    write_whole(folder / "state.pt", lambda place: torch.save(
        {"model": tokenizer.state_dict(), "average": parameters_of(tokenizer), "step": step, "began": step,
         "half": "decoder"}, place))
    for name in ("average", "start"):
        write_whole(folder / f"{name}.pt", lambda place: torch.save(tokenizer.state_dict(), place))
    print(f"decoder: step {step}")


def linear_code(run, tokenizer, count=48):
    """`encode` [16,192] and `mean` [192] of the closed form that the encoder began as, by least squares over some clips.

    The encoder is a hundred times slower, and differs by thousandths of a deviation; half of the clips measure that.
    """
    indices = run.shards.train[::max(1, len(run.shards.train) // count)][:count]
    frames = frames_of(run.shards.read(["rgb"], indices)["rgb"])
    z = tokenizer.encode(frames)
    x = pixels_to_patches(frames)
    x = x.reshape(x.shape[0], 192, -1).transpose(1, 2).reshape(len(indices), -1, 192)
    rows = z.permute(0, 2, 3, 4, 1).reshape(len(indices), -1, z.shape[1])
    half = len(indices) // 2
    wide = torch.cat([x[:half], torch.ones_like(x[:half, :, :1])], -1).flatten(0, 1).double()
    # A little of a ridge: flat patches leave many directions without any data.
    gram = wide.T @ wide / len(wide) + 1e-7 * torch.eye(193, dtype=torch.float64)
    solved = torch.linalg.solve(gram, wide.T @ rows[:half].flatten(0, 1).double() / len(wide))
    encode = solved[:192].T
    mean = -torch.linalg.pinv(encode) @ solved[192]
    part = {"encode": encode.float().contiguous(), "mean": mean.float().contiguous()}
    error = (SharedCodec(part).encode(frames[half:]) - z[half:]).abs().max() / z.std()
    print(f"the encoder as a linear code: largest deviation {error:.4f} of {z.std():.3f}")
    if error > 0.05:
        raise SystemExit("the encoder that ships is no linear code; its latents have to be made by itself")
    return part


def start_judge(run, folder, name, step):
    out = run.folder / "judges" / name
    if (out / "state.pt").exists():
        return
    out.mkdir(parents=True, exist_ok=True)
    words = []
    if name == "features":
        words = json.loads((folder / "network.json").read_text())["classes"]
        write_json(run.folder / "judges" / "words.json", words)
    model = make_judge(name, words).eval()
    restore(model, folder / "model.onnx", run.config["clip"])
    write_whole(out / "state.pt", lambda place: torch.save(
        {"model": model.state_dict(), "optimiser": {}, "average": parameters_of(model), "step": step,
         "began": step}, place))
    write_whole(out / "average.pt", lambda place: torch.save(model.state_dict(), place))
    print(f"judge {name}: step {step}")


@torch.no_grad()
def restore(model, path, clip):
    """Gives a judge the parameters of its ONNX file, and holds it to what that file computes.

    Norms lose their names there, but not the order in which a picture meets them; what it never meets is not in the file.
    """
    graph = onnx.load(str(path)).graph
    stored = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32)) for tensor in graph.initializer}
    met = []
    hooks = [module.register_forward_hook(lambda module, *_, name=name: met.append(name))
             for name, module in model.named_modules() if isinstance(module, torch.nn.GroupNorm)]
    picture = torch.rand(1, 3, clip["h"], clip["w"], generator=torch.Generator().manual_seed(1)) * 2 - 1
    model(picture)
    for hook in hooks:
        hook.remove()
    for kind, part in (("Mul", "weight"), ("Add", "bias")):
        gains = [stored[n] for node in graph.node if node.op_type == kind for n in node.input if n.startswith(f"onnx::{kind}_")]
        assert len(gains) == len(met), f"{path} is not the network that the recipe knows"
        stored |= {f"{name}.{part}": gain.flatten() for name, gain in zip(met, gains)}
    model.load_state_dict({n: stored.get(n, value) for n, value in model.state_dict().items()})
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for made, other in zip(session.run(model.names, {"picture": picture.numpy()}), model(picture)):
        assert np.abs(made - other.numpy()).max() <= 1e-3 * max(1, float(other.abs().max())), f"{path} computes something else"
