"""Makes exported ONNX files smaller without changing what they compute: no traces, no inferred shapes, short names, one
number for a constant of equal numbers, and half precision where that loses nothing."""

import numpy as np
import onnx
from onnx import numpy_helper


def shrink(path):
    model = onnx.load(str(path))
    graph = model.graph
    kept = {value.name for value in list(graph.input) + list(graph.output)}
    names = {}

    def short(name):
        if not name or name in kept:
            return name
        return names.setdefault(name, f"t{len(names)}")

    del graph.value_info[:]
    del model.metadata_props[:]
    del graph.metadata_props[:]
    model.doc_string = graph.doc_string = ""
    nodes, constants = [], []
    for value in graph.initializer:
        name = short(value.name)
        array = numpy_helper.to_array(value)
        if array.size > 256 and (array == array.flat[0]).all():
            shape = numpy_helper.from_array(np.array(array.shape, np.int64), name + "s")
            constants.append(shape)
            number = numpy_helper.from_array(array.reshape(-1)[:1])
            nodes.append(onnx.helper.make_node("ConstantOfShape", [shape.name], [name], value=number))
        elif array.size > 64 and array.dtype == np.float32 and (array.astype(np.float16) == array).all():
            constants.append(numpy_helper.from_array(array.astype(np.float16), name + "h"))
            nodes.append(onnx.helper.make_node("Cast", [name + "h"], [name], to=onnx.TensorProto.FLOAT))
        else:
            constants.append(numpy_helper.from_array(array, name))
    del graph.initializer[:]
    graph.initializer.extend(constants)
    for value in list(graph.input) + list(graph.output):
        value.doc_string = ""
        del value.metadata_props[:]
    for node in graph.node:
        if any(a.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS) for a in node.attribute):
            raise SystemExit(f"{path}: {node.op_type} holds a graph, whose names would have to be kept")
        node.name = node.doc_string = ""
        del node.metadata_props[:]
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
    later = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes + later)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
