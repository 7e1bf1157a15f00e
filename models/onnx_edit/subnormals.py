"""Sets subnormal weights of an ONNX model to zero: processors compute with them far more slowly.

Training with weight decay leaves such numbers in unused channels. A quarter million weights of
PP-OCRv6's line detector are subnormal; without them it runs in 30% of the time and its output is
bit-identical. ONNX Runtime's own `session.set_denormal_as_zero` changes the floating-point mode of
the thread that opens the first session of a process, and of no other thread.
"""

from typing import TypeVar

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from models.onnx_edit.model_file import parse_model
from vision.core.errors import EngineFailure

_SMALLEST_NORMAL = np.finfo(np.float32).tiny
_Number = TypeVar("_Number", bound=np.generic)


def without_subnormals(content: bytes) -> bytes | None:
    """The ONNX file with subnormal float32 weights set to zero; None where it has none.

    None also for bytes that are not an ONNX model: opening them reports that better. The result is
    not checked against the specification, since ONNX Runtime opens some models that break it.
    """
    try:
        model = parse_model(content)
    except EngineFailure:
        return None
    return bytes(model.SerializeToString(deterministic=True)) if flush_weights(model) else None


def flush_weights(model: onnx.ModelProto) -> bool:
    """Set the subnormal float32 weights of a model to zero in place; whether there were any.

    Weights stored outside the file stay as they are.
    """
    changed = [_flush_tensor(tensor) for tensor in model.graph.initializer]
    return any(changed)


def flushed(values: NDArray[_Number]) -> NDArray[_Number]:
    """The array with subnormal float32 values set to zero; itself where it has none."""
    if values.dtype != np.float32:
        return values
    subnormal = (np.abs(values) < _SMALLEST_NORMAL) & (values != 0)
    return np.where(subnormal, values.dtype.type(0), values) if subnormal.any() else values


def _flush_tensor(tensor: onnx.TensorProto) -> bool:
    external = tensor.data_location == onnx.TensorProto.EXTERNAL
    if tensor.data_type != onnx.TensorProto.FLOAT or external:
        return False
    values = numpy_helper.to_array(tensor)
    normal = flushed(values)
    if normal is values:
        return False
    tensor.CopyFrom(numpy_helper.from_array(normal, tensor.name))
    return True
