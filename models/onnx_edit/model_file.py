"""ONNX files from and to bytes.

This module loads the `onnx` package: import it only where a model is converted.
"""

import onnx
from google.protobuf.message import DecodeError

from models.errors import unreadable


def parse_model(content: bytes) -> onnx.ModelProto:
    """The model in the bytes of an ONNX file. EngineFailure `model_unreadable` for other bytes."""
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise unreadable(f"not an ONNX model ({error})") from error
    if not model.HasField("graph"):
        raise unreadable("not an ONNX model (it has no graph)")
    return model


def serialise(model: onnx.ModelProto) -> bytes:
    """The bytes of an ONNX file, equal for equal models.

    EngineFailure `model_unreadable` where the model breaks the ONNX specification.
    """
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise unreadable(f"an ONNX model that breaks the specification ({error})") from error
    return bytes(model.SerializeToString(deterministic=True))
