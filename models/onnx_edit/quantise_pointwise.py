"""Convolutions of one pixel as int8 products: a network of them in half of its time.

PP-OCR's networks are mostly convolutions of 1 x 1, that is products of matrices. Processors with
AMX or VNNI multiply int8 several times as fast as float32, and ONNX Runtime uses them in
DynamicQuantizeMatMul: weights of 8 bits with a scale for each output channel, values of 8 bits
by the range that they have in this very run. So nothing has to be calibrated, and an image's result
depends on the others of its batch: run each alone.

Products want channels last, all other convolutions want them first. Values that only pass through
operators without a sense of layout stay as the products leave them, so that two
transpositions remain for each block.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.onnx_edit.graph import Node, OnnxGraph, read_graph
from models.onnx_edit.writer import node_bytes, tensor_bytes
from models.tesseract.byte_reader import unreadable

# Narrower ones gain nothing: quantising takes as long as the product.
_LEAST_CHANNELS = 48
_MOST = 127
_TO_LAST, _TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)
_POOLING = frozenset({"ReduceMean", "GlobalAveragePool"})
_ANY_LAYOUT = frozenset({"Add", "Div", "Erf", "HardSigmoid", "Identity", "Mul", "Relu", "Sigmoid"})


def int8_pointwise(model: bytes) -> bytes:
    """The model with its wide convolutions of 1 x 1 in int8; their biases must be added next.

    EngineFailure `model_unreadable` where it is no ONNX model.
    """
    try:
        graph = read_graph(model)
    except (IndexError, ValueError) as error:
        raise unreadable(f"no ONNX model ({error})") from error
    rewriting = _Rewriting(graph)
    for node in graph.nodes:
        rewriting.take(node)
    for name in graph.outputs:
        rewriting.channels_first(name)
    return graph.with_nodes(rewriting.nodes, rewriting.tensors)


@dataclass(slots=True)
class _Rewriting:
    """The new nodes so far, and which values stand in which layout."""

    graph: OnnxGraph
    nodes: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)
    _uses: Counter[str] = field(default_factory=Counter)
    _biases: dict[str, Node] = field(default_factory=dict)  # by what they are added to
    _last: dict[str, str] = field(default_factory=dict)  # the name with channels last
    _only_last: set[str] = field(default_factory=set)
    _pooled: set[str] = field(default_factory=set)  # one pixel: no work worth sparing
    _done: set[str] = field(default_factory=set)  # values and constants that need nothing more

    def __post_init__(self) -> None:
        for node in self.graph.nodes:
            self._uses.update(node.inputs)
            if node.operator == "Add" and node.inputs[1] in self.graph.constants:
                self._biases[node.inputs[0]] = node

    def take(self, node: Node) -> None:
        """Add this node as it is, or what takes its place."""
        if node.outputs[0] in self._done:
            return
        values = [name for name in node.inputs if name not in self.graph.constants]
        if node.operator in _POOLING or all(name in self._pooled for name in values):
            self._pooled.update(node.outputs)
        bias = self._bias_of_product(node)
        if bias:
            self._add_product(node, bias)
        elif node.operator in _ANY_LAYOUT and any(name in self._only_last for name in values):
            self._add_channels_last(node)
        else:
            for name in values:
                self.channels_first(name)
            self.nodes.append(node.content)

    def channels_first(self, name: str) -> None:
        """Give the value the layout that ONNX is used to, under its own name."""
        if name in self._only_last:
            self._only_last.remove(name)
            self.nodes.append(node_bytes("Transpose", [self._last[name]], [name], perm=_TO_FIRST))

    def _channels_last(self, name: str) -> str:
        if name not in self._last:
            self._last[name] = f"{name}/last"
            self.nodes.append(node_bytes("Transpose", [name], [self._last[name]], perm=_TO_LAST))
        return self._last[name]

    def _bias_of_product(self, node: Node) -> Node | None:
        """The addition after a convolution that is worth doing in int8."""
        weights = self.graph.constants.get(node.inputs[1]) if node.operator == "Conv" else None
        plain = {"group": (1,), "strides": (1, 1), "pads": (0, 0, 0, 0)}
        if (
            weights is None
            or weights.shape[1:] != (weights.shape[1], 1, 1)
            or weights.shape[1] < _LEAST_CHANNELS
            or any(node.attributes.get(name, usual) != usual for name, usual in plain.items())
            or node.outputs[0] in self._pooled
            or self._uses[node.outputs[0]] != 1
        ):
            return None
        return self._biases.get(node.outputs[0])

    def _add_product(self, node: Node, bias: Node) -> None:
        name, result = node.outputs[0], bias.outputs[0]
        weights = self.graph.constants[node.inputs[1]][:, :, 0, 0].T
        scales = np.maximum(np.abs(weights).max(axis=0) / _MOST, np.finfo(np.float32).tiny)
        inputs = [
            self._channels_last(node.inputs[0]),
            self._constant(f"{name}/int8", np.rint(weights / scales).astype(np.int8)),
            self._constant(f"{name}/scales", scales),
            "",
            self._constant(f"{name}/bias", self.graph.constants[bias.inputs[1]].reshape(-1)),
        ]
        outputs = self._born_last([result])
        self.nodes.append(node_bytes("com.microsoft:DynamicQuantizeMatMul", inputs, outputs))
        self._done.add(result)

    def _add_channels_last(self, node: Node) -> None:
        inputs = [self._last_or_constant(name) for name in node.inputs]
        self.nodes.append(node.between(inputs, self._born_last(node.outputs)))

    def _last_or_constant(self, name: str) -> str:
        values = self.graph.constants.get(name)
        if values is None:
            return self._channels_last(name)
        if values.ndim != len(_TO_LAST):
            return name
        return self._constant(f"{name}/last", values.transpose(_TO_LAST))

    def _born_last(self, names: Sequence[str]) -> list[str]:
        self._only_last.update(names)
        self._last.update({name: f"{name}/last" for name in names})
        return [self._last[name] for name in names]

    def _constant(self, name: str, values: NDArray[np.float32] | NDArray[np.int8]) -> str:
        if name not in self._done:
            self._done.add(name)
            self.tensors.append(tensor_bytes(name, np.ascontiguousarray(values)))
        return name
