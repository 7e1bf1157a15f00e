"""The first convolutions of a network of line images as int8: a third of their time.

PP-OCR's small recogniser begins with convolutions of 2 x 2 and 3 x 3 pixels at half of the image's
height, each with a ReLU: a sixth of its time once all products are int8. The image has 8 bits, and
all values between are positive, so that they stay bytes from the image to the last ReLU. Each
channel has its own range, measured on drawn lines (`calibration_lines`): ReLU, pooling and
concatenation keep ranges apart, and the next weights take them up. Ranges are constants, so an
image's result does not depend on its batch.

Values beyond their range are clipped. On receipts and forms (never looked at for the ranges) one in
5,000 channels of a line has such a value, by a fifth at the median.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from models.onnx_edit.calibration_lines import calibration_lines
from models.onnx_edit.graph_parts import float_constants, replace_nodes
from models.onnx_edit.writer import ORT_DOMAIN, make_node, make_tensor

_Values = NDArray[np.float32]  # [lines, height, width, channels]

# PP-OCR's input is (byte - 127.5) / 127.5; a byte of 128 stands for 0, which convolutions pad with.
_STEP, _HALF, _ZERO = np.float32(1 / 127.5), np.float32(0.5 / 127.5), 128
_COLOURS = 3
_BYTE_MAX, _INT8_MAX = 255, 127
_TINY = float(np.finfo(np.float32).tiny)
_LEAST_RANGE = 0.01  # of the widest in its layer: a channel that no calibration line uses
_TO_LAST, _TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)

# How a window moves over an image: strides, and the pixels of padding top, left, bottom, right.
_Strides = tuple[int, int]
_Pads = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Bytes:
    """A value of the new graph, channels last: its name, what a step is worth [channels].

    `shift` is what a byte of `zero` is worth. `seen` are its values on the calibration lines.
    """

    name: str
    step: NDArray[np.float32]
    seen: _Values
    zero: int = 0
    shift: float = 0.0


@dataclass(frozen=True, slots=True)
class _Product:
    """A convolution before its ReLU: weights [outputs, inputs, h, w] and bias [outputs]."""

    source: _Bytes
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    strides: _Strides
    pads: _Pads


def quantise_stem(model: onnx.ModelProto) -> bool:
    """Turn the convolutions before the first other operator into int8, in place; whether it could.

    Only where each has a ReLU and all meet in one value.
    """
    graph = model.graph
    if len(graph.input) != 1:
        return False
    stem = _Stem(float_constants(graph))
    stem.begin(graph.input[0].name)
    done = 0
    while done < len(graph.node) and stem.add(graph.node[done]):
        done += 1
    rest = list(graph.node)[done:]
    used = {name for node in rest for name in node.input}
    met = used & {*stem.bytes, *stem.products, *stem.consumed}
    if not stem.convolutions or len(met) != 1 or not met <= set(stem.bytes):
        return False
    stem.end(met.pop())
    replace_nodes(model, [*stem.nodes, *rest], stem.tensors)
    return True


@dataclass(slots=True)
class _Stem:
    """The new nodes so far; `bytes` and `products` by the name that the old graph has for them."""

    constants: dict[str, NDArray[np.float32]]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    tensors: list[onnx.TensorProto] = field(default_factory=list)
    bytes: dict[str, _Bytes] = field(default_factory=dict)
    products: dict[str, _Product] = field(default_factory=dict)
    consumed: set[str] = field(default_factory=set)  # products that became something else
    convolutions: int = 0

    def begin(self, image: str) -> None:
        """The image as the bytes that it was made of, channels last."""
        lines = np.stack(list(calibration_lines())).astype(np.float32)
        half = self._constant("stem/half", _HALF)
        step, zero = self._constant("stem/step", _STEP), self._constant("stem/128", np.uint8(_ZERO))
        self._constant("stem/1", np.float32(1))
        self._constant("stem/0", np.uint8(0))
        self._node("Sub", [image, half], "stem/shifted")
        self._node("QuantizeLinear", ["stem/shifted", step, zero], "stem/bytes")
        self._node("Transpose", ["stem/bytes"], "stem/image", perm=_TO_LAST)
        steps = np.full(_COLOURS, _STEP)
        seen = lines * _STEP - 1
        self.bytes[image] = _Bytes("stem/image", steps, seen, _ZERO, float(_HALF))

    def add(self, node: onnx.NodeProto) -> bool:
        """Take up this node of the old graph; False where the stem ends before it."""
        name, values = node.output[0], [each for each in node.input if each not in self.constants]
        if node.op_type == "Conv":
            return self._begin_product(node)
        if values[0] in self.products:
            return self._continue_product(node, values[0], name)
        if not all(each in self.bytes for each in values):
            return False
        if node.op_type == "Identity":
            self.bytes[name] = self.bytes[values[0]]
            return True
        positive = not any(self.bytes[each].zero for each in values)
        if node.op_type == "MaxPool":
            return positive and self._pool(node)
        return node.op_type == "Concat" and positive and self._join(node)

    def end(self, name: str) -> None:
        """Give the rest of the graph this value in floats, channels first, under its old name."""
        last = self.bytes[name]
        self._node("DequantizeLinear", [last.name, "stem/1", "stem/0"], "stem/steps")
        step = self._constant("stem/worth", last.step)
        self._node("Mul", ["stem/steps", step], "stem/end")
        self._node("Transpose", ["stem/end"], name, perm=_TO_FIRST)

    def _begin_product(self, node: onnx.NodeProto) -> bool:
        source, weights = self.bytes.get(node.input[0]), self.constants.get(node.input[1])
        form = _form(node)
        if source is None or weights is None or form is None or weights.shape[2:] == (1, 1):
            return False
        if len(node.input) != len(("x", "weights")) or weights.shape[1] != len(source.step):
            return False
        bias = np.zeros(len(weights), np.float32)
        self.products[node.output[0]] = _Product(source, weights, bias, *form)
        return True

    def _continue_product(self, node: onnx.NodeProto, before: str, name: str) -> bool:
        """The bias or the ReLU of a convolution, which nothing else may use."""
        product = self.products[before]
        if node.op_type == "Relu":
            self.bytes[name] = self._computed(product, name)
        elif node.op_type == "Add" and node.input[1] in self.constants:
            bias = self.constants[node.input[1]].reshape(-1)
            self.products[name] = replace(product, bias=bias)
        elif node.op_type == "Identity":
            self.products[name] = product
        else:
            return False
        del self.products[before]
        self.consumed.add(before)
        return True

    def _computed(self, product: _Product, name: str) -> _Bytes:
        """The ReLU of a convolution, whose weights take up the steps of what they multiply."""
        seen = _convolved(product)
        most = seen.max(axis=(0, 1, 2))
        step = np.maximum(np.maximum(most, _LEAST_RANGE * most.max()) / _BYTE_MAX, _TINY)
        weights = product.weights * product.source.step[:, None, None] / step[:, None, None, None]
        scales = np.maximum(np.abs(weights).max(axis=(1, 2, 3)) / _INT8_MAX, _TINY)
        int8 = np.rint(weights / scales[:, None, None, None]).astype(np.int8)
        bias = product.bias + product.source.shift * product.weights.sum(axis=(1, 2, 3))
        inputs = [
            product.source.name,
            "stem/1",
            "stem/128" if product.source.zero else "stem/0",
            self._constant(f"{name}/int8", int8),
            self._constant(f"{name}/scales", scales.astype(np.float32)),
            self._constant(f"{name}/zeros", np.zeros(len(scales), np.int8)),
            "stem/1",
            "stem/0",
            self._constant(f"{name}/bias", np.rint(bias / step / scales).astype(np.int32)),
        ]
        self._node(
            f"{ORT_DOMAIN}:QLinearConv",
            inputs,
            f"{name}/bytes",
            kernel_shape=weights.shape[2:],
            strides=product.strides,
            pads=product.pads,
            channels_last=1,
        )
        self.convolutions += 1
        return _Bytes(f"{name}/bytes", step.astype(np.float32), seen)

    def _pool(self, node: onnx.NodeProto) -> bool:
        source, form = self.bytes[node.input[0]], _form(node)
        if form is None:
            return False
        name, (strides, pads), kernel = (
            f"{node.output[0]}/bytes",
            form,
            _attributes(node)["kernel_shape"],
        )
        self._node(
            f"{ORT_DOMAIN}:NhwcMaxPool",
            [source.name],
            name,
            kernel_shape=kernel,
            strides=strides,
            pads=pads,
        )
        seen = np.max([each for _, _, each in _taps(source.seen, kernel, strides, pads)], axis=0)
        self.bytes[node.output[0]] = replace(source, name=name, seen=seen)
        return True

    def _join(self, node: onnx.NodeProto) -> bool:
        if _attributes(node)["axis"] != 1:
            return False
        name, parts = f"{node.output[0]}/bytes", [self.bytes[each] for each in node.input]
        self._node("Concat", [part.name for part in parts], name, axis=3)
        step = np.concatenate([part.step for part in parts])
        seen = np.concatenate([part.seen for part in parts], axis=3)
        self.bytes[node.output[0]] = _Bytes(name, step, seen)
        return True

    def _node(
        self, operator: str, inputs: Sequence[str], name: str, **attributes: int | Sequence[int]
    ) -> None:
        self.nodes.append(make_node(operator, inputs, [name], **attributes))

    def _constant(self, name: str, values: NDArray[Any] | np.generic) -> str:
        self.tensors.append(make_tensor(name, np.asarray(values)))
        return name


def _form(node: onnx.NodeProto) -> tuple[_Strides, _Pads] | None:
    """How a convolution or pooling moves; None where it is of another kind than those of a stem."""
    attributes = _attributes(node)
    if len(attributes.get("kernel_shape", ())) != len(("height", "width")):
        return None
    height, width = attributes["kernel_shape"]
    strides = tuple(attributes.get("strides", (1, 1)))
    pads = tuple(attributes.get("pads", (0, 0, 0, 0)))
    if attributes.get("group", 1) != 1 or set(attributes.get("dilations", ())) > {1}:
        return None
    if attributes.get("ceil_mode", 0):
        return None
    automatic = attributes.get("auto_pad", b"NOTSET")
    if automatic == b"SAME_UPPER" and strides == (1, 1):
        top, left = (height - 1) // 2, (width - 1) // 2
        pads = (top, left, height - 1 - top, width - 1 - left)
    elif automatic != b"NOTSET":
        return None
    return strides, pads


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def _taps(
    values: _Values, kernel: Sequence[int], strides: _Strides, pads: _Pads
) -> Iterator[tuple[int, int, _Values]]:
    """What each place of the kernel sees of values padded with zeros: its row, column, values."""
    top, left, bottom, right = pads
    padded = np.pad(values, ((0, 0), (top, bottom), (left, right), (0, 0)))
    height, width = (
        (size - side) // stride + 1
        for size, side, stride in zip(padded.shape[1:3], kernel, strides, strict=True)
    )
    for row, column in np.ndindex(*kernel):
        rows = slice(row, row + strides[0] * (height - 1) + 1, strides[0])
        columns = slice(column, column + strides[1] * (width - 1) + 1, strides[1])
        yield row, column, padded[:, rows, columns]


def _convolved(product: _Product) -> _Values:
    """What the convolution and its ReLU give for the calibration lines."""
    kernel = product.weights.shape[2:]
    taps = _taps(product.source.seen, kernel, product.strides, product.pads)
    sums = sum(seen @ product.weights[:, :, row, column].T for row, column, seen in taps)
    return np.maximum(sums + product.bias, 0)
