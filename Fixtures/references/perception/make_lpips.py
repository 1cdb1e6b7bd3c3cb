#!/usr/bin/env python3
"""Reference numbers for the perceptual distance (metrics.md §7), computed by the `lpips` package.

    python3 make_lpips.py                                   # remakes lpips/
    python3 make_lpips.py --full DIR --clips CLIPS          # full-width backbones with LPIPS' own heads on real frames

lpips/taps.json: distances of random features as wide as each backbone's, with random heads. lpips/<thin network>/: a
narrow backbone as a network folder, and the distances of three small clips through it (scenes of metrics.md §13), whole
and with a region painted white. All random numbers come from SplitMix64, so that nothing large has to be stored: the
tests make the same numbers.

--full writes, for each backbone, random weights under torchvision's names to DIR/<backbone>.safetensors and the distances
of frames of CLIPS to DIR/full.json, with the package's real heads, then the same with random heads to lpips/full.json.
"""

import argparse
import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import lpips
import numpy as np
import torch
from safetensors.numpy import save_file

HERE = Path(__file__).resolve().parent / "lpips"
CONV, POOL, FIRE, TAP = "conv", "pool", "fire", "tap"

# Layers up to the last tap; (CONV, number in `features`, kernel, stride, padding), (POOL, kernel, rounds up), (FIRE, number).
LAYERS = {
    "vgg": [(CONV, 0, 3, 1, 1), (CONV, 2, 3, 1, 1), TAP, (POOL, 2, 0), (CONV, 5, 3, 1, 1), (CONV, 7, 3, 1, 1), TAP,
            (POOL, 2, 0), (CONV, 10, 3, 1, 1), (CONV, 12, 3, 1, 1), (CONV, 14, 3, 1, 1), TAP, (POOL, 2, 0),
            (CONV, 17, 3, 1, 1), (CONV, 19, 3, 1, 1), (CONV, 21, 3, 1, 1), TAP, (POOL, 2, 0), (CONV, 24, 3, 1, 1),
            (CONV, 26, 3, 1, 1), (CONV, 28, 3, 1, 1), TAP],
    "alex": [(CONV, 0, 11, 4, 2), TAP, (POOL, 3, 0), (CONV, 3, 5, 1, 2), TAP, (POOL, 3, 0), (CONV, 6, 3, 1, 1), TAP,
             (CONV, 8, 3, 1, 1), TAP, (CONV, 10, 3, 1, 1), TAP],
    "squeeze": [(CONV, 0, 3, 2, 0), TAP, (POOL, 3, 1), (FIRE, 3), (FIRE, 4), TAP, (POOL, 3, 1), (FIRE, 6), (FIRE, 7), TAP,
                (POOL, 3, 1), (FIRE, 9), TAP, (FIRE, 10), TAP, (FIRE, 11), TAP, (FIRE, 12), TAP],
}
# Channels of each convolution, of each fire (squeezed, expanded).
FULL = {
    "vgg": [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512],
    "alex": [64, 192, 384, 256, 256],
    "squeeze": [64, (16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256)],
}
THIN = {
    "vgg": [4, 4, 6, 6, 8, 8, 8, 8, 8, 8, 10, 10, 10],
    "alex": [6, 8, 10, 8, 8],
    "squeeze": [6, (3, 4), (3, 4), (4, 6), (4, 6), (4, 8), (4, 8), (5, 9), (5, 9)],
}
LEAST = {"vgg": 16, "alex": 31, "squeeze": 17}
SHIFT, SCALE = [-.030, -.088, -.188], [.458, .448, .450]


# ---- random numbers

class Stream:
    """SplitMix64; `uniform` gives float32 in [0, 1) from the upper 24 bits."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self, count):
        step = 0x9e3779b97f4a7c15
        with np.errstate(over="ignore"):
            z = np.uint64(self.state) + np.uint64(step) * np.arange(1, count + 1, dtype=np.uint64)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94d049bb133111eb)
            z ^= z >> np.uint64(31)
        self.state = (self.state + step * count) % (1 << 64)
        return (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0 ** -24)

    def signed(self, count):
        return self.uniform(count) * np.float32(2) - np.float32(1)


def random_weights(net, widths, seed):
    """State dict of the convolutions under torchvision's names, in the order of the layers; biases after kernels."""
    stream, state, channels = Stream(seed), {}, 3

    def convolution(name, inputs, outputs, kernel):
        fan = inputs * kernel * kernel
        weight = stream.signed(outputs * fan) * np.float32(math.sqrt(6 / fan))
        state[f"features.{name}.weight"] = weight.reshape(outputs, inputs, kernel, kernel)
        state[f"features.{name}.bias"] = stream.signed(outputs) * np.float32(0.1)

    widths = iter(widths)
    for layer in LAYERS[net]:
        if layer[0] == CONV:
            width = next(widths)
            convolution(layer[1], channels, width, layer[2])
            channels = width
        elif layer[0] == FIRE:
            squeezed, expanded = next(widths)
            convolution(f"{layer[1]}.squeeze", channels, squeezed, 1)
            convolution(f"{layer[1]}.expand1x1", squeezed, expanded, 1)
            convolution(f"{layer[1]}.expand3x3", squeezed, expanded, 3)
            channels = 2 * expanded
    return state


def tap_channels(net, widths):
    found, widths, channels = [], iter(widths), 3
    for layer in LAYERS[net]:
        if layer == TAP:
            found.append(channels)
        elif layer[0] == CONV:
            channels = next(widths)
        elif layer[0] == FIRE:
            channels = 2 * next(widths)[1]
    return found


def random_heads(channels, seed):
    stream = Stream(seed)
    return [stream.uniform(c) for c in channels]


# ---- the package, with our weights

def reference(net, heads=None):
    """LPIPS with random backbone; `heads` replace its own."""
    model = lpips.LPIPS(net=net, pnet_rand=True, pretrained=heads is None, verbose=False)
    if heads is not None:
        for lin, head in zip(model.lins, heads):
            lin.model[1] = torch.nn.Conv2d(len(head), 1, 1, bias=False)
            lin.model[1].weight.data = torch.from_numpy(head).view(1, -1, 1, 1)
    return model.eval()


def set_weights(model, state):
    """Gives the modules of the package's slices, which keep torchvision's numbers, kernels of any width."""
    modules = {name: module for i in range(1, model.net.N_slices + 1)
               for name, module in getattr(model.net, f"slice{i}").named_modules() if name}
    seen = set()
    for key, value in state.items():
        name, kind = key.removeprefix("features.").rsplit(".", 1)
        setattr(modules[name], kind, torch.nn.Parameter(torch.from_numpy(value), requires_grad=False))
        seen.add(name)
    convolutions = {name for name, module in modules.items() if isinstance(module, torch.nn.Conv2d)}
    assert seen == convolutions, seen ^ convolutions
    return model


def tensor(frame):
    return torch.from_numpy(frame.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


def distances(model, frames):
    """Of all pairs i < j."""
    with torch.no_grad():
        return [model(tensor(a), tensor(b)).item() for i, a in enumerate(frames) for b in frames[i + 1:]]


# ---- pictures

def scene(frames, height, width, seed, shift, noise):
    """The integer scene of metrics.md §13."""
    t, y, x, c = np.meshgrid(np.arange(frames), np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    v = ((x * (3 + c) + y * (5 - c) + 7 * t) // 4) % 128 + 32
    x0, y0 = width // 4 + 2 * t + shift, height // 3
    v = np.where((x >= x0) & (x < x0 + width // 3) & (y >= y0) & (y < y0 + height // 3), 200 - 20 * c + (x + y) % 5, v)
    v = np.where((y >= 2 * height // 3) & (x >= width // 2) & ((x // 8 + y // 8) % 2 == 1), 255 - v, v)
    u = ((((t * height + y) * width + x) * 3 + c + seed * 1000003) % (1 << 32)).astype(np.uint32)
    u ^= u >> np.uint32(16)
    u *= np.uint32(0x7feb352d)
    u ^= u >> np.uint32(15)
    u *= np.uint32(0x846ca68b)
    u ^= u >> np.uint32(16)
    n = (u % np.uint32(2 * noise + 1)).astype(np.int64) - noise
    return np.clip(v + n, 0, 255).astype(np.uint8)


def decoded(path, count):
    """The first frames of a video, RGB."""
    size = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of",
                           "csv=p=0", str(path)], check=True, capture_output=True, text=True).stdout.strip()
    width, height = map(int, size.split(","))
    data = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-frames:v", str(count), "-f", "rawvideo",
                           "-pix_fmt", "rgb24", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, height, width, 3)


# ---- ONNX

def onnx_model(net, state):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    nodes, weights = [], []

    def constant(name, value):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def convolution(name, at, output, kernel, stride=1, padding=0):
        inputs = [at] + [constant(f"{name}.{kind}", state[f"features.{name}.{kind}"]) for kind in ("weight", "bias")]
        at = node("Conv", inputs, f"{name}.out", kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[padding] * 4)
        return node("Relu", [at], output)

    at = node("Sub", ["image", constant("shift", np.reshape(SHIFT, (1, 3, 1, 1)))], "shifted")
    at = node("Div", [at, constant("scale", np.reshape(SCALE, (1, 3, 1, 1)))], "scaled")
    taps = 0
    layers = LAYERS[net]
    for i, layer in enumerate(layers):
        if layer == TAP:
            continue
        if i + 1 < len(layers) and layers[i + 1] == TAP:
            taps += 1
            output = f"tap{taps}"
        else:
            output = f"layer{i}"
        if layer[0] == CONV:
            at = convolution(str(layer[1]), at, output, *layer[2:])
        elif layer[0] == POOL:
            at = node("MaxPool", [at], output, kernel_shape=[layer[1]] * 2, strides=[2, 2], ceil_mode=layer[2])
        else:
            at = convolution(f"{layer[1]}.squeeze", at, f"squeezed{i}", 1)
            sides = [convolution(f"{layer[1]}.expand{k}x{k}", at, f"expanded{k}.{i}", k, 1, k // 2) for k in (1, 3)]
            at = node("Concat", sides, output, axis=1)
    free = ["N", 3, "H", "W"]
    graph = helper.make_graph(
        nodes, net, [helper.make_tensor_value_info("image", TensorProto.FLOAT, free)],
        [helper.make_tensor_value_info(f"tap{i + 1}", TensorProto.FLOAT, ["N", None, None, None]) for i in range(taps)],
        weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="make_lpips")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString()


def write_folder(folder, name, net, state, heads):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(onnx_model(net, state))
    files = {"model": "model.onnx"}
    if heads is not None:
        save_file({f"lin{i}": head for i, head in enumerate(heads)}, folder / "heads.safetensors")
        files["heads"] = "heads.safetensors"
    card = {
        "format": 1, "name": name, "task": "perceptual-features",
        "files": {role: {"file": file, "sha256": hashlib.sha256((folder / file).read_bytes()).hexdigest()}
                  for role, file in files.items()},
        "input": {"name": "image", "size": {"native": True, "multipleOf": 1, "least": LEAST[net]}, "colour": "rgb",
                  "scale": "signed", "mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bilinear"},
        "outputs": {f"tap{i + 1}": f"tap{i + 1}" for i in range(LAYERS[net].count(TAP))},
        "meaning": "features after their ReLU", "classes": [], "settings": {}, "licence": "CC0-1.0",
        "source": "random numbers", "accuracy": {}, "notes": ""}
    (folder / "network.json").write_text(json.dumps(card, indent=1) + "\n")


# ---- what is made

def make_taps():
    """Features that no network made: as wide as each backbone's, some positions all 0."""
    result = []
    for number, (net, widths) in enumerate(FULL.items()):
        channels = tap_channels(net, widths)
        sizes = [[5, 7], [3, 4], [2, 3], [1, 2], [1, 1], [1, 3], [2, 2]][:len(channels)]
        seed = 100 + number
        stream, pictures = Stream(seed), []
        for picture in range(4):
            taps = []
            for c, (h, w) in zip(channels, sizes):
                tap = np.maximum(stream.signed(c * h * w), 0).reshape(c, h * w)
                tap[:, picture % (h * w)] *= 0 if picture == 1 else 1
                taps.append(torch.from_numpy(tap.reshape(1, c, h, w)))
            pictures.append(taps)
        model = reference(net, random_heads(channels, seed + 50))

        def measured(model):
            values = []
            for i in range(len(pictures)):
                for j in range(i + 1, len(pictures)):
                    queue = [pictures[i], pictures[j]]
                    model.net.forward = lambda _: queue.pop(0)
                    with torch.no_grad():
                        values.append(model(torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8)).item())
            return values

        plain = lpips.LPIPS(net=net, pnet_rand=True, lpips=False, verbose=False)
        result.append({"net": net, "channels": channels, "sizes": sizes, "seed": seed, "headsSeed": seed + 50,
                       "pictures": len(pictures), "distances": measured(model), "withoutHeads": measured(plain)})
    (HERE / "taps.json").write_text(json.dumps(result, indent=1) + "\n")


def make_thin():
    frames, height, width = 2, 48, 64
    clips = [scene(frames, height, width, *s) for s in ((1, 0, 12), (2, 3, 20), (3, 6, 12))]
    mask = np.zeros((height, width), bool)
    mask[10:30, 12:40] = True
    for number, (net, widths) in enumerate(THIN.items()):
        state = random_weights(net, widths, 200 + number)
        heads = random_heads(tap_channels(net, widths), 250 + number)
        folder = HERE / f"thin-{net}"
        write_folder(folder, f"thin-{net}", net, state, heads)
        model = set_weights(reference(net, heads), state)
        expected = {}
        for region in ("all", "fg", "bg"):
            values = []
            for t in range(frames):
                shown = [clip[t].copy() for clip in clips]
                for frame in shown:
                    if region != "all":
                        frame[~mask if region == "fg" else mask] = 255
                values.append(distances(model, shown))
            expected[region] = values
        (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


OUTPUTS = ["example1_single_control_edge", "example1_uniform_weights", "example1_spatiotemporal_weights"]


def make_full(folder, clips):
    """The first frame of the three real outputs and the reference, cropped to 192 x 256 at the same place."""
    folder.mkdir(parents=True, exist_ok=True)
    top, left, height, width = 240, 320, 192, 256
    frames = [decoded(clips / f"{name}.mp4", 1)[0][top:top + height, left:left + width].copy() for name in OUTPUTS]
    crop = {"clips": OUTPUTS, "top": top, "left": left, "height": height, "width": width}
    real, own = [], []
    for number, (net, widths) in enumerate(FULL.items()):
        seed = 300 + number
        state = random_weights(net, widths, seed)
        save_file(state, folder / f"{net}.safetensors")
        heads = [lin.model[1].weight.detach().numpy().reshape(-1) for lin in reference(net).lins]
        write_folder(folder / f"random-{net}", f"random-{net}", net, state, heads)
        real.append({"net": net, "seed": seed, **crop, "distances": distances(set_weights(reference(net), state), frames)})
        heads = random_heads(tap_channels(net, widths), seed + 50)
        own.append({"net": net, "seed": seed, "headsSeed": seed + 50, **crop,
                    "distances": distances(set_weights(reference(net, heads), state), frames)})
    (folder / "full.json").write_text(json.dumps(real, indent=1) + "\n")
    (HERE / "full.json").write_text(json.dumps(own, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=Path, metavar="DIR")
    parser.add_argument("--clips", type=Path)
    options = parser.parse_args()
    HERE.mkdir(exist_ok=True)
    torch.manual_seed(0)
    if options.full:
        make_full(options.full, options.clips)
    else:
        make_taps()
        make_thin()
    return 0


if __name__ == "__main__":
    sys.exit(main())
