"""Small depth and saliency networks, and what reference pipelines make of them.

The pipelines are written from the public descriptions of Depth-Anything-V2, Video-Depth-Anything and rembg with OpenCV,
Pillow, PyTorch and numpy; the networks are a few nodes and are run by ONNX Runtime.

    python make_depth.py     (numpy, onnx 1.18, onnxruntime, opencv-python, pillow, safetensors, torch)
"""
import hashlib
import json
import os

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto as T
from onnx import helper as h
from PIL import Image
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def scene(frames, height, width, seed, shift, noise):
    """The integer scene of metrics.md, section 13, as frames x rows x columns x 3 bytes."""
    t, y, x, c = np.meshgrid(*map(np.arange, (frames, height, width, 3)), indexing="ij")
    v = ((x * (3 + c) + y * (5 - c) + 7 * t) // 4) % 128 + 32
    x0, y0 = width // 4 + 2 * t + shift, height // 3
    box = (x >= x0) & (x < x0 + width // 3) & (y >= y0) & (y < y0 + height // 3)
    v = np.where(box, 200 - 20 * c + (x + y) % 5, v)
    checker = (y >= 2 * height // 3) & (x >= width // 2) & ((x // 8 + y // 8) % 2 == 1)
    v = np.where(checker, 255 - v, v)
    u = ((((t * height + y) * width + x) * 3 + c + seed * 1000003) % 2**32).astype(np.uint64)
    for shift_by, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        u ^= u >> np.uint64(shift_by)
        u = u * np.uint64(factor) % np.uint64(2**32)
    return np.clip(v + (u % np.uint64(2 * noise + 1)).astype(int) - noise, 0, 255).astype(np.uint8)


# Networks

def port(name, shape):
    return h.make_tensor_value_info(name, T.FLOAT, shape)


def constant(name, values):
    values = np.asarray(values, np.float32)
    return h.make_tensor(name, T.FLOAT, values.shape, values.ravel())


def write(folder, task, nodes, inputs, outputs, constants, picture, role):
    path = os.path.join(HERE, folder)
    os.makedirs(path, exist_ok=True)
    model = h.make_model(h.make_graph(nodes, folder, inputs, outputs, constants), opset_imports=[h.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, path + "/model.onnx")
    with open(path + "/model.onnx", "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    card = {"format": 1, "name": folder, "task": task, "files": {"model": {"file": "model.onnx", "sha256": digest}},
            "input": {"name": "picture", **picture, "colour": "rgb", "mean": MEAN.tolist(), "std": STD.tolist()},
            "outputs": {role: outputs[0].name}, "meaning": "made for tests", "classes": [], "settings": {},
            "licence": "as the project", "source": "make_depth.py", "accuracy": {}, "notes": ""}
    with open(path + "/network.json", "w") as file:
        json.dump(card, file, indent=1)
    session = onnxruntime.InferenceSession(path + "/model.onnx", providers=["CPUExecutionProvider"])
    return lambda values: session.run([outputs[0].name], {"picture": values.astype(np.float32)})[0]


kernel = np.random.RandomState(5).uniform(-0.3, 0.5, (1, 3, 3, 3)).round(3)
short = {"size": {"shortSide": 28, "multipleOf": 14}, "scale": "unit", "interpolation": "bicubic"}
half = h.make_node("Conv", ["picture", "kernel", "bias"], ["grey"], strides=[2, 2], pads=[1, 1, 1, 1])
weights = [constant("kernel", kernel), constant("bias", [0.8])]
axis = h.make_tensor("axis", T.INT64, [1], [1])

depth = write("depth", "depth", [half, h.make_node("Relu", ["grey"], ["near"]), h.make_node("Squeeze", ["near", "axis"], ["depth"])],
              [port("picture", ["n", 3, "h", "w"])], [port("depth", ["n", "a", "b"])], weights + [axis], short, "depth")
# The same for exactly two pictures, with a dimension more.
write("depth_pairs", "depth", [half, h.make_node("Relu", ["grey"], ["depth"])],
      [port("picture", [2, 3, "h", "w"])], [port("depth", [2, 1, "a", "b"])], weights, short, "depth")

# Every window has a scale and a shift of its own that depend on its last frames, and depth bends with them a little, so
# that no scale and shift fit exactly.
last = [h.make_tensor("from", T.INT64, [1], [31]), h.make_tensor("to", T.INT64, [1], [32]), axis]
window = write(
    "video_depth", "video-depth",
    [h.make_node("ReduceMean", ["picture"], ["flat"], axes=[2], keepdims=0),
     h.make_node("Abs", ["flat"], ["near"]),
     h.make_node("Slice", ["flat", "from", "to", "axis"], ["end"]),
     h.make_node("ReduceMean", ["end"], ["tone"], keepdims=1, axes=[1, 2, 3]),
     h.make_node("ReduceMean", ["flat"], ["mood"], keepdims=1, axes=[1, 2, 3]),
     h.make_node("Exp", ["tone"], ["scale"]),
     h.make_node("Abs", ["mood"], ["shift"]),
     h.make_node("Mul", ["near", "scale"], ["scaled"]),
     h.make_node("Mul", ["scaled", "scaled"], ["square"]),
     h.make_node("Mul", ["square", "bend"], ["bent"]),
     h.make_node("Add", ["scaled", "bent"], ["sum"]),
     h.make_node("Add", ["sum", "shift"], ["depth"])],
    [port("picture", [1, 32, 3, "h", "w"])], [port("depth", [1, 32, "h", "w"])], last + [constant("bend", [0.05])],
    short, "depth")

salient = write(
    "saliency", "saliency",
    [h.make_node("Conv", ["picture", "kernel", "bias"], ["grey"], pads=[1, 1, 1, 1]), h.make_node("Sigmoid", ["grey"], ["salient"])],
    [port("picture", [1, 3, 16, 16])], [port("salient", [1, 1, 16, 16])], weights,
    {"size": {"fixed": [16, 16]}, "scale": "peak", "interpolation": "lanczos"}, "saliency")


# Depth

def seen(frame, length):
    """As Depth-Anything prepares a frame: scaled so that no side falls below `length`, both rounded to 14."""
    height, width = frame.shape[:2]
    factor = max(length / height, length / width)
    sides = []
    for side in (width, height):
        cells = int(np.round(side * factor / 14))
        sides.append(14 * (cells if 14 * cells >= length else int(np.ceil(side * factor / 14))))
    resized = cv2.resize(frame / np.float32(255), tuple(sides), interpolation=cv2.INTER_CUBIC)
    return ((resized - MEAN) / STD).transpose(2, 0, 1)


def stretched(maps, height, width):
    maps = torch.from_numpy(maps)[:, None]
    return torch.nn.functional.interpolate(maps, size=(height, width), mode="bilinear", align_corners=True)[:, 0].numpy()


frames = scene(5, 36, 48, 7, 0, 9)
small = np.stack([cv2.resize(frame, (40, 24), interpolation=cv2.INTER_AREA) for frame in frames])
save_file({
    "input": np.ascontiguousarray(seen(frames[0], 28).astype(np.float32)),
    "native": np.concatenate([stretched(depth(seen(f, 28)[None]), 36, 48) for f in frames]),
    "resized": np.concatenate([stretched(depth(seen(f, 28)[None]), 24, 40) for f in small]),
}, os.path.join(HERE, "depth", "expected.safetensors"))

# Corner-aligned resizing alone
dice = np.random.RandomState(1)
source = dice.uniform(0, 9, (1, 5, 7)).astype(np.float32)
save_file({"source": source[0], **{f"{w}x{h}": stretched(source, h, w)[0] for w, h in ((16, 11), (7, 5), (3, 2), (1, 1), (14, 5))}},
          os.path.join(HERE, "depth", "stretched.safetensors"))


# Depth of windows

def joined(frames, length):
    """Video-Depth-Anything's windows: which frame every place of every window shows, depth of each window, and then one
    pass that fits and mixes."""
    count, height, width = frames.shape[:3]
    ratio = max(height, width) / min(height, width)
    if ratio > 1.78:
        length = round(int(length * 1.777 / ratio) / 14) * 14
    places = list(range(32))
    windows = []
    for begin in range(0, count, 22):
        if begin:
            places = [places[0], places[12]] + places[24:] + list(range(begin + 10, begin + 32))
        windows.append([min(place, count - 1) for place in places])
    inputs = [seen(frame, length) for frame in frames]
    depths = [stretched(window(np.stack([inputs[i] for i in w])[None])[0], height, width) for w in windows]
    result = list(depths[0])
    anchor, key = depths[0][0], depths[0][12]
    for own in depths[1:]:
        system = np.stack([own[:2].ravel(), np.ones(own[:2].size)], 1).astype(np.float64)
        (scale, shift), *_ = np.linalg.lstsq(system, np.stack([anchor, key]).ravel().astype(np.float64), rcond=None)
        fitted = np.maximum(own.astype(np.float64) * scale + shift, 0)
        shares = np.linspace(0, 1, 8)[:, None, None]
        result[-8:] = list(np.stack(result[-8:]) * (1 - shares) + fitted[2:10] * shares)
        result += list(fitted[10:])
        key = fitted[12]
    return np.stack(result[:count]).astype(np.float32)


cases = {}
for count, height, width in ((1, 12, 20), (22, 12, 20), (23, 12, 20), (75, 12, 20), (34, 12, 40)):
    full = joined(scene(count, height, width, 3, -20, 12), 28)
    kept = sorted({i for i in (0, 11, 21, 22, 23, 24, 27, 31, 32, 46, 50, 53, 54, 66, 74) if i < count})
    cases[f"{count}.{width}x{height}"] = full[kept]
save_file(cases, os.path.join(HERE, "video_depth", "expected.safetensors"))


# Saliency: rembg's preparation and its mask

def probability(frame):
    values = np.array(Image.fromarray(frame).resize((16, 16), Image.LANCZOS))
    values = ((values / values.max() - MEAN) / STD).transpose(2, 0, 1)[None]
    map = salient(values)[0, 0]
    return (map - map.min()) / (map.max() - map.min())


def levels(map, width, height):
    return np.array(Image.fromarray((map * 255).astype(np.uint8), mode="L").resize((width, height), Image.LANCZOS))


frames = scene(7, 30, 40, 2, -6, 6)
maps = [probability(frame) for frame in frames]
expected = {"0": np.stack([levels(m, 40, 30) for m in maps])}
for radius, row in ((1, (1, 2, 1)), (2, (1, 4, 6, 4, 1))):
    smooth = []
    for i in range(len(maps)):
        near = [(row[k], maps[i + k - radius]) for k in range(2 * radius + 1) if 0 <= i + k - radius < len(maps)]
        smooth.append(sum(w * m.astype(np.float64) for w, m in near) / sum(w for w, _ in near))
    expected[str(radius)] = np.stack([levels(m, 40, 30) for m in smooth])
save_file({"input": ((lambda v: (v / v.max() - MEAN) / STD)(np.array(Image.fromarray(frames[0]).resize((16, 16), Image.LANCZOS))))
           .transpose(2, 0, 1).astype(np.float32).copy(), **expected}, os.path.join(HERE, "saliency", "expected.safetensors"))

# Pillow's filters alone
picture = scene(1, 13, 22, 9, 0, 60)[0]
filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
sizes = ((9, 5), (22, 13), (31, 26), (22, 20), (7, 13), (1, 1))
save_file({f"{name}.{w}x{h}": np.array(Image.fromarray(picture).resize((w, h), kind)) for name, kind in filters.items() for w, h in sizes}
          | {f"grey.{name}": np.array(Image.fromarray(picture[..., 1].copy()).resize((17, 29), kind)) for name, kind in filters.items()},
          os.path.join(HERE, "saliency", "pillow.safetensors"))
