"""Small networks for the tests of the ONNX Runtime door: each is a few nodes whose outputs are known by arithmetic.

    python make_runtime.py     (onnx 1.18 or later)
"""
import os

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runtime")


def save(name, nodes, inputs, outputs, opset=13, initializers=()):
    graph = h.make_graph(nodes, name, inputs, outputs, list(initializers))
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.save(model, os.path.join(OUT, name + ".onnx"))


def port(name, kind, shape):
    return h.make_tensor_value_info(name, kind, shape)


picture = port("picture", T.FLOAT, [1, 3, "h", "w"])
os.makedirs(OUT, exist_ok=True)
# grey = the mean over channels, twice = 2 * picture
two = h.make_tensor("two", T.FLOAT, [1], [2.0])
save("grey", [h.make_node("ReduceMean", ["picture"], ["grey"], axes=[1], keepdims=1),
              h.make_node("Mul", ["picture", "two"], ["twice"])],
     [picture], [port("grey", T.FLOAT, [1, 1, "h", "w"]), port("twice", T.FLOAT, [1, 3, "h", "w"])], initializers=[two])
# the logarithm of a negative number is NaN, of zero infinite
save("logarithm", [h.make_node("Log", ["picture"], ["log"])], [picture], [port("log", T.FLOAT, [1, 3, "h", "w"])])
# float16 out, int64 and bool in and out
save("types", [h.make_node("Cast", ["picture"], ["half"], to=T.FLOAT16),
               h.make_node("Add", ["ids", "ids"], ["sums"]),
               h.make_node("Not", ["flags"], ["opposite"])],
     [picture, port("ids", T.INT64, [1, "n"]), port("flags", T.BOOL, ["n"])],
     [port("half", T.FLOAT16, [1, 3, "h", "w"]), port("sums", T.INT64, [1, "n"]), port("opposite", T.BOOL, ["n"])])
# a newer language than any runtime understands
save("future", [h.make_node("Identity", ["picture"], ["same"])], [picture],
     [port("same", T.FLOAT, [1, 3, "h", "w"])], opset=99)
with open(os.path.join(OUT, "grey.onnx"), "rb") as file:
    data = file.read()
with open(os.path.join(OUT, "truncated.onnx"), "wb") as file:
    file.write(data[: len(data) // 2])
