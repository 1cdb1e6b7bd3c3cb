"""DOVER's sampling and scores of small random networks that have its interface: dover.json and dover/*.onnx.

    python3 make_dover.py [FOLDER OF THE REAL CLIPS]

The sampling was written from the specification, on numpy's and torch's own generators and torch's own interpolation; the
networks are random and mean nothing. Of the real clips only numbers are kept; without the folder those in dover.json stay.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto as T
from onnx import helper, numpy_helper

HERE = Path(__file__).resolve().parent
RECORDED = HERE.parent.parent / "recorded"
COUNTS = [1, 2, 9, 40, 97, 121, 194, 195, 196, 300]
SIZES = [(64, 96), (32, 32), (192, 320), (200, 333), (223, 400), (224, 224), (224, 384), (480, 640), (704, 960), (720, 231)]
VIDEOS = ["dataset/videos/task_0000.mp4", "vis/videos/task_0001.mp4", "edge/videos/task_0002__1.mp4"]
REAL = ["example1_input_video.mp4", "example1_single_control_edge.mp4"]
CROP = (20, 100, 64, 96)  # top, left, height, width: the frames of a small video
torch.set_num_threads(1)


def times(count, seed):
    np.random.seed(seed)
    part = count // 3
    offsets = np.random.randint(0, part - 64, size=3) if part > 64 else np.zeros(3, int)
    return [[int(i * part + offsets[i] + 2 * k) % count for k in range(32)] for i in range(3)]


def places(height, width, seed):
    torch.manual_seed(seed)
    axes = []
    for length in (height, width):
        cell = length // 7
        offsets = torch.randint(cell - 32, (7, 7, 3)) if cell > 32 else torch.zeros(7, 7, 3, dtype=torch.int64)
        axes.append((torch.tensor([min(cell * i, length - 32) for i in range(7)]), offsets))
    (rows, dy), (columns, dx) = axes
    return (rows[:, None, None] + dy).permute(2, 0, 1), (columns[None, :, None] + dx).permute(2, 0, 1)


def clips(video, seed=0):
    """video [N,H,W,3] uint8 -> [3,3,32,224,224] float32"""
    count, height, width = video.shape[:3]
    at = times(count, seed)
    frames = torch.from_numpy(video[np.concatenate(at)]).permute(3, 0, 1, 2)
    ratio = min(height, width) / 224
    if ratio < 1:
        large = torch.nn.functional.interpolate(frames / 255.0, scale_factor=1 / ratio, mode="bilinear")
        frames = (large * 255.0).type(torch.uint8)
    rows, columns = places(height, width, seed)
    out = torch.zeros(3, 96, 224, 224)
    for s in range(3):
        for i in range(7):
            for j in range(7):
                y, x = int(rows[s, i, j]), int(columns[s, i, j])
                out[:, 32 * s : 32 * s + 32, 32 * i : 32 * i + 32, 32 * j : 32 * j + 32] = frames[
                    :, 32 * s : 32 * s + 32, y : y + 32, x : x + 32
                ]
    mean = torch.tensor([123.675, 116.28, 103.53])[:, None, None, None]
    std = torch.tensor([58.395, 57.12, 57.375])[:, None, None, None]
    return ((out - mean) / std).reshape(3, 3, 32, 224, 224).transpose(0, 1).contiguous().numpy()


def networks(folder):
    dice = np.random.default_rng(7)
    first = dice.normal(0, 0.15, (4, 3, 2, 4, 4)).astype(np.float32)
    second = dice.normal(0, 0.4, (1, 4, 1, 1, 1)).astype(np.float32)
    bias = np.array([-0.02], np.float32)
    weights = [numpy_helper.from_array(a, n) for a, n in ((first, "first"), (second, "second"), (bias, "bias"))]
    body = [
        helper.make_node("Conv", ["CLIPS", "first"], ["a"], strides=[2, 4, 4]),
        helper.make_node("Tanh", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "second", "bias"], ["technical"]),
    ]

    def port(name, shape):
        return helper.make_tensor_value_info(name, T.FLOAT, shape)

    def save(name, nodes, inputs, outputs):
        graph = helper.make_graph(nodes, name, inputs, outputs, weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}.onnx")

    def renamed(node, old, new):
        node = onnx.NodeProto.FromString(node.SerializeToString())
        node.input[:] = [new if i == old else i for i in node.input]
        return node

    side = [3, 32, 224, 224]
    save("map", [renamed(n, "CLIPS", "clips") for n in body], [port("clips", ["n"] + side)],
         [port("technical", ["n", 1, 16, 56, 56])])
    # As the authors export it: both branches, four clips, pooled.
    pooled = [renamed(n, "CLIPS", "tech_view") for n in body] + [
        helper.make_node("ReduceMean", ["technical"], ["tech"], axes=[1, 2, 3, 4], keepdims=0),
        helper.make_node("ReduceMean", ["aes_view"], ["aes"], axes=[1, 2, 3, 4], keepdims=0),
    ]
    save("both", pooled, [port("aes_view", [1] + side), port("tech_view", [4] + side)],
         [port("aes", [1]), port("tech", [4])])
    # What does not fit: pictures instead of clips.
    save("pictures", [helper.make_node("ReduceMean", ["picture"], ["technical"], axes=[1, 2, 3], keepdims=0)],
         [port("picture", ["n", 3, 224, 224])], [port("technical", ["n"])])
    inputs = {"map": "clips", "both": "tech_view", "pictures": "picture"}
    outputs = {"map": "technical", "both": "tech", "pictures": "technical"}
    for name in inputs:
        path = folder / name
        path.mkdir(exist_ok=True)
        data = (folder / f"{name}.onnx").read_bytes()
        (folder / f"{name}.onnx").unlink()
        (path / "model.onnx").write_bytes(data)
        card = {
            "format": 1, "name": f"random-{name}", "task": "quality",
            "files": {"model": {"file": "model.onnx", "sha256": hashlib.sha256(data).hexdigest()}},
            "input": {"name": inputs[name], "size": {"fixed": [224, 224]}, "colour": "rgb", "scale": "byte",
                      "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375], "interpolation": "bilinear"},
            "outputs": {"technical": outputs[name]}, "meaning": "nothing: the weights are random", "classes": [],
            "settings": {}, "licence": "the project's own", "source": "make_dover.py", "accuracy": {}, "notes": "",
        }
        (path / "network.json").write_text(json.dumps(card, indent=1) + "\n")


def read(path, limit=None):
    video = cv2.VideoCapture(str(path))
    frames = []
    while limit is None or len(frames) < limit:
        there, frame = video.read()
        if not there:
            break
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    return np.stack(frames)


def main():
    folder = HERE / "dover"
    folder.mkdir(exist_ok=True)
    networks(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "map/model.onnx"), options)

    def score(video, seed=0):
        raw = float(session.run(None, {"clips": clips(video, seed)})[0].astype(np.float64).mean())
        z = (raw - 0.1107) / 0.07355
        return {"frames": len(video), "seed": seed, "raw": raw, "z": z, "percent": 100 / (1 + math.exp(-z))}

    result = {"times": [], "places": [], "scores": [], "crop": CROP, "small": None, "real": []}
    for count in COUNTS:
        for seed in (0, 5):
            result["times"].append({"count": count, "seed": seed, "frames": times(count, seed)})
    for height, width in SIZES:
        rows, columns = places(height, width, 0)
        result["places"].append({"height": height, "width": width, "rows": rows.tolist(), "columns": columns.tolist()})
    for name in VIDEOS:
        for limit, seed in ((None, 0), (9, 0), (None, 5)):
            result["scores"].append({"video": name, **score(read(RECORDED / name, limit), seed)})
    top, left, height, width = CROP
    small = read(RECORDED / VIDEOS[0], 9)[:, top : top + height, left : left + width]
    result["small"] = {"video": VIDEOS[0], **score(np.ascontiguousarray(small))}
    if len(sys.argv) > 1:
        result["real"] = [{"video": name, **score(read(Path(sys.argv[1]) / name))} for name in REAL]
    else:
        result["real"] = json.loads((HERE / "dover.json").read_text())["real"]
    (HERE / "dover.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    for entry in result["scores"] + [result["small"]] + result["real"]:
        print(entry)


if __name__ == "__main__":
    main()
