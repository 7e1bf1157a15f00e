"""Mix folders of labelled images into square training samples.

A folder may label only some classes: a sample's `taught` mask keeps the others out of the class
loss, so that unlabelled objects are never learned as background.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from models.training.labels import CLASS_INDEX, CLASSES, read_labels, to_corners
from models.training.synthetic.degradation import clip_boxes, shrink

Array = np.ndarray
_SUFFIXES = {".jpg", ".jpeg", ".png"}
_KEPT_IN_MEMORY = 3000  # images; decoding them again took a fifth of the training time
_SPARE_DETAIL = 1.5  # images are kept larger than the square, for close-ups
_SQUARED = 0.25  # share squeezed to a square, as fax machines and some archives store pages
_NARROW = 0.75  # width or height of an oblong canvas, as a share of the square's
_RELIST_EVERY = 2000  # samples between looks at the folders, which may still be growing


@dataclass(frozen=True)
class Source:
    """A YOLO folder (`images/`, `labels/`), the classes it teaches, its share of the samples."""

    folder: Path
    share: float
    taught: tuple[str, ...] = CLASSES
    only_class: str | None = None  # the one class of its label files, numbered 0 there
    turns: bool = False  # photographs may be rotated by right angles, documents may not

    def mask(self) -> Array:
        """One per taught class, zero elsewhere, float32 (classes,)."""
        return np.array([name in self.taught for name in CLASSES], np.float32)

    def paths(self) -> list[Path]:
        """Images of this folder, in a fixed order."""
        folder = self.folder / "images"
        folder = folder if folder.is_dir() else self.folder
        return sorted(p for p in folder.iterdir() if p.suffix in _SUFFIXES)


@dataclass(frozen=True)
class Sample:
    """A training image: BGR bytes (height, width, 3), classes (n,), corners (n, 4) in pixels."""

    image: Array
    classes: Array
    boxes: Array
    taught: Array


@lru_cache(maxsize=_KEPT_IN_MEMORY)
def load(source: Source, path: Path, longest: int) -> tuple[Array, Array, Array]:
    """An image of at most `longest` pixels with its classes and corner boxes; read-only."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    rows = read_labels(source.folder / "labels" / f"{path.stem}.txt")
    image, _ = shrink(image, np.zeros((0, 4)), longest)
    classes, boxes = to_corners(rows, image.shape[1], image.shape[0])
    if source.only_class:
        classes = np.full_like(classes, CLASS_INDEX[source.only_class])
    return image, classes, boxes


def right_angle(image: Array, boxes: Array, quarter: int) -> tuple[Array, Array]:
    """Rotate an image and its boxes counter-clockwise by quarter turns."""
    for _ in range(quarter % 4):
        width = image.shape[1]
        image = np.rot90(image)
        x0, y0, x1, y1 = boxes.T
        boxes = np.stack([y0, width - x1, y1, width - x0], 1)
    return np.ascontiguousarray(image), boxes


def _window(rng: np.random.Generator, width: int, height: int) -> tuple[int, int, int, int]:
    """The part of the page to use: usually all of it, sometimes a close-up."""
    if rng.random() < 0.82:
        return 0, 0, width, height
    w, h = int(width * rng.uniform(0.4, 0.9)), int(height * rng.uniform(0.35, 0.9))
    return int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1)), w, h


def place(
    image: Array, boxes: Array, size: int, rng: np.random.Generator
) -> tuple[Array, Array, Array, tuple[int, int, int, int]]:
    """Crop, stretch and place an image on a square.

    Returns the square, the boxes, which of them are still visible, and where the image lies: left,
    top, width and height.
    """
    x, y, w, h = _window(rng, image.shape[1], image.shape[0])
    boxes, kept = clip_boxes(boxes - np.float32([x, y, x, y]), w, h)
    squared = rng.random() < _SQUARED and 0.6 < w / h < 1.7
    whole, shape = (np.sqrt(w * h), np.sqrt(h / w)) if squared else (max(w, h), 1.0)
    zoom = size / whole * rng.choice([1.0, rng.uniform(0.72, 1.0)])
    stretch = shape * np.exp(rng.normal(0, 0.06))
    new = [
        max(8, min(size, round(side * zoom * s))) for side, s in ((w, stretch), (h, 1 / stretch))
    ]
    shrinking = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR
    part = cv2.resize(image[y : y + h, x : x + w], tuple(new), interpolation=shrinking)
    fill = 114 if rng.random() < 0.75 else int(rng.integers(0, 256))
    square = np.full((size, size, 3), fill, np.uint8)
    centred = rng.random() < 0.7
    spare = [size - side for side in new]
    left, top = (s // 2 if centred else int(rng.integers(0, s + 1)) for s in spare)
    square[top : top + new[1], left : left + new[0]] = part
    scale = np.float32([new[0] / w, new[1] / h] * 2)
    moved = boxes * scale + np.float32([left, top, left, top])
    big = (moved[:, 2:] - moved[:, :2]).min(1, initial=size) > 1.5
    return square, moved, kept & big, (left, top, new[0], new[1])


def trim(
    square: Array, boxes: Array, content: tuple[int, int, int, int], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Cut a quarter of the square off where only padding is lost: less work for the same page."""
    size = len(square)
    narrow = round(size * _NARROW)
    for axis in (0, 1):
        start, length = content[axis], content[axis + 2]
        if length <= narrow:
            low, high = max(0, start + length - narrow), min(start, size - narrow)
            cut = int(rng.integers(low, high + 1))
            part = slice(cut, cut + narrow)
            square = square[:, part] if axis == 0 else square[part]
            offset = np.float32([cut, 0] * 2 if axis == 0 else [0, cut] * 2)
            return np.ascontiguousarray(square), boxes - offset
    return square, boxes


def recolour(image: Array, rng: np.random.Generator) -> Array:
    """Shift brightness, contrast and colour; rarely invert, blur or compress."""
    gain, lift = rng.uniform(0.75, 1.2), rng.uniform(-25, 25)
    tint = rng.uniform(0.94, 1.06, 3) if rng.random() < 0.4 else np.ones(3)
    table = np.clip(np.arange(256)[:, None] * gain * tint + lift, 0, 255).astype(np.uint8)
    if rng.random() < 0.025:
        table = 255 - table
    image = cv2.LUT(image, table.reshape(1, 256, 3))
    chance = rng.random()
    if chance < 0.08:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.0))
    elif chance < 0.16:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 80))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    elif chance < 0.24:
        image = cv2.merge([cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)] * 3)
    return image


def draw(source: Source, path: Path, size: int, rng: np.random.Generator) -> Sample:
    """One augmented sample of a source."""
    image, classes, boxes = load(source, path, round(size * _SPARE_DETAIL))
    if source.turns and rng.random() < 0.5:
        image, boxes = right_angle(image, boxes, int(rng.integers(1, 4)))
    square, boxes, kept, content = place(image, boxes, size, rng)
    square, boxes = trim(square, boxes, content, rng)
    return Sample(recolour(square, rng), classes[kept], boxes[kept], source.mask())


def samples(sources: list[Source], size: int, seed: int) -> Iterator[Sample]:
    """Endless samples: sources by their share, files at random."""
    rng = np.random.default_rng(seed)
    shares = np.array([source.share for source in sources])
    listed: list[list[Path]] = []
    count = 0
    while True:
        if count % _RELIST_EVERY == 0:
            listed = [source.paths() for source in sources]
        count += 1
        which = int(rng.choice(len(sources), p=shares / shares.sum()))
        path = listed[which][int(rng.integers(len(listed[which])))]
        yield draw(sources[which], path, size, rng)
