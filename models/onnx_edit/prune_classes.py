"""Removes classes from a text recogniser in ONNX: its last layer keeps only those in use.

PP-OCRv6's recogniser has 18,710 classes, most of them Chinese; the last layer and the softmax over
it take a third of the time of a short line. A removed class can no longer be misread either.
"""

from collections.abc import Callable, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from models.errors import unreadable

_CHARACTERS = "character"  # the metadata that lists the characters, one a line

# PP-OCR's classes are the CTC blank, the characters of its metadata in their order, and a space.
_BLANKS, _SPACES = 1, 1


def list_characters(model: onnx.ModelProto, characters: Sequence[str]) -> None:
    """Have the model's metadata list its characters, in place.

    EngineFailure `model_unreadable` where the model has another number of classes.
    """
    classes = len(characters) + _BLANKS + _SPACES
    if not any(tensor.dims and tensor.dims[-1] == classes for tensor in model.graph.initializer):
        raise unreadable(f"not a recogniser of {len(characters)} characters, a blank and a space")
    helper.set_model_props(model, {_CHARACTERS: "\n".join(characters)})


def prune_classes(model: onnx.ModelProto, wanted: Callable[[str], bool]) -> None:
    """Keep the CTC blank, the space and the characters that are `wanted`, in place.

    The model's metadata then lists those characters. EngineFailure `model_unreadable` where the
    model is not a recogniser of PP-OCR.
    """
    metadata = {entry.key: entry for entry in model.metadata_props}
    if _CHARACTERS not in metadata:
        raise unreadable("not a recogniser of PP-OCR (its metadata lists no characters)")
    characters = metadata[_CHARACTERS].value.split("\n")
    kept = [at for at, character in enumerate(characters) if wanted(character)]
    classes = len(characters) + _BLANKS + _SPACES
    columns = np.array([0, *(at + _BLANKS for at in kept), classes - 1])
    for tensor in model.graph.initializer:
        if tensor.dims and tensor.dims[-1] == classes:
            _keep_columns(tensor, columns)
    for output in model.graph.output:
        _free_dimensions(output)
    del model.graph.value_info[:]  # the shapes of intermediate values, which are optional
    metadata[_CHARACTERS].value = "\n".join(characters[at] for at in kept)


def _keep_columns(tensor: onnx.TensorProto, columns: NDArray[np.int64]) -> None:
    values = np.ascontiguousarray(numpy_helper.to_array(tensor)[..., columns])
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def _free_dimensions(output: onnx.ValueInfoProto) -> None:
    """Leave the three dimensions of a float32 output free: the weights determine the last one."""
    free: Sequence[None] = [None, None, None]
    output.CopyFrom(helper.make_tensor_value_info(output.name, onnx.TensorProto.FLOAT, list(free)))
