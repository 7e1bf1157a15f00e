"""The network of the document detector: PicoDet with an LCNet backbone, in PyTorch.

Structure as published for PicoDet (arXiv 2111.00902) and PP-LCNet (arXiv 2109.15099): a backbone of
depthwise separable convolutions, a CSP path aggregation neck over strides 8 to 64, and heads whose
boxes are distributions over distances (arXiv 2006.04388). Start weights can be read from the ONNX
file of PaddleOCR's layout model (Apache-2.0), whose convolutions come in the order of `forward`.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from models.training.labels import CLASSES

STRIDES = (8, 16, 32, 64)
BINS = 8  # of each distance: 0 to 7 strides
WIDTH = 128  # channels of the neck and the heads
MEAN, DEVIATION = (
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
)  # of ImageNet; the start weights apply them to BGR
# Channels, kernel, stride and squeeze-and-excite of the backbone's blocks (PP-LCNet x1.0).
_BLOCKS = (
    (32, 3, 1, False), (64, 3, 2, False), (64, 3, 1, False), (128, 3, 2, False),
    (128, 3, 1, False), (256, 3, 2, False), *[(256, 5, 1, False)] * 5, (512, 5, 2, True),
    (512, 5, 1, True),
)  # fmt: skip
_TAPS = (4, 10, 12)  # the last blocks at strides 8, 16 and 32
_FIRST_SCORE = -4.6  # logit of a class before training: a probability of .01
# Which class of the start weights each of our classes begins as.
START_CLASSES = {
    "text": 0, "title": 1, "figure": 2, "caption": 3, "table": 4, "header": 6, "footer": 7,
    "list": 8, "formula": 9,
}  # fmt: skip
_THEIR_CLASSES = 10


class Unit(nn.Sequential):
    """Convolution, batch normalisation, hard swish."""

    def __init__(self, inner: int, outer: int, kernel: int = 1, stride: int = 1, groups: int = 1):
        super().__init__(
            nn.Conv2d(inner, outer, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outer),
            nn.Hardswish(),
        )


class Squeeze(nn.Module):
    """Squeeze-and-excite: each channel is scaled by a function of all channels' means."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(channels, channels // 4, 1)
        self.up = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Maps [B, channels, h, w], scaled."""
        mean = x.mean((2, 3), keepdim=True)
        return x * nn.functional.hardsigmoid(self.up(self.down(mean).relu()))


class Separable(nn.Module):
    """Depthwise convolution, optionally squeeze-and-excite, pointwise convolution."""

    def __init__(self, inner: int, outer: int, kernel: int = 5, stride: int = 1,
                 squeezed: bool = False) -> None:  # fmt: skip
        super().__init__()
        self.depth = Unit(inner, inner, kernel, stride, inner)
        self.squeeze = Squeeze(inner) if squeezed else nn.Identity()
        self.point = Unit(inner, outer)

    def forward(self, x: Tensor) -> Tensor:
        """Maps [B, inner, h, w] to [B, outer, h / stride, w / stride]."""
        return self.point(self.squeeze(self.depth(x)))


class Merge(nn.Module):
    """Cross-stage partial block that merges two maps of the neck."""

    def __init__(self) -> None:
        super().__init__()
        half = WIDTH // 2
        self.short, self.main = Unit(2 * WIDTH, half), Unit(2 * WIDTH, half)
        self.narrow, self.wide = Unit(half, half), Separable(half, half)
        self.final = Unit(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """Two maps, stacked [B, 2 * WIDTH, h, w], as one [B, WIDTH, h, w]."""
        short = self.short(x)
        return self.final(torch.cat([self.wide(self.narrow(self.main(x))), short], 1))


class Head(nn.Module):
    """Class scores and box distributions of one stride."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(*(Separable(WIDTH, WIDTH) for _ in range(4)))
        self.last = nn.Conv2d(WIDTH, classes + 4 * BINS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Maps [B, WIDTH, h, w] to [B, classes + 4 * BINS, h, w]."""
        return self.last(self.trunk(x))


class Network(nn.Module):
    """Normalised BGR pixels [B, 3, H, W] to maps [B, classes + 4 * BINS, h, w], one per stride."""

    def __init__(self, classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.classes = classes
        self.stem = Unit(3, 16, 3, 2)
        inner, blocks = 16, []
        for outer, kernel, stride, squeezed in _BLOCKS:
            blocks.append(Separable(inner, outer, kernel, stride, squeezed))
            inner = outer
        self.blocks = nn.ModuleList(blocks)
        self.tops = nn.ModuleList(Unit(blocks[tap].point[0].out_channels, WIDTH) for tap in _TAPS)
        self.down_merges = nn.ModuleList(Merge() for _ in range(2))
        self.downs, self.up_merges = nn.ModuleList(), nn.ModuleList()
        for _ in range(2):
            self.downs.append(Separable(WIDTH, WIDTH, stride=2))
            self.up_merges.append(Merge())
        self.extra = nn.ModuleList(Separable(WIDTH, WIDTH, stride=2) for _ in range(2))
        self.heads = nn.ModuleList(Head(classes) for _ in STRIDES)

    def forward(self, x: Tensor) -> list[Tensor]:
        """The output maps of images."""
        return self.find(self.see(x))

    def see(self, x: Tensor) -> list[Tensor]:
        """The backbone's maps [B, WIDTH, h, w] at strides 8, 16 and 32."""
        x, taps = self.stem(x), []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in _TAPS:
                taps.append(x)
        return [top(tap) for top, tap in zip(self.tops, taps, strict=True)]

    def find(self, seen: list[Tensor]) -> list[Tensor]:
        """The output maps for the backbone's maps."""
        return [head(level) for head, level in zip(self.heads, self._neck(*seen), strict=True)]

    def finders(self) -> Iterator[nn.Parameter]:
        """The parameters of the neck and the heads: what `find` uses."""
        for part in (self.down_merges, self.downs, self.up_merges, self.extra, self.heads):
            yield from part.parameters()

    def _neck(self, c3: Tensor, c4: Tensor, c5: Tensor) -> list[Tensor]:
        p4 = self.down_merges[0](torch.cat([_doubled(c5), c4], 1))
        p3 = self.down_merges[1](torch.cat([_doubled(p4), c3], 1))
        n4 = self.up_merges[0](torch.cat([self.downs[0](p3), p4], 1))
        n5 = self.up_merges[1](torch.cat([self.downs[1](n4), c5], 1))
        return [p3, n4, n5, self.extra[0](c5) + self.extra[1](n5)]


def _doubled(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")


def _in_file_order(network: Network) -> Iterator[nn.Conv2d | nn.BatchNorm2d]:
    """Convolutions and normalisations in the order in which the start weights' graph lists them."""
    parts: list[nn.Module] = [network.stem, network.blocks, network.tops, network.down_merges]
    for down, merge in zip(network.downs, network.up_merges, strict=True):
        parts += [down, merge]
    for part in (*parts, network.extra, network.heads):
        yield from (m for m in part.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d))


def load_start(network: Network, path: Path) -> None:
    """Fill the network from the ONNX file of PP-Structure's layout model.

    Layers of the heads that score classes are filled by START_CLASSES; classes that the file does
    not know begin improbable. ValueError where the file is of another structure.
    """
    graph = onnx.load(path).graph
    values = {
        node.output[0]: numpy_helper.to_array(node.attribute[0].t)
        for node in graph.node if node.op_type == "Constant"
    }  # fmt: skip
    nodes = [node for node in graph.node if node.op_type in {"Conv", "BatchNormalization"}]
    layers = list(_in_file_order(network))
    if len(nodes) != len(layers):
        raise ValueError(f"{path} has {len(nodes)} layers instead of {len(layers)}")
    with torch.no_grad():
        for node, layer in zip(nodes, layers, strict=True):
            _fill(layer, [values[name] for name in node.input[1:]], network.classes)


def _fill(layer: nn.Conv2d | nn.BatchNorm2d, values: list[np.ndarray], classes: int) -> None:
    if isinstance(layer, nn.BatchNorm2d):
        targets = (layer.weight, layer.bias, layer.running_mean, layer.running_var)
    else:
        targets = (layer.weight, layer.bias)
        if len(values[0]) == _THEIR_CLASSES + 4 * BINS:
            values = _our_classes(*values, classes)
    for target, value in zip(targets, values, strict=False):
        if target.shape != value.shape:
            raise ValueError(f"a layer has shape {value.shape} instead of {tuple(target.shape)}")
        target.copy_(torch.from_numpy(value.copy()))


def _our_classes(weight: np.ndarray, bias: np.ndarray, classes: int) -> list[np.ndarray]:
    scores = np.zeros((classes, *weight.shape[1:]), np.float32)
    offsets = np.full(classes, _FIRST_SCORE, np.float32)
    for index, name in enumerate(CLASSES[:classes]):
        if name in START_CLASSES:
            scores[index] = weight[START_CLASSES[name]]
            offsets[index] = bias[START_CLASSES[name]]
    boxes = slice(_THEIR_CLASSES, None)
    return [np.concatenate([scores, weight[boxes]]), np.concatenate([offsets, bias[boxes]])]
