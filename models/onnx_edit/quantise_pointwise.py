"""Pointwise (1 x 1) convolutions as int8 matrix products: a network of them in half of its time.

PP-OCR's networks are mostly pointwise convolutions, which are matrix products. Processors with
AMX or VNNI multiply int8 several times as fast as float32, and ONNX Runtime uses them in
DynamicQuantizeMatMul: weights of 8 bits with a scale for each output channel, activations of 8 bits
by the range that they have in this very run. So no calibration is needed, and an image's result
depends on the others of its batch: run each alone.

Matrix products need the channels last, all other convolutions need them first. Values that only
pass through elementwise operators stay as the products leave them, so that two transpositions
remain for each block.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from models.onnx_edit.graph_parts import float_constants, replace_nodes
from models.onnx_edit.writer import ORT_DOMAIN, make_node, make_tensor

# Narrower ones gain nothing: quantising takes as long as the product.
_MIN_CHANNELS = 48
_INT8_MAX = 127
_TO_LAST, _TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)
_POOLING = frozenset({"ReduceMean", "GlobalAveragePool"})
_ANY_LAYOUT = frozenset({"Add", "Div", "Erf", "HardSigmoid", "Identity", "Mul", "Relu", "Sigmoid"})
_POINTWISE = {"group": 1, "strides": [1, 1], "pads": [0, 0, 0, 0]}


def quantise_pointwise(model: onnx.ModelProto) -> None:
    """Turn the wide pointwise convolutions whose bias is a separate Add into int8, in place."""
    graph = model.graph
    rewriting = _Rewriting(float_constants(graph))
    rewriting.count(graph.node)
    for node in graph.node:
        rewriting.add(node)
    for output in graph.output:
        rewriting.restore_channels_first(output.name)
    replace_nodes(model, rewriting.nodes, rewriting.tensors)


@dataclass(slots=True)
class _Rewriting:
    """The new nodes so far, and which values are in which layout."""

    constants: dict[str, NDArray[np.float32]]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    tensors: list[onnx.TensorProto] = field(default_factory=list)
    _uses: Counter[str] = field(default_factory=Counter)
    _biases: dict[str, onnx.NodeProto] = field(default_factory=dict)  # by the value they add to
    _last: dict[str, str] = field(default_factory=dict)  # the value's name with channels last
    _only_last: set[str] = field(default_factory=set)
    _pooled: set[str] = field(default_factory=set)  # one pixel: no work worth saving
    _done: set[str] = field(default_factory=set)  # values and constants that exist already

    def count(self, nodes: Sequence[onnx.NodeProto]) -> None:
        """Count the uses of each value and find the additions of a constant, before any `add`."""
        for node in nodes:
            self._uses.update(node.input)
            if node.op_type == "Add" and node.input[1] in self.constants:
                self._biases[node.input[0]] = node

    def add(self, node: onnx.NodeProto) -> None:
        """Add this node as it is, or what replaces it."""
        if node.output[0] in self._done:
            return
        values = [name for name in node.input if name not in self.constants]
        if node.op_type in _POOLING or all(name in self._pooled for name in values):
            self._pooled.update(node.output)
        bias = self._bias_of_product(node)
        if bias:
            self._add_product(node, bias)
        elif node.op_type in _ANY_LAYOUT and any(name in self._only_last for name in values):
            self._add_channels_last(node)
        else:
            for name in values:
                self.restore_channels_first(name)
            self.nodes.append(node)

    def restore_channels_first(self, name: str) -> None:
        """Provide the value in ONNX's own layout, under its own name."""
        if name in self._only_last:
            self._only_last.remove(name)
            self.nodes.append(make_node("Transpose", [self._last[name]], [name], perm=_TO_FIRST))

    def _channels_last(self, name: str) -> str:
        if name not in self._last:
            self._last[name] = f"{name}/last"
            self.nodes.append(make_node("Transpose", [name], [self._last[name]], perm=_TO_LAST))
        return self._last[name]

    def _bias_of_product(self, node: onnx.NodeProto) -> onnx.NodeProto | None:
        """The addition after a convolution that gains from int8; None after any other node."""
        if (
            node.op_type != "Conv"
            or not self._is_wide_pointwise(node)
            or node.output[0] in self._pooled
            or self._uses[node.output[0]] != 1
        ):
            return None
        return self._biases.get(node.output[0])

    def _is_wide_pointwise(self, node: onnx.NodeProto) -> bool:
        weights = self.constants.get(node.input[1])
        if weights is None or weights.shape[2:] != (1, 1) or weights.shape[1] < _MIN_CHANNELS:
            return False
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        return all(attributes.get(name, value) == value for name, value in _POINTWISE.items())

    def _add_product(self, node: onnx.NodeProto, bias: onnx.NodeProto) -> None:
        name, result = node.output[0], bias.output[0]
        weights = self.constants[node.input[1]][:, :, 0, 0].T
        scales = np.maximum(np.abs(weights).max(axis=0) / _INT8_MAX, np.finfo(np.float32).tiny)
        inputs = [
            self._channels_last(node.input[0]),
            self._constant(f"{name}/int8", np.rint(weights / scales).astype(np.int8)),
            self._constant(f"{name}/scales", scales),
            "",
            self._constant(f"{name}/bias", self.constants[bias.input[1]].reshape(-1)),
        ]
        outputs = self._only_channels_last([result])
        self.nodes.append(make_node(f"{ORT_DOMAIN}:DynamicQuantizeMatMul", inputs, outputs))
        self._done.add(result)

    def _add_channels_last(self, node: onnx.NodeProto) -> None:
        inputs = [self._last_or_constant(name) for name in node.input]
        moved = onnx.NodeProto()
        moved.CopyFrom(node)
        del moved.input[:], moved.output[:]
        moved.input.extend(inputs)
        moved.output.extend(self._only_channels_last(node.output))
        self.nodes.append(moved)

    def _last_or_constant(self, name: str) -> str:
        values = self.constants.get(name)
        if values is None:
            return self._channels_last(name)
        if values.ndim != len(_TO_LAST):
            return name
        return self._constant(f"{name}/last", values.transpose(_TO_LAST))

    def _only_channels_last(self, names: Sequence[str]) -> list[str]:
        """New names for values that exist only with channels last."""
        self._only_last.update(names)
        self._last.update({name: f"{name}/last" for name in names})
        return [self._last[name] for name in names]

    def _constant(self, name: str, values: NDArray[np.float32] | NDArray[np.int8]) -> str:
        if name not in self._done:
            self._done.add(name)
            self.tensors.append(make_tensor(name, values))
        return name
