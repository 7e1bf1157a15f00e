"""Whether this processor multiplies int8 exactly, found out by multiplying."""

import functools
import hashlib
from pathlib import Path

import numpy as np

from vision.engines.onnx_session import open_session

# Shipped rather than built here, so that a start does not load the `onnx` package.
PROBE = Path(__file__).with_name("int8_probe.onnx")
LENGTH = 64
UINT8_MAX, INT8_MAX = 255, 127


@functools.cache
def int8_is_exact() -> bool:
    """False where sums of two products saturate at 16 bits, as with AVX2 and SSE without VNNI.

    There int8 networks read worse. Call after any fork, never before: it opens a session.
    """
    session = open_session(
        PROBE,
        name="int8-probe",
        version="1",
        sha256=hashlib.sha256(PROBE.read_bytes()).hexdigest(),
        device="cpu",
        trial_shapes={"x": (1, LENGTH)},
    )
    (product,) = session.run({"x": np.full((LENGTH, LENGTH), UINT8_MAX, np.uint8)})
    return bool((product == LENGTH * UINT8_MAX * INT8_MAX).all())
