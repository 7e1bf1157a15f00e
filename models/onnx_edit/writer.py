"""Builds ONNX graphs node by node, each node returning the name of its output.

This module loads the `onnx` package: import it only where a model is converted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from models.onnx_edit.model_file import serialise
from models.onnx_edit.subnormals import flushed

Dimension: TypeAlias = int | str  # a fixed size, or the name of a free one
Attribute: TypeAlias = int | float | str | Sequence[int]

ORT_DOMAIN = "com.microsoft"  # ONNX Runtime's own operators
_IR_VERSION = 8
_OPSETS = (("", 17), (ORT_DOMAIN, 1))


@dataclass(slots=True)
class GraphWriter:
    """Collects the parts of one graph; `model` returns the bytes of the file."""

    name: str
    _nodes: list[onnx.NodeProto] = field(default_factory=list)
    _tensors: list[onnx.TensorProto] = field(default_factory=list)
    _inputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    _outputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    _names_given: int = 0

    def input(self, name: str, dtype: type[np.generic], shape: Sequence[Dimension]) -> str:
        """Declare an input; returns its name."""
        self._inputs.append(_value(name, dtype, shape))
        return name

    def output(self, name: str, dtype: type[np.generic], shape: Sequence[Dimension]) -> None:
        """Declare a value of the graph as output."""
        self._outputs.append(_value(name, dtype, shape))

    def constant(self, values: NDArray[Any]) -> str:
        """Store an array in the file, subnormal float32 values as zeros; returns its name."""
        name = self._new_name("constant")
        self._tensors.append(make_tensor(name, values))
        return name

    def node(self, operator: str, *inputs: str, name: str = "", **attributes: Attribute) -> str:
        """Add an operator with one output; returns the output's name. "" omits an input.

        ONNX Runtime's own operators are named with their domain: `com.microsoft:FusedGemm`.
        """
        output = name or self._new_name(operator.rpartition(":")[2].lower())
        self.node_with_outputs(operator, inputs, [output], **attributes)
        return output

    def node_with_outputs(
        self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Attribute
    ) -> None:
        """Add an operator with the named outputs; "" omits an output."""
        self._nodes.append(make_node(operator, inputs, outputs, **attributes))

    def model(self, producer: str, metadata: Mapping[str, str]) -> bytes:
        """The bytes of the ONNX file. EngineFailure `model_unreadable` for an invalid graph."""
        graph = helper.make_graph(
            self._nodes, self.name, self._inputs, self._outputs, self._tensors
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS]
        model = helper.make_model(
            graph, producer_name=producer, opset_imports=opsets, ir_version=_IR_VERSION
        )
        helper.set_model_props(model, dict(metadata))
        return serialise(model)

    def _new_name(self, stem: str) -> str:
        self._names_given += 1
        return f"{stem}_{self._names_given}"


def make_node(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Attribute
) -> onnx.NodeProto:
    """A node; one of ONNX Runtime's own operators is named with its domain."""
    domain, _, plain = operator.rpartition(":")
    node = helper.make_node(plain, inputs, outputs, domain=domain)
    node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
    return node


def make_tensor(name: str, values: NDArray[Any]) -> onnx.TensorProto:
    """A constant of the graph, subnormal float32 values as zeros."""
    return numpy_helper.from_array(flushed(values), name)


def _value(name: str, dtype: type[np.generic], shape: Sequence[Dimension]) -> onnx.ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, kind, list(shape))
