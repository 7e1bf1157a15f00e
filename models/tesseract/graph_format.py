"""Which ONNX graph a Tesseract model is converted to; readable without loading a converter."""

from typing import Literal

# Changes whenever the same model would give another graph: it is part of the key in the cache.
GRAPH_VERSION = "4"

Precision = Literal["float32", "int8-along", "int8"]
