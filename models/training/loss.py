"""The loss of the detector: task-aligned assignment, varifocal scores, boxes as distributions.

Assignment as in TOOD (arXiv 2108.07755), scores as in VarifocalNet (arXiv 2008.13367), boxes by
generalised IoU (arXiv 1902.09630) and the focal loss of their distributions (arXiv 2006.04388).
Boxes are (x0, y0, x1, y1) in pixels of the network's input; `N` counts the anchors of all strides.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.training.network import BINS, STRIDES

_SCORE_POWER, _OVERLAP_POWER, _CANDIDATES = 1.0, 6.0, 10
_FALSE_WEIGHT, _FALSE_POWER = 0.75, 2.0  # of varifocal loss on anchors that hold nothing
_SCORE_GAIN, _OVERLAP_GAIN, _DISTRIBUTION_GAIN = 1.0, 2.0, 0.5


@dataclass(frozen=True)
class Anchors:
    """Centres [N, 2] and strides [N] of the anchors, in pixels."""

    centres: Tensor
    strides: Tensor


@dataclass(frozen=True)
class Predicted:
    """Logits of classes [B, N, C] and of distances [B, N, 4, BINS], with the boxes [B, N, 4]."""

    scores: Tensor
    distances: Tensor
    boxes: Tensor


@dataclass(frozen=True)
class Target:
    """What each anchor of an image should find: its score by class [N, C], and its box [N, 4]."""

    scores: Tensor
    boxes: Tensor


def anchors_for(maps: list[Tensor]) -> Anchors:
    """The anchors of output maps [B, channels, h, w], one map per stride."""
    centres, strides = [], []
    for level, stride in zip(maps, STRIDES, strict=True):
        rows, columns = torch.meshgrid(*(torch.arange(n) for n in level.shape[2:]), indexing="ij")
        cells = torch.stack([columns, rows], -1).reshape(-1, 2)
        centres.append((cells + 0.5) * stride)
        strides.append(torch.full_like(cells[:, 0], stride, dtype=torch.float32))
    return Anchors(torch.cat(centres), torch.cat(strides))


def predict(maps: list[Tensor], anchors: Anchors) -> Predicted:
    """Scores and boxes from the network's output maps."""
    rows = torch.cat([level.flatten(2) for level in maps], 2).transpose(1, 2).float()
    distances = rows[..., -4 * BINS :].unflatten(-1, (4, BINS))
    reach = distances.softmax(-1) @ torch.arange(float(BINS)) * anchors.strides[:, None]
    boxes = torch.cat([anchors.centres - reach[..., :2], anchors.centres + reach[..., 2:]], -1)
    return Predicted(rows[..., : -4 * BINS], distances, boxes)


def overlaps(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU of boxes that broadcast against each other."""
    inner = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(0)
    outer = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    shared, hull = inner.prod(-1), outer.prod(-1).clamp(1e-6)
    union = (_area(a) + _area(b) - shared).clamp(1e-6)
    return shared / union, shared / union - (hull - union) / hull


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(0).prod(-1)


@torch.no_grad()
def assign(
    scores: Tensor, found: Tensor, anchors: Anchors, classes: Tensor, boxes: Tensor
) -> Target:
    """Choose the anchors of an image that should find each labelled box.

    `scores` [N, C] are probabilities, `found` [N, 4] boxes; `classes` [n], `boxes` [n, 4] labels.
    An anchor serves the box that it overlaps most, and its target score is how well it does.
    """
    target = Target(torch.zeros_like(scores), torch.zeros_like(found))
    if not len(boxes):
        return target
    overlap = overlaps(boxes[:, None], found[None])[0]
    centres = anchors.centres
    inside = ((centres > boxes[:, None, :2]) & (centres < boxes[:, None, 2:])).all(-1)
    fit = scores[:, classes].T ** _SCORE_POWER * overlap**_OVERLAP_POWER * inside
    best = fit.topk(_CANDIDATES, dim=1)
    chosen = torch.zeros_like(fit).scatter_(1, best.indices, (best.values > 0).float())
    chosen *= _one_hot(torch.where(chosen > 0, overlap, -1).argmax(0), len(boxes)).T
    fit, overlap = fit * chosen, overlap * chosen
    quality = fit / fit.amax(1, keepdim=True).clamp(1e-12) * overlap.amax(1, keepdim=True)
    values, owners = quality.max(0)
    anchor = values.nonzero()[:, 0]
    target.scores[anchor, classes[owners[anchor]]] = values[anchor]
    target.boxes[anchor] = boxes[owners[anchor]]
    return target


def _one_hot(indices: Tensor, count: int) -> Tensor:
    return functional.one_hot(indices, count).float()


def loss_of(
    maps: list[Tensor], labels: list[tuple[Tensor, Tensor]], taught: Tensor
) -> dict[str, Tensor]:
    """The parts of a batch's loss, whose sum is minimised: `score`, `overlap`, `distribution`.

    `labels` holds classes and boxes of each image; classes that an image does not label have a zero
    in `taught` [B, C] and are left out of the loss of scores.
    """
    anchors = anchors_for(maps)
    found = predict(maps, anchors)
    targets = [
        assign(scores.sigmoid(), boxes, anchors, *label)
        for scores, boxes, label in zip(
            found.scores.detach(), found.boxes.detach(), labels, strict=True
        )
    ]
    wanted = torch.stack([target.scores for target in targets])
    boxes = torch.stack([target.boxes for target in targets])
    weight = wanted.amax(-1)
    total = weight.sum().clamp(1.0)
    at = weight.nonzero(as_tuple=True)
    inner = overlaps(found.boxes[at], boxes[at])[1]
    score = (_varifocal(found.scores, wanted) * taught[:, None]).sum() / total
    spread = _distribution(found.distances[at], boxes[at], anchors, at[1])
    return {
        "score": _SCORE_GAIN * score,
        "overlap": _OVERLAP_GAIN * ((1 - inner) * weight[at]).sum() / total,
        "distribution": _DISTRIBUTION_GAIN * (spread * weight[at]).sum() / total,
    }


def _varifocal(logits: Tensor, wanted: Tensor) -> Tensor:
    chance = logits.detach().sigmoid()
    weight = torch.where(wanted > 0, wanted, _FALSE_WEIGHT * chance**_FALSE_POWER)
    plain = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return plain * weight


def _distribution(logits: Tensor, boxes: Tensor, anchors: Anchors, at: Tensor) -> Tensor:
    """Cross-entropy [M] of the two bins next to each distance, weighted by nearness."""
    centres = anchors.centres[at]
    reach = torch.cat([centres - boxes[:, :2], boxes[:, 2:] - centres], -1)
    reach = (reach / anchors.strides[at][:, None]).clamp(0, BINS - 1.01)
    lower = reach.floor().long()
    near = lower + 1 - reach
    spread = -logits.log_softmax(-1)
    low, high = (spread.gather(-1, bins[..., None])[..., 0] for bins in (lower, lower + 1))
    return (low * near + high * (1 - near)).mean(-1)
