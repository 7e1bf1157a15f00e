"""The parts of an ONNX file, read from its bytes and put together again: no `onnx` package needed.

Field numbers are those of onnx.proto3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vision.engines.onnx_protobuf import counted, fields, number, varint

_MODEL_GRAPH, _MODEL_OPSET = 7, 8
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 1, 5, 12, 13
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_INTS = 1, 3, 8
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW_DATA = 1, 2, 8, 9
_VALUE_NAME = 1
_FLOAT32 = 1
_COUNTED = 2  # the wire's kind of bytes, texts, messages and packed numbers
_CONTRIBUTED = counted(_OPSET_DOMAIN, b"com.microsoft") + number(_OPSET_VERSION, 1)


@dataclass(frozen=True, slots=True)
class Node:
    """One operator; `attributes` holds those that are whole numbers, or rows of them."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, tuple[int, ...]]
    content: bytes

    def between(self, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
        """The same operator with other inputs and outputs."""
        ends = {_NODE_INPUT, _NODE_OUTPUT}
        parts = [counted(_NODE_INPUT, name.encode()) for name in inputs]
        parts += [counted(_NODE_OUTPUT, name.encode()) for name in outputs]
        kept = (each for each in fields(self.content) if each.number not in ends)
        return b"".join([*parts, *(self.content[each.key : each.end] for each in kept)])


@dataclass(slots=True)
class OnnxGraph:
    """A model's nodes in their order, its float32 constants, and the names of its outputs."""

    nodes: list[Node]
    constants: dict[str, NDArray[np.float32]]
    outputs: tuple[str, ...]
    _model: bytes = field(repr=False)

    def with_nodes(self, nodes: Sequence[bytes], tensors: Sequence[bytes]) -> bytes:
        """The model's bytes with these nodes in place of its own, and these tensors besides.

        ONNX Runtime's own operators may be among them.
        """
        parts = []
        for each in fields(self._model):
            content = self._model[each.start : each.end]
            if each.number == _MODEL_GRAPH:
                parts.append(counted(_MODEL_GRAPH, _replaced(content, nodes, tensors)))
            elif not (each.number == _MODEL_OPSET and b"com.microsoft" in content):
                parts.append(self._model[each.key : each.end])
        return b"".join([*parts, counted(_MODEL_OPSET, _CONTRIBUTED)])


def read_graph(model: bytes) -> OnnxGraph:
    """The graph of an ONNX file. Raises ValueError or IndexError for what is none."""
    graphs = [*_contents(model, _MODEL_GRAPH)]
    if len(graphs) != 1:
        raise ValueError("no ONNX model")
    graph = graphs[0]
    return OnnxGraph(
        [_node(content) for content in _contents(graph, _GRAPH_NODE)],
        dict(_floats(_contents(graph, _GRAPH_INITIALIZER))),
        tuple(_text(each, _VALUE_NAME) for each in _contents(graph, _GRAPH_OUTPUT)),
        model,
    )


def _replaced(graph: bytes, nodes: Sequence[bytes], tensors: Sequence[bytes]) -> bytes:
    gone = {_GRAPH_NODE, _GRAPH_VALUE_INFO}  # shapes of values in between are not needed
    kept = [graph[each.key : each.end] for each in fields(graph) if each.number not in gone]
    added = [counted(_GRAPH_NODE, node) for node in nodes]
    return b"".join([*added, *kept, *(counted(_GRAPH_INITIALIZER, each) for each in tensors)])


def _node(content: bytes) -> Node:
    return Node(
        _text(content, _NODE_OPERATOR),
        tuple(each.decode() for each in _contents(content, _NODE_INPUT)),
        tuple(each.decode() for each in _contents(content, _NODE_OUTPUT)),
        {
            _text(each, _ATTRIBUTE_NAME): _numbers(each, _ATTRIBUTE_INT)
            or _numbers(each, _ATTRIBUTE_INTS)
            for each in _contents(content, _NODE_ATTRIBUTE)
        },
        content,
    )


def _floats(tensors: Iterator[bytes]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Names and values of the float32 tensors whose values stand in the file as raw bytes."""
    for tensor in tensors:
        raw = next(_contents(tensor, _TENSOR_RAW_DATA), None)
        if raw is not None and _numbers(tensor, _TENSOR_TYPE) == (_FLOAT32,):
            values = np.frombuffer(raw, "<f4").reshape(_numbers(tensor, _TENSOR_DIMS))
            yield _text(tensor, _TENSOR_NAME), values.astype(np.float32, copy=False)


def _contents(message: bytes, wanted: int) -> Iterator[bytes]:
    return (message[each.start : each.end] for each in fields(message) if each.number == wanted)


def _text(message: bytes, wanted: int) -> str:
    return next(_contents(message, wanted), b"").decode()


def _numbers(message: bytes, wanted: int) -> tuple[int, ...]:
    """All numbers of a field, packed or one by one."""
    found: list[int] = []
    for each in fields(message):
        if each.number == wanted:
            at = each.start
            packed = varint(message, each.key)[0] & 7 == _COUNTED
            while at < each.end:
                value, at = varint(message, at)
                found.append(value)
                if not packed:
                    break
    return tuple(found)
