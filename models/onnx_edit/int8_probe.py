"""The network that `int8_support` runs, written to the file that is shipped with the code.

python -m models.onnx_edit.int8_probe
"""

import numpy as np

from models.onnx_edit.int8_support import INT8_MAX, LENGTH, PROBE
from models.onnx_edit.writer import GraphWriter


def build_probe() -> bytes:
    """A matrix product [rows, LENGTH] by [LENGTH, LENGTH] whose weights are as large as int8 is."""
    graph = GraphWriter("int8-product")
    x = graph.input("x", np.uint8, ["rows", LENGTH])
    weights = graph.constant(np.full((LENGTH, LENGTH), INT8_MAX, np.int8))
    graph.output(graph.node("MatMulInteger", x, weights), np.int32, ["rows", LENGTH])
    return graph.model("pagesight", {})


if __name__ == "__main__":
    PROBE.write_bytes(build_probe())
