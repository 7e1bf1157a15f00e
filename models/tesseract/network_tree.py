"""The network inside a Tesseract LSTM model, as a typed tree.

Layout of the bytes: src/lstm/network.cpp (CreateFromFile), plumbing.cpp, lstm.cpp,
fullyconnected.cpp, convolve.cpp, reconfig.cpp, static_shape.h and weightmatrix.cpp of Tesseract.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.errors import unreadable
from models.tesseract.byte_reader import ByteReader
from vision.core.errors import EngineFailure

Weights = NDArray[np.float32]  # [outputs, inputs + 1]; the last column is the bias

PLUMBING = (
    "Series", "Parallel", "Replicated", "ParBidiLSTM", "DepParUDLSTM", "Par2dLSTM",
    "RTLReversed", "TTBReversed", "XYTranspose",
)  # fmt: skip
POOLS = ("Maxpool", "Reconfig")
LAYERS = (
    "Tanh", "Relu", "Linear", "Logistic", "LinLogistic", "LinTanh", "Softmax", "SoftmaxNoCTC",
)  # fmt: skip
LSTMS = ("LSTM", "SummLSTM", "LSTMSoftmax", "LSTMBinarySoftmax")

# The official networks have 13 nodes, 4 deep.
_MAX_DEPTH = 16
_MAX_NODES = 256
_MAX_NAME = 1024
_LARGEST = 1e9  # no released weight exceeds a few hundred
_LEARNING_RATES = 64  # network flag: each child has its own
_INT8, _ADAM, _DOUBLES = 1, 4, 128


@dataclass(frozen=True, slots=True)
class Header:
    """What every node states about itself; `inputs` and `outputs` are depths."""

    kind: str
    name: str
    training: bool
    flags: int
    inputs: int
    outputs: int


@dataclass(frozen=True, slots=True)
class InputNode:
    """The image: height in pixels, width 0 where free, depth 1 for grey."""

    header: Header
    height: int
    width: int
    depth: int


@dataclass(frozen=True, slots=True)
class PlumbingNode:
    """Children in series, in parallel, or with the axes reversed or swapped around them.

    `header.kind` names which.
    """

    header: Header
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ConvolveNode:
    """Stacks a window of (2 half_x + 1) by (2 half_y + 1) pixels into depth, x outermost."""

    header: Header
    half_x: int
    half_y: int


@dataclass(frozen=True, slots=True)
class PoolNode:
    """Maxpool or Reconfig over x_scale by y_scale."""

    header: Header
    x_scale: int
    y_scale: int


@dataclass(frozen=True, slots=True)
class LayerNode:
    """A fully connected layer with its activation."""

    header: Header
    weights: Weights


@dataclass(frozen=True, slots=True)
class LstmNode:
    """One LSTM; columns of the gates: inputs, softmax feedback, recurrent states, bias."""

    header: Header
    cell: Weights
    input_gate: Weights
    forget_gate: Weights
    output_gate: Weights
    softmax: "Node | None" = None

    @property
    def states(self) -> int:
        """How many cells it has."""
        return len(self.cell)


Node: TypeAlias = InputNode | PlumbingNode | ConvolveNode | PoolNode | LayerNode | LstmNode


def read_tree(reader: ByteReader) -> Node:
    """The network at the reader's position.

    Raises EngineFailure `model_unreadable` for damaged bytes, `model_unsupported` for kinds that
    no LSTM model released since Tesseract 4.0 has.
    """
    return _TreeReader(reader).node(0)


class _TreeReader:
    def __init__(self, reader: ByteReader) -> None:
        self._reader = reader
        self._nodes = 0

    def node(self, depth: int) -> Node:
        self._nodes += 1
        if depth > _MAX_DEPTH or self._nodes > _MAX_NODES:
            raise unreadable(f"a network deeper than {_MAX_DEPTH} or over {_MAX_NODES} nodes")
        header = self._header()
        if header.kind == "Input":
            return self._input(header)
        if header.kind in PLUMBING:
            return self._plumbing(header, depth)
        if header.kind == "Convolve":
            return ConvolveNode(header, self._reader.number("i"), self._reader.number("i"))
        if header.kind in POOLS:
            return PoolNode(header, self._reader.number("i"), self._reader.number("i"))
        if header.kind in LAYERS:
            return LayerNode(header, self._weights(header))
        if header.kind in LSTMS:
            return self._lstm(header, depth)
        raise _unsupported(f"its network has a {header.kind!r} node")

    def _header(self) -> Header:
        reader = self._reader
        if reader.number("b") != 0:
            raise _unsupported("its network has the format from before Tesseract 4.0")
        kind = reader.text(_MAX_NAME)
        training, _ = reader.number("b"), reader.number("b")
        flags, inputs, outputs, _ = (int(reader.number("i")) for _ in range(4))
        return Header(kind, reader.text(_MAX_NAME), training == 1, flags, inputs, outputs)

    def _input(self, header: Header) -> InputNode:
        _batch, height, width, depth, _loss = (int(self._reader.number("i")) for _ in range(5))
        return InputNode(header, height, width, depth)

    def _plumbing(self, header: Header, depth: int) -> PlumbingNode:
        count = self._reader.count("child nodes", _MAX_NODES)
        children = tuple(self.node(depth + 1) for _ in range(count))
        if header.flags & _LEARNING_RATES:
            self._reader.skip(4 * self._reader.count("learning rates", _MAX_NODES))
        return PlumbingNode(header, children)

    def _lstm(self, header: Header, depth: int) -> LstmNode:
        columns = int(self._reader.number("i"))
        gates = [self._weights(header) for _ in range(4)]
        states = len(gates[0])
        if any(gate.shape != (states, columns + 1) for gate in gates):
            raise unreadable(f"gates of different shapes in {header.name}")
        if columns == header.inputs + 2 * states:
            raise _unsupported(f"{header.name} is a two-dimensional LSTM")
        softmax = self.node(depth + 1) if header.kind.endswith("Softmax") else None
        cell, input_gate, forget_gate, output_gate = gates
        return LstmNode(header, cell, input_gate, forget_gate, output_gate, softmax)

    def _weights(self, header: Header) -> Weights:
        mode = int(self._reader.number("B"))
        if not mode & _DOUBLES:
            raise _unsupported("its weights have the format from before Tesseract 4.0")
        if mode & _INT8:
            return _finite(self._int8_weights(header), header)
        weights = self._reader.matrix("f8")
        if header.training:  # gradients, and Adam's second moments, of unfinished training
            for _ in range(2 if mode & _ADAM else 1):
                self._reader.matrix("f8")
        return _finite(weights, header)

    def _int8_weights(self, header: Header) -> Weights:
        weights = self._reader.matrix("i1")
        scales = self._reader.array("f8", self._reader.count("scales", 1 << 20))
        # Files may pad the scales to a vector register: there is at least one for each row.
        if len(scales) < len(weights):
            raise unreadable(f"{len(scales)} scales for {len(weights)} rows of weights")
        if not np.all(np.abs(scales) < _LARGEST):
            raise unreadable(f"scales that are not finite in {header.name}")
        scaled: Weights = weights * scales[: len(weights), None].astype(np.float32)
        return scaled


def _finite(weights: NDArray[np.floating], header: Header) -> Weights:
    if weights.shape[0] < 1 or weights.shape[1] < 2:
        raise unreadable(f"empty weights in {header.name}")
    # Compared before the cast, which would overflow.
    if not np.all(np.abs(weights) < _LARGEST):
        raise unreadable(f"weights that are not finite in {header.name}")
    return weights.astype(np.float32, copy=False)


def _unsupported(what: str) -> EngineFailure:
    return EngineFailure("model_unsupported", f"the model cannot be converted: {what}")
