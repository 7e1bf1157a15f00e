"""A small writer of ONNX files: the `onnx` package is not needed to run the service.

Field numbers are those of onnx.proto3 (IR version 8); the wire format is that of protobuf.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Side: TypeAlias = int | str  # a fixed dimension, or the name of a free one
Attribute: TypeAlias = int | float | str | Sequence[int]

_IR_VERSION = 8
_OPSET = 17
_CONTRIBUTED = ("com.microsoft", 1)  # ONNX Runtime's own operators
# TensorProto.DataType
_TYPES = {
    np.dtype(np.float32): 1,
    np.dtype(np.uint8): 2,
    np.dtype(np.int8): 3,
    np.dtype(np.int32): 6,
    np.dtype(np.int64): 7,
}
# AttributeProto: kind, and the field that carries it
_FLOAT, _INT, _STRING, _INTS = (1, 2), (2, 3), (3, 4), (7, 8)


@dataclass(slots=True)
class GraphWriter:
    """Collects the parts of one graph; `model` gives the bytes of the file."""

    name: str
    _nodes: list[bytes] = field(default_factory=list)
    _tensors: list[bytes] = field(default_factory=list)
    _inputs: list[bytes] = field(default_factory=list)
    _outputs: list[bytes] = field(default_factory=list)
    _named: int = 0

    def input(self, name: str, dtype: type[np.generic], shape: Sequence[Side]) -> str:
        """Declare an input; gives its name."""
        self._inputs.append(_value(name, np.dtype(dtype), shape))
        return name

    def output(self, name: str, dtype: type[np.generic], shape: Sequence[Side]) -> None:
        """Declare a value of the graph as output."""
        self._outputs.append(_value(name, np.dtype(dtype), shape))

    def constant(self, values: NDArray[Any]) -> str:
        """Store values of one of the types above in the file; gives their name."""
        name = self._fresh("constant")
        self._tensors.append(tensor_bytes(name, np.asarray(values)))
        return name

    def node(self, operator: str, *inputs: str, name: str = "", **attributes: Attribute) -> str:
        """Add an operator with one output; gives the output's name. An input "" is left out.

        An operator of ONNX Runtime's own is named with its domain: `com.microsoft:FusedGemm`.
        """
        output = name or self._fresh(operator.rpartition(":")[2].lower())
        self.node_with_outputs(operator, inputs, [output], **attributes)
        return output

    def node_with_outputs(
        self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Attribute
    ) -> None:
        """Add an operator with the named outputs; an output "" is left out."""
        self._nodes.append(node_bytes(operator, inputs, outputs, **attributes))

    def model(self, producer: str, metadata: Mapping[str, str]) -> bytes:
        """The bytes of the ONNX file."""
        graph = b"".join(
            [
                *(_bytes(1, part) for part in self._nodes),
                _text(2, self.name),
                *(_bytes(5, part) for part in self._tensors),
                *(_bytes(11, part) for part in self._inputs),
                *(_bytes(12, part) for part in self._outputs),
            ]
        )
        notes = (_bytes(14, _text(1, key) + _text(2, note)) for key, note in metadata.items())
        opsets = (
            _bytes(8, _text(1, domain) + _number(2, version))
            for domain, version in (("", _OPSET), _CONTRIBUTED)
        )
        head = _number(1, _IR_VERSION) + _text(2, producer)
        return head + _bytes(7, graph) + b"".join(opsets) + b"".join(notes)

    def _fresh(self, stem: str) -> str:
        self._named += 1
        return f"{stem}_{self._named}"


def node_bytes(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Attribute
) -> bytes:
    """A NodeProto; one of ONNX Runtime's own is named with its domain."""
    domain, _, plain = operator.rpartition(":")
    parts = [_text(1, each) for each in inputs]
    parts += [_text(2, each) for each in outputs]
    parts += [_text(4, plain), _text(7, domain)]
    parts += [_bytes(5, _attribute(key, value)) for key, value in attributes.items()]
    return b"".join(parts)


def tensor_bytes(name: str, values: NDArray[Any]) -> bytes:
    """A TensorProto, of one of the types above."""
    dims = b"".join(_number(1, side) for side in values.shape)
    raw = values.astype(values.dtype.newbyteorder("<")).tobytes()
    return dims + _number(2, _TYPES[values.dtype]) + _text(8, name) + _bytes(9, raw)


def _value(name: str, dtype: np.dtype[Any], shape: Sequence[Side]) -> bytes:
    sides = b"".join(
        _bytes(1, _text(2, side) if isinstance(side, str) else _number(1, side)) for side in shape
    )
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _TYPES[dtype]) + _bytes(2, sides)))


def _attribute(name: str, content: Attribute) -> bytes:
    if isinstance(content, str):
        (kind, place), value = _STRING, _text(_STRING[1], content)
    elif isinstance(content, float):
        kind, place = _FLOAT
        value = _varint(place << 3 | 5) + np.float32(content).astype("<f4").tobytes()
    elif isinstance(content, int):
        kind, place = _INT
        value = _number(place, content)
    else:
        kind, place = _INTS
        value = b"".join(_number(place, item) for item in content)
    return _text(1, name) + value + _number(20, kind)


def _text(number: int, content: str) -> bytes:
    return _bytes(number, content.encode())


def _bytes(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, content: int) -> bytes:
    return _varint(number << 3) + _varint(content)


def _varint(content: int) -> bytes:
    """Seven bits a byte, lowest first, the top bit set while more follow."""
    content &= (1 << 64) - 1
    parts = bytearray()
    while content > 0x7F:
        parts.append(content & 0x7F | 0x80)
        content >>= 7
    parts.append(content)
    return bytes(parts)
