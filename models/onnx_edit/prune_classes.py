"""A text recogniser in ONNX with fewer characters: its last layer cut to the classes in use.

PP-OCRv6's recogniser has 18,710 classes, most of them Chinese; the last layer and the softmax over
it take a third of the time of a short line. What is cut off can no longer be misread either.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.tesseract.byte_reader import unreadable
from vision.engines.onnx_protobuf import counted, fields, number, varint

# Field numbers of onnx.proto3.
_MODEL_GRAPH, _MODEL_METADATA = 7, 14
_GRAPH_INITIALIZER, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 5, 12, 13
_TENSOR_DIMS, _TENSOR_RAW_DATA = 1, 9
_VALUE_NAME, _VALUE_TYPE = 1, 2
_NOTE_KEY, _NOTE_VALUE = 1, 2
_CHARACTERS = b"character"

# PP-OCR's classes are a blank, the characters of its metadata line by line, and a space.
_BLANKS, _SPACES = 1, 1


def cut_classes(model: bytes, wanted: Callable[[str], bool]) -> bytes:
    """The model with blank, space and those characters that are `wanted`.

    Its metadata lists them anew. EngineFailure `model_unreadable` where it is not of this kind.
    """
    try:
        characters = _characters(model)
        kept = [at for at, character in enumerate(characters) if wanted(character)]
        classes = len(characters) + _BLANKS + _SPACES
        columns = np.array([0, *(at + _BLANKS for at in kept), classes - 1])
        notes = "\n".join(characters[at] for at in kept).encode()
        return _rewritten(model, columns, classes, notes)
    except (IndexError, ValueError) as error:
        raise unreadable(f"no recogniser of PP-OCR ({error})") from error


def _characters(model: bytes) -> list[str]:
    for field in fields(model):
        if field.number == _MODEL_METADATA:
            note = _parts(model[field.start : field.end])
            if note[_NOTE_KEY] == _CHARACTERS:
                return note[_NOTE_VALUE].decode().split("\n")
    raise ValueError("its metadata names no characters")


def _parts(message: bytes) -> dict[int, bytes]:
    return {field.number: message[field.start : field.end] for field in fields(message)}


def _rewritten(model: bytes, columns: NDArray[np.int64], classes: int, notes: bytes) -> bytes:
    parts = []
    for field in fields(model):
        content = model[field.start : field.end]
        if field.number == _MODEL_GRAPH:
            parts.append(counted(_MODEL_GRAPH, _cut_graph(content, columns, classes)))
        elif field.number == _MODEL_METADATA and _parts(content)[_NOTE_KEY] == _CHARACTERS:
            note = counted(_NOTE_KEY, _CHARACTERS) + counted(_NOTE_VALUE, notes)
            parts.append(counted(_MODEL_METADATA, note))
        else:
            parts.append(model[field.key : field.end])
    return b"".join(parts)


def _cut_graph(graph: bytes, columns: NDArray[np.int64], classes: int) -> bytes:
    parts = []
    for field in fields(graph):
        content = graph[field.start : field.end]
        if field.number == _GRAPH_INITIALIZER:
            parts.append(counted(_GRAPH_INITIALIZER, _cut_tensor(content, columns, classes)))
        elif field.number == _GRAPH_OUTPUT:
            parts.append(counted(_GRAPH_OUTPUT, _without_shape(content)))
        elif field.number != _GRAPH_VALUE_INFO:  # shapes of values in between, not needed
            parts.append(graph[field.key : field.end])
    return b"".join(parts)


def _cut_tensor(tensor: bytes, columns: NDArray[np.int64], classes: int) -> bytes:
    """Only these columns of a weight whose last side is the classes; others as they are."""
    sides = [varint(tensor, each.start)[0] for each in fields(tensor) if each.number == 1]
    if not sides or sides[-1] != classes:
        return tensor
    values = np.frombuffer(_parts(tensor)[_TENSOR_RAW_DATA], "<f4").reshape(sides)
    raw = np.ascontiguousarray(values[..., columns]).tobytes()
    dims = b"".join(number(_TENSOR_DIMS, side) for side in [*sides[:-1], len(columns)])
    kept = (
        tensor[each.key : each.end]
        for each in fields(tensor)
        if each.number not in {_TENSOR_DIMS, _TENSOR_RAW_DATA}
    )
    return dims + b"".join(kept) + counted(_TENSOR_RAW_DATA, raw)


def _without_shape(output: bytes) -> bytes:
    """An output of float32 in three dimensions, whose last is left to the weights to say."""
    # TypeProto.tensor_type is field 1: elem_type 1 (float), shape 2 with three unnamed sides.
    shape = counted(2, counted(1, b"") * 3)
    kind = counted(_VALUE_TYPE, counted(1, number(1, 1) + shape))
    return counted(_VALUE_NAME, _parts(output)[_VALUE_NAME]) + kind
