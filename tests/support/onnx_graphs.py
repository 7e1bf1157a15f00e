"""Tiny ONNX files written by hand: the `onnx` package is not needed to run or to test the service.

Field numbers are those of onnx.proto (onnx/onnx, IR version 8, opset 13).
"""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

_FLOAT, _INT64, _BOOL = 1, 7, 9  # TensorProto.DataType
_ATTRIBUTE_INT, _ATTRIBUTE_GRAPH, _ATTRIBUTE_INTS = 2, 5, 7  # AttributeProto.AttributeType

Side = int | str  # a fixed dimension, or the name of a free one
Attribute = int | Sequence[int] | bytes  # bytes are a graph


def node(op: str, inputs: Sequence[str], output: str, **attributes: Attribute) -> bytes:
    fields = [_text(1, name) for name in inputs]
    fields += [_text(2, output), _text(4, op)]
    fields += [_bytes(5, _attribute(name, value)) for name, value in attributes.items()]
    return b"".join(fields)


def tensor(name: str, values: np.ndarray) -> bytes:
    kind = {np.dtype(np.float32): _FLOAT, np.dtype(np.int64): _INT64}[values.dtype]
    dims = b"".join(_number(1, side) for side in values.shape)
    return dims + _number(2, kind) + _text(8, name) + _bytes(9, values.tobytes())


def value(name: str, shape: Sequence[Side], kind: int = _FLOAT) -> bytes:
    """An input or output, float32 where no other type is given."""
    dims = b"".join(
        _bytes(1, _text(2, side) if isinstance(side, str) else _number(1, side)) for side in shape
    )
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims)))


def graph(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    tensors: Sequence[bytes] = (),
) -> bytes:
    return b"".join(
        [
            *(_bytes(1, part) for part in nodes),
            _text(2, "graph"),
            *(_bytes(5, part) for part in tensors),
            *(_bytes(11, part) for part in inputs),
            *(_bytes(12, part) for part in outputs),
        ]
    )


def write_model(
    path: Path,
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    tensors: Sequence[bytes] = (),
    metadata: Mapping[str, str] | None = None,
) -> Path:
    notes = (_bytes(14, _text(1, key) + _text(2, note)) for key, note in (metadata or {}).items())
    path.write_bytes(
        _number(1, 8)
        + _bytes(7, graph(nodes, inputs, outputs, tensors))
        + _bytes(8, _text(1, "") + _number(2, 13))
        + b"".join(notes)
    )
    return path


def write_doubler(path: Path, metadata: Mapping[str, str] | None = None) -> Path:
    """`y = x + x` over [batch, 4]."""
    return write_model(
        path,
        [node("Add", ["x", "x"], "y")],
        [value("x", ["batch", 4])],
        [value("y", ["batch", 4])],
        metadata=metadata,
    )


def write_hanging(path: Path) -> Path:
    """`y = x` over [batch], which never ends while any x is above a half."""
    body = graph(
        [node("Identity", ["goes_on"], "still"), node("Identity", ["kept"], "kept_on")],
        [value("turn", [], _INT64), value("goes_on", [], _BOOL), value("kept", ["batch"])],
        [value("still", [], _BOOL), value("kept_on", ["batch"])],
    )
    return write_model(
        path,
        [
            node("ReduceMax", ["x"], "highest", keepdims=0),
            node("Greater", ["highest", "half"], "hangs"),
            node("Loop", ["", "hangs", "x"], "y", body=body),
        ],
        [value("x", ["batch"])],
        [value("y", ["batch"])],
        [tensor("half", np.array(0.5, np.float32))],
    )


def write_constant(path: Path, output: np.ndarray, side: int | None, **metadata: str) -> Path:
    """A network for images [1, 3, side, side], of any size without `side`; it sees nothing."""
    sides: list[Side] = [side, side] if side else ["height", "width"]
    return write_model(
        path,
        [
            node("ReduceMean", ["images"], "mean", keepdims=0),
            node("Mul", ["mean", "nought"], "zero"),
            node("Add", ["constant", "zero"], "output"),
        ],
        [value("images", [1, 3, *sides])],
        [value("output", list(output.shape))],
        [tensor("constant", output.astype(np.float32)), tensor("nought", np.zeros((), np.float32))],
        metadata,
    )


def write_colour_detector(
    path: Path, batch: Side = "batch", sides: Sequence[Side] = (64, 64), **metadata: str
) -> Path:
    """A working YOLOv8 head over 64 x 64 images: finds 32-pixel cells that are red, green or blue.

    Output [batch, 4 + 3, 84]; the score of a class is the mean of its channel in the cell, and
    the 80 places of the finer strides never score.
    """
    centres = [(16, 16), (48, 16), (16, 48), (48, 48)]
    boxes = np.zeros((1, 4, 84), np.float32)
    boxes[0, :, 80:] = np.array([(x, y, 32, 32) for x, y in centres]).T
    return write_model(
        path,
        [
            node("ReduceMean", ["images"], "mean", axes=[1, 2, 3], keepdims=1),
            node("Reshape", ["mean", "column"], "one"),
            node("Mul", ["one", "nought"], "zero"),
            node("Add", ["zero", "boxes"], "all_boxes"),
            node("Add", ["zero", "silent"], "fine_scores"),
            node("AveragePool", ["images"], "cells", kernel_shape=[32, 32], strides=[32, 32]),
            node("Reshape", ["cells", "flat"], "cell_scores"),
            node("Concat", ["fine_scores", "cell_scores"], "scores", axis=2),
            node("Concat", ["all_boxes", "scores"], "output", axis=1),
        ],
        [value("images", [batch, 3, *sides])],
        [value("output", [batch, 7, 84])],
        [
            tensor("boxes", boxes),
            tensor("silent", np.zeros((1, 3, 80), np.float32)),
            tensor("nought", np.zeros((), np.float32)),
            tensor("column", np.array([-1, 1, 1], np.int64)),
            tensor("flat", np.array([0, 3, -1], np.int64)),
        ],
        metadata,
    )


def _attribute(name: str, content: Attribute) -> bytes:
    if isinstance(content, int):
        return _text(1, name) + _number(3, content) + _number(20, _ATTRIBUTE_INT)
    if isinstance(content, bytes):
        return _text(1, name) + _bytes(6, content) + _number(20, _ATTRIBUTE_GRAPH)
    values = b"".join(_number(8, item) for item in content)
    return _text(1, name) + values + _number(20, _ATTRIBUTE_INTS)


def _text(field: int, content: str) -> bytes:
    return _bytes(field, content.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, content: int) -> bytes:
    return _varint(field << 3) + _varint(content)


def _varint(content: int) -> bytes:
    """Seven bits a byte, lowest first, the top bit set while more follow."""
    content &= (1 << 64) - 1
    parts = []
    while content > 0x7F:
        parts.append(content & 0x7F | 0x80)
        content >>= 7
    return struct.pack(f"{len(parts) + 1}B", *parts, content)
