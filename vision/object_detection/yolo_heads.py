"""Decodes the outputs of detection networks into boxes: pure arrays, whole batches at once.

Every decoder takes the raw output [B, ...] and a score threshold and returns Candidates whose
boxes are pixels of the network's input. `N` is the number of anchors, `C` of classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from vision.core.errors import EngineFailure
from vision.object_detection.spec import Head, Size

# Image indices [M], centres and sizes [M, 4], scores [M, C].
Scored = tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]
# Cells [N, 2] (x, y) and strides [N] of the places that a network predicts at.
Grid = tuple[NDArray[np.float32], NDArray[np.float32]]

_STRIDES = (8, 16, 32)
_P6_STRIDES = (8, 16, 32, 64)
_YOLOV5_ANCHORS = 3  # boxes that YOLOv5 predicts at each place
_END2END_MOST = 1000  # YOLOv10 and YOLO26 export 300; a raw head has thousands of rows


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes [M, 4] (x0, y0, x1, y1), scores [M], class indices [M] and image indices [M]."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.intp]
    images: NDArray[np.intp]

    def of_image(self, image: int) -> "Candidates":
        """The candidates of one image of the batch."""
        mine = self.images == image
        return Candidates(self.boxes[mine], self.scores[mine], self.labels[mine], self.images[mine])


def decode(
    head: Head, raw: NDArray[Any], size: Size, threshold: float, *, every_label: bool = False
) -> Candidates:
    """Candidates that score at least `threshold`; `size` is the network input's.

    A box is reported once, for its best class, unless `every_label` asks for each class that
    reaches the threshold, as published COCO figures of YOLO networks count them.
    """
    output = raw.astype(np.float32, copy=False)
    if head == "end2end":
        return _decode_end2end(output, threshold)
    if head == "yolov8":
        return _choose(*_score_yolov8(output, threshold), threshold, every_label)
    grid = _grid(size) if head == "yolox" else None
    return _choose(*_score_with_objectness(output, threshold, grid), threshold, every_label)


def recognise_head(
    shape: Sequence[int], size: Size, classes: int, *, end2end: bool | None = None
) -> Head:
    """The head that has this output shape. Raises EngineFailure `model_unsupported` for none.

    `end2end` is what the model's metadata state, None where they do not. YOLOX is never guessed:
    other networks share its shape but decode differently, so the catalogue names it.
    """
    if len(shape) == 3:
        if end2end or (end2end is None and shape[2] == 6 and shape[1] <= _END2END_MOST):
            return _checked_end2end(shape)
        if shape[1] == 4 + classes and shape[2] in _yolov8_lengths(size):
            return "yolov8"
        if shape[2] == 5 + classes and shape[1] in _yolov5_lengths(size):
            return "yolov5"
    raise EngineFailure(
        "model_unsupported",
        f"the detector's output {list(shape)} for {classes} classes at {size[0]}x{size[1]}"
        f" matches no known head: name one of {', '.join(get_args(Head))} in its"
        " catalogue entry, or export the model again",
    )


def check_head(head: Head, shape: Sequence[int], size: Size, classes: int) -> None:
    """Refuse a model whose output cannot be the head that its catalogue entry names."""
    fits = (
        len(shape) == 3
        and {
            "yolov8": shape[1] == 4 + classes,
            "yolov5": shape[2] == 5 + classes,
            "end2end": shape[2] == 6,
            "yolox": shape[2] == 5 + classes and shape[1] == _places(size, _STRIDES),
        }[head]
    )
    if not fits:
        raise EngineFailure(
            "model_unsupported",
            f"the catalogue states that the detector's head is {head} with {classes} classes at"
            f" {size[0]}x{size[1]}, but its output is {list(shape)}: correct its entry",
        )


def _checked_end2end(shape: Sequence[int]) -> Head:
    if shape[2] == 6:
        return "end2end"
    raise EngineFailure(
        "model_unsupported",
        f"the detector's metadata state that it is end-to-end, but its output is {list(shape)}"
        " instead of [B, K, 6]: only plain detection models are supported",
    )


def _places(size: Size, strides: Sequence[int]) -> int:
    return sum((size[0] // stride) * (size[1] // stride) for stride in strides)


def _yolov8_lengths(size: Size) -> set[int]:
    return {_places(size, strides) for strides in (_STRIDES, _P6_STRIDES)}


def _yolov5_lengths(size: Size) -> set[int]:
    return {_YOLOV5_ANCHORS * _places(size, strides) for strides in (_STRIDES, _P6_STRIDES)}


def _decode_end2end(raw: NDArray[np.float32], threshold: float) -> Candidates:
    """[B, K, 6]: corners in pixels, score, class; the network has suppressed duplicates."""
    images, places = np.nonzero(raw[..., 4] >= threshold)
    rows = raw[images, places]
    return Candidates(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.intp), images)


def _score_yolov8(raw: NDArray[np.float32], threshold: float) -> Scored:
    """[B, 4 + C, N]: centre x, y, width, height in pixels, then one score per class."""
    images, places = np.nonzero(raw[:, 4:].max(axis=1) >= threshold)
    rows = raw[images, :, places]
    return images, rows[:, :4], rows[:, 4:]


def _score_with_objectness(raw: NDArray[np.float32], threshold: float, grid: Grid | None) -> Scored:
    """[B, N, 5 + C]: as YOLOv8, with an objectness in between that multiplies the class scores.

    A score never exceeds its objectness, so that alone rules most anchors out. YOLOX gives a
    `grid`: its centres are offsets from grid cells and its sizes logarithms, so that
    centre = (offset + cell) * stride, size = exp(log size) * stride (arXiv 2107.08430, and
    `decode_outputs` of its reference head).
    """
    images, places = np.nonzero(raw[..., 4] >= threshold)
    rows = raw[images, places]
    centred, scores = rows[:, :4], rows[:, 5:] * rows[:, 4:5]
    if grid is not None:
        cells, strides = grid[0][places], grid[1][places, None]
        centred = np.hstack([centred[:, :2] + cells, np.exp(centred[:, 2:])]) * strides
    return images, centred, scores


def _choose(
    images: NDArray[np.intp],
    centred: NDArray[np.float32],
    scores: NDArray[np.float32],
    threshold: float,
    every_label: bool,
) -> Candidates:
    """Candidates of scored boxes: centres and sizes [M, 4], scores [M, C]."""
    if every_label:
        rows, labels = np.nonzero(scores >= threshold)
    else:
        rows = np.flatnonzero(scores.max(axis=1, initial=-np.inf) >= threshold)
        labels = scores[rows].argmax(axis=1)
    return Candidates(_corners(centred[rows]), scores[rows, labels], labels, images[rows])


def _grid(size: Size) -> Grid:
    """Cells [N, 2] (x, y) and strides [N], smallest stride first, row by row."""
    cells, strides = [], []
    for stride in _STRIDES:
        rows, columns = np.indices((size[0] // stride, size[1] // stride), np.float32)
        cells.append(np.stack([columns, rows], axis=-1).reshape(-1, 2))
        strides.append(np.full(rows.size, stride, np.float32))
    return np.concatenate(cells), np.concatenate(strides)


def _corners(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    half = centred[:, 2:] / 2
    return np.hstack([centred[:, :2] - half, centred[:, :2] + half])
