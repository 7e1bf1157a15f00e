"""The one network that all released Tesseract LSTM models share, extracted from their trees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from models.tesseract.network_tree import (
    ConvolveNode,
    InputNode,
    LayerNode,
    LstmNode,
    Node,
    PlumbingNode,
    PoolNode,
    Weights,
)
from vision.core.errors import EngineFailure

_Kind = TypeVar("_Kind", bound=Node)


@dataclass(frozen=True, slots=True)
class Topology:
    """`[1,H,0,1 Ct3,3,F Mp3,3 LfysS Lfxa Lrxb Lfxc O1cN]` with its weights.

    A 3 x 3 convolution with tanh, maxima of 3 x 3, one LSTM down each column that keeps its last
    state, three LSTMs along the line (right, left, right) and a softmax.
    """

    height: int
    convolution: Weights
    down: LstmNode
    along: tuple[LstmNode, LstmNode, LstmNode]
    output: Weights


def recognise_topology(network: Node) -> Topology:
    """The parts of a known network; EngineFailure `model_unsupported` names the unknown part."""
    steps = _children(network, "Series", 8, "the network")
    image = _expect(steps[0], InputNode, "Input", "the input")
    if image.depth != 1 or image.height % 3 or not 12 <= image.height <= 96 or image.width:
        raise _unknown(f"the input takes {image.height} x {image.width} x {image.depth}")
    window, stem = _children(steps[1], "Series", 2, "the convolution")
    taps = _expect(window, ConvolveNode, "Convolve", "the convolution")
    if (taps.half_x, taps.half_y) != (1, 1):
        raise _unknown("the convolution is not 3 x 3")
    pool = _expect(steps[2], PoolNode, "Maxpool", "the pooling")
    if (pool.x_scale, pool.y_scale) != (3, 3):
        raise _unknown("the pooling is not 3 x 3")
    topology = Topology(
        image.height,
        _expect(stem, LayerNode, "Tanh", "the convolution").weights,
        _lstm(_children(steps[3], "XYTranspose", 1, "the vertical part")[0], "SummLSTM"),
        (
            _lstm(steps[4], "LSTM"),
            _lstm(_children(steps[5], "RTLReversed", 1, "the second horizontal part")[0], "LSTM"),
            _lstm(steps[6], "LSTM"),
        ),
        _expect(steps[7], LayerNode, "Softmax", "the output").weights,
    )
    _check_depths(topology)
    return topology


def _children(node: Node, kind: str, count: int, where: str) -> Sequence[Node]:
    children = _expect(node, PlumbingNode, kind, where).children
    if len(children) != count:
        raise _unknown(f"{where} has {len(children)} parts, not {count}")
    return children


def _lstm(node: Node, kind: str) -> LstmNode:
    return _expect(node, LstmNode, kind, f"a {kind}")


def _expect(node: Node, kind: type[_Kind], name: str, where: str) -> _Kind:
    if not isinstance(node, kind) or node.header.kind != name:
        raise _unknown(f"{where} is a {node.header.kind}, not a {name}")
    return node


def _check_depths(topology: Topology) -> None:
    """Each layer takes as many values as the one below it gives."""
    depth = 9
    layers = [("the convolution", topology.convolution)]
    layers += [(lstm.header.name, lstm.cell) for lstm in (topology.down, *topology.along)]
    recurrent = [0, *(lstm.states for lstm in (topology.down, *topology.along)), 0]
    layers.append(("the output", topology.output))
    for (where, weights), states in zip(layers, recurrent, strict=True):
        if weights.shape[1] != depth + states + 1:
            raise _unknown(f"{where} takes {weights.shape[1] - states - 1} values, not {depth}")
        depth = len(weights)


def _unknown(what: str) -> EngineFailure:
    return EngineFailure("model_unsupported", f"its network is not of the known topology: {what}")
