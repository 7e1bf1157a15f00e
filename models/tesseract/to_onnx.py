"""A parsed Tesseract model to an ONNX graph with free batch and width.

Inputs `lines` float32 [batch, 1, height, width] (made by
vision/recognition/lstm/line_normalisation.py) and `steps` int32 [batch], the time steps of each
line: its own width // 3. Output `probabilities` float32 [batch, time, classes]; step t covers the
pixels 3t to 3t + 2, and steps beyond a line's own are meaningless.
"""

from collections.abc import Sequence

import numpy as np

from models.onnx_edit.writer import GraphWriter
from models.tesseract.graph_format import GRAPH_VERSION, Precision
from models.tesseract.lstm_operators import float_lstm, int8_lstm, integers
from models.tesseract.lstm_unrolled import quantised, unrolled_int8_lstm, unrolled_lstm
from models.tesseract.topology import Topology, recognise_topology
from models.tesseract.traineddata import LstmModel

# States from which a layer is faster in int8: its float weights no longer fit the inner caches.
_WIDE = 128
# Pixels of height up to which the layer down the columns runs in int8. In higher networks rounding
# errors accumulate over more steps: old German prints lost .1 points of CER, Chinese three edits of
# 665.
_LOW = 36
_POOL = 3  # pixels that one row and one time step of the feature map cover
_ROWS_AT_ONCE = 2
_DIRECTIONS = ("forward", "reverse", "forward")


def convert(model: LstmModel, source: str, precision: Precision = "float32") -> bytes:
    """The bytes of an ONNX file; `source` names the model in its metadata.

    `int8` computes the wide layers along the line, and in low networks the one down the columns, in
    int8, as Tesseract does all layers of integer models; `int8-along` only the former, for
    processors that saturate sums (models/onnx_edit/int8_support.py). ONNX Runtime has these
    operators for the CPU only.

    EngineFailure `model_unsupported` for any network but the one that all released models share.
    """
    topology = recognise_topology(model.network)
    graph = GraphWriter("tesseract-lstm")
    lines = graph.input("lines", np.float32, ["batch", 1, topology.height, "width"])
    steps = graph.input("steps", np.int32, ["batch"])
    if model.integer:
        lines = _quantise_pixels(graph, lines)
    in_int8 = precision == "int8" and topology.height <= _LOW
    rows = _convolve(graph, topology, lines, in_int8)
    features = _down(graph, topology, rows, steps, in_int8)
    for lstm, direction in zip(topology.along, _DIRECTIONS, strict=True):
        wide = lstm.states >= _WIDE
        along = int8_lstm if precision != "float32" and wide else float_lstm
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
    """Integer models were trained for pixels in steps of 1/127 (NetworkIO::SetPixel)."""
    steps = graph.node("Round", graph.node("Mul", lines, _scalar(graph, 128)))
    clipped = graph.node("Clip", steps, _scalar(graph, -127), _scalar(graph, 127))
    return graph.node("Div", clipped, _scalar(graph, 127))


def _convolve(graph: GraphWriter, topology: Topology, lines: str, in_int8: bool) -> list[str]:
    """The rows of the feature map, top to bottom, each [time * batch, F].

    Two at a time, from the pixels they depend on: the maps of whole lines exceed the caches.
    Pooling comes first, since tanh preserves order.
    """
    weights = topology.convolution
    # Tesseract stacks the window with x outermost: transpose each kernel.
    kernel = weights[:, :9].reshape(-1, 1, 3, 3).transpose(0, 1, 3, 2)
    taps = graph.constant(np.ascontiguousarray(kernel))
    bias = graph.constant(weights[:, 9].copy())
    found: list[str] = []
    for top in range(0, topology.height, _ROWS_AT_ONCE * _POOL):
        bottom = min(top + _ROWS_AT_ONCE * _POOL, topology.height)
        above, below = min(top, 1), min(topology.height - bottom, 1)
        span = (integers(graph, top - above), integers(graph, bottom + below), integers(graph, 2))
        pads = [1 - above, 1, 1 - below, 1]
        band = graph.node("Slice", lines, *span)
        maps = graph.node("Conv", band, taps, bias, kernel_shape=[3, 3], pads=pads)
        peaks = graph.node("MaxPool", maps, kernel_shape=[_POOL, _POOL], strides=[_POOL, _POOL])
        values = graph.node("Tanh", peaks)
        if in_int8:
            values = quantised(graph, values)
        found += _rows(graph, values, (bottom - top) // _POOL, len(weights))
    return found


def _rows(graph: GraphWriter, maps: str, count: int, depth: int) -> list[str]:
    """[batch, F, count, time] as `count` times [time * batch, F]."""
    by_row = graph.node("Transpose", maps, perm=[2, 3, 0, 1])
    names = [f"{by_row}_{row}" for row in range(count)]
    graph.node_with_outputs("Split", [by_row], names, axis=0)
    return [graph.node("Reshape", name, integers(graph, -1, depth)) for name in names]


def _down(
    graph: GraphWriter, topology: Topology, rows: Sequence[str], steps: str, in_int8: bool
) -> str:
    """[time, batch, S]: the LSTM down the columns, each column a sequence of its batch."""
    unrolled = unrolled_int8_lstm if in_int8 else unrolled_lstm
    last = unrolled(graph, topology.down, rows)
    batch = graph.node("Shape", steps)
    shape = graph.node(
        "Concat", integers(graph, -1), batch, integers(graph, topology.down.states), axis=0
    )
    return graph.node("Reshape", last, shape)


def _classify(graph: GraphWriter, topology: Topology, features: str) -> None:
    weights = graph.constant(np.ascontiguousarray(topology.output[:, :-1].T))
    scores = graph.node("MatMul", features, weights)
    scores = graph.node("Add", scores, graph.constant(topology.output[:, -1].copy()))
    by_time = graph.node("Softmax", scores, axis=2)
    graph.node("Transpose", by_time, name="probabilities", perm=[1, 0, 2])


def _scalar(graph: GraphWriter, value: float) -> str:
    return graph.constant(np.array(value, np.float32))
