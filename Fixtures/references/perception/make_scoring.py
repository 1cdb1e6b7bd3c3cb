"""Network folders of a few hundred bytes for the tests that score with networks from end to end. Each does by arithmetic
what a real one of its task learns: brightness stands for saliency and nearness, the strongest channel for a class.

    python make_scoring.py     (onnx 1.18 or later)
"""
import hashlib
import json
import os

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scoring")


def folder(name, task, nodes, given, size, constants=(), scale="unit", batch=1, meaning="", **card):
    path = os.path.join(OUT, name)
    os.makedirs(path, exist_ok=True)
    graph = h.make_graph(
        nodes, name, [h.make_tensor_value_info("picture", T.FLOAT, [batch, 3, "h", "w"])],
        [h.make_tensor_value_info(o, T.FLOAT, [batch, None, None, None]) for o in given],
        [nh.from_array(np.asarray(v, np.float32), k) for k, v in dict(constants).items()])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, os.path.join(path, "model.onnx"))
    with open(os.path.join(path, "model.onnx"), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    text = {"format": 1, "name": "tiny-" + name, "task": task, "files": {"model": {"file": "model.onnx", "sha256": digest}},
            "input": {"name": "picture", "size": size, "colour": "rgb", "scale": scale, "mean": [0, 0, 0], "std": [1, 1, 1],
                      "interpolation": "bilinear"},
            "outputs": card.pop("outputs"), "meaning": meaning, "classes": card.pop("classes", []),
            "settings": card.pop("settings", {}), "licence": "Apache-2.0", "source": "make_scoring.py", "accuracy": {},
            "notes": ""}
    with open(os.path.join(path, "network.json"), "w") as file:
        json.dump(text, file, indent=2)
        file.write("\n")


mean = h.make_node("ReduceMean", ["picture"], ["grey"], axes=[1], keepdims=1)
folder("saliency", "saliency", [mean], ["grey"], {"fixed": [24, 32]}, outputs={"saliency": "grey"},
       meaning="brightness")
folder("depth", "depth", [mean, h.make_node("Add", ["grey", "offset"], ["depth"])], ["depth"], {"fixed": [48, 64]},
       {"offset": [0.1]}, outputs={"depth": "depth"}, settings={"inverse": 1}, meaning="brightness and a tenth")
folder("segmenter", "semantic-segmentation", [h.make_node("Mul", ["picture", "gains"], ["classes"])], ["classes"],
       {"fixed": [48, 64]}, {"gains": np.array([1, 1.05, 0.95]).reshape(1, 3, 1, 1)}, outputs={"classes": "classes"},
       classes=["background", "green things", "blue things"], meaning="the strongest channel")
rng = np.random.default_rng(7)
taps = {"w1": rng.normal(size=(8, 3, 3, 3)), "w2": rng.normal(size=(12, 8, 3, 3)) / 4}
folder("features", "perceptual-features",
       [h.make_node("Conv", ["picture", "w1"], ["c1"], pads=[1] * 4), h.make_node("Relu", ["c1"], ["tap1"]),
        h.make_node("Conv", ["tap1", "w2"], ["c2"], pads=[1] * 4, strides=[2, 2]), h.make_node("Relu", ["c2"], ["tap2"])],
       ["tap1", "tap2"], {"native": True, "multipleOf": 1, "least": 8}, taps, scale="signed", batch="n",
       outputs={"tap1": "tap1", "tap2": "tap2"}, meaning="two layers of random filters")
