"""A parsed Tesseract model to an ONNX graph with free batch and width.

Inputs `lines` float32 [batch, 1, height, width] (see vision/line_image.py) and `steps` int32
[batch], the time steps of each line: its own width // 3. Output `probabilities` float32
[batch, time, classes]; step t covers the pixels 3t to 3t + 2, and steps past a line's own mean
nothing.
"""

from typing import Literal

import numpy as np

from models.lstm_operators import float_lstm, int8_lstm, integers
from models.lstm_unrolled import unrolled_lstm
from models.onnx_writer import GraphWriter
from models.tesseract_topology import Topology, recognise_topology
from models.traineddata import LstmModel

# Changes whenever the same model would give another graph: it is part of the cache's file name.
GRAPH_VERSION = "1"

Precision = Literal["float32", "int8"]

# States from which a layer is faster in int8: its float weights no longer fit the nearer caches.
_WIDE = 128
_DIRECTIONS = ("forward", "reverse", "forward")


def convert(model: LstmModel, source: str, precision: Precision = "float32") -> bytes:
    """The bytes of an ONNX file; `source` names the model in its metadata.

    `int8` computes the wide layers along the line with bytes, as Tesseract does all layers of
    integer models, by an operator that ONNX Runtime has for the CPU only.

    EngineFailure `model_unsupported` for any network but the one all released models share.
    """
    topology = recognise_topology(model.network)
    graph = GraphWriter("tesseract-lstm")
    lines = graph.input("lines", np.float32, ["batch", 1, topology.height, "width"])
    steps = graph.input("steps", np.int32, ["batch"])
    if model.integer:
        lines = _quantise_pixels(graph, lines)
    features = _down(graph, topology, _convolve(graph, topology, lines))
    for lstm, direction in zip(topology.along, _DIRECTIONS, strict=True):
        wide = lstm.states >= _WIDE
        along = int8_lstm if precision == "int8" and wide else float_lstm
        features = along(graph, lstm, features, steps, direction)
    _classify(graph, topology, features)
    graph.output("probabilities", np.float32, ["batch", "time", model.classes])
    return graph.model("pagesight", _metadata(model, source))


def _metadata(model: LstmModel, source: str) -> dict[str, str]:
    return {
        "source": source,
        "source_version": model.version,
        "source_sha256": model.sha256,
        "spec": model.spec,
        "graph_version": GRAPH_VERSION,
    }


def _quantise_pixels(graph: GraphWriter, lines: str) -> str:
    """Integer models were made for pixels in steps of 1/127 (NetworkIO::SetPixel)."""
    steps = graph.node("Round", graph.node("Mul", lines, _scalar(graph, 128)))
    clipped = graph.node("Clip", steps, _scalar(graph, -127), _scalar(graph, 127))
    return graph.node("Div", clipped, _scalar(graph, 127))


def _convolve(graph: GraphWriter, topology: Topology, lines: str) -> str:
    """[batch, F, height / 3, time]: maxima first, as tanh keeps their order."""
    weights = topology.convolution
    # Tesseract stacks the window with x outermost: transpose each kernel.
    kernel = weights[:, :9].reshape(-1, 1, 3, 3).transpose(0, 1, 3, 2)
    taps = graph.constant(np.ascontiguousarray(kernel))
    bias = graph.constant(weights[:, 9].copy())
    convolved = graph.node("Conv", lines, taps, bias, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    return graph.node("Tanh", graph.node("MaxPool", convolved, kernel_shape=[3, 3], strides=[3, 3]))


def _down(graph: GraphWriter, topology: Topology, maps: str) -> str:
    """[time, batch, S]: the LSTM down the columns, each of them a line of its batch."""
    rows, depth = topology.height // 3, len(topology.convolution)
    by_row = graph.node("Transpose", maps, perm=[2, 3, 0, 1])
    shape = graph.node("Shape", by_row)
    time_and_batch = graph.node("Slice", shape, integers(graph, 1), integers(graph, 3))
    names = [f"row_{row}" for row in range(rows)]
    graph.node_with_outputs("Split", [by_row], names, axis=0)
    flat = [graph.node("Reshape", name, integers(graph, -1, depth)) for name in names]
    states = topology.down.states
    shape = graph.node("Concat", time_and_batch, integers(graph, states), axis=0)
    return graph.node("Reshape", unrolled_lstm(graph, topology.down, flat), shape)


def _classify(graph: GraphWriter, topology: Topology, features: str) -> None:
    weights = graph.constant(np.ascontiguousarray(topology.output[:, :-1].T))
    scores = graph.node("MatMul", features, weights)
    scores = graph.node("Add", scores, graph.constant(topology.output[:, -1].copy()))
    by_time = graph.node("Softmax", scores, axis=2)
    graph.node("Transpose", by_time, name="probabilities", perm=[1, 0, 2])


def _scalar(graph: GraphWriter, value: float) -> str:
    return graph.constant(np.array(value, np.float32))
