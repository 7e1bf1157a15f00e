"""Whether this processor multiplies int8 without losing anything, found out by multiplying."""

import functools
import hashlib
import tempfile
from pathlib import Path

import numpy as np

from models.onnx_edit.writer import GraphWriter
from vision.engines.onnx_session import open_session

_LENGTH = 64
_U8_MOST, _S8_MOST = 255, 127


@functools.cache
def int8_is_exact() -> bool:
    """False where sums of two products are cut to 16 bits, as by AVX2 and SSE without VNNI.

    There int8 networks read worse. Open no session before a fork: this opens one.
    """
    content = _largest_product()
    with tempfile.TemporaryDirectory(prefix="pagesight-int8-") as folder:
        path = Path(folder) / "product.onnx"
        path.write_bytes(content)
        session = open_session(
            path,
            name="int8-product",
            version="1",
            sha256=hashlib.sha256(content).hexdigest(),
            device="cpu",
            trial_shapes={"x": (1, _LENGTH)},
        )
    (found,) = session.run({"x": np.full((_LENGTH, _LENGTH), _U8_MOST, np.uint8)})
    return bool((found == _LENGTH * _U8_MOST * _S8_MOST).all())


def _largest_product() -> bytes:
    """A product whose every term is as large as 8 bits allow."""
    graph = GraphWriter("int8-product")
    x = graph.input("x", np.uint8, ["rows", _LENGTH])
    weights = graph.constant(np.full((_LENGTH, _LENGTH), _S8_MOST, np.int8))
    graph.output(graph.node("MatMulInteger", x, weights), np.int32, ["rows", _LENGTH])
    return graph.model("pagesight", {})
