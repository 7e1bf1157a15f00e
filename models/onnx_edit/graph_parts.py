"""What rewriting a graph begins and ends with: its constants, and its new nodes.

This module loads the `onnx` package: import it only where a model is converted.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from models.onnx_edit.writer import ORT_DOMAIN


def float_constants(graph: onnx.GraphProto) -> dict[str, NDArray[np.float32]]:
    """The float32 constants of a graph by their names."""
    return {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT
    }


def replace_nodes(
    model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], tensors: Sequence[onnx.TensorProto]
) -> None:
    """Give the graph these nodes, which may be ONNX Runtime's own, and the constants they use.

    `tensors` are new constants; old ones stay as far as they are used.
    """
    graph = model.graph
    before = len(graph.node)
    graph.node.extend(nodes)
    del graph.node[:before]
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    before = len(graph.initializer)
    graph.initializer.extend([*kept, *tensors])
    del graph.initializer[:before]
    del graph.value_info[:]  # the shapes of intermediate values, which are optional
    if all(opset.domain != ORT_DOMAIN for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid(ORT_DOMAIN, 1))
