"""Photographs with QR codes pasted in: many sizes, turned, seen aslant, cut by the edge.

python -m models.training.pasted_codes --photographs DATA/photographs --out DATA/codes --count 600
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from models.training.labels import CLASS_INDEX, CLASSES, format_labels
from models.training.synthetic.degradation import clip_boxes

_LONGEST = 832
_FINDER = 7  # modules of a corner's square
_LEAST_PX = 13  # of a side that is labelled


def code(rng: np.random.Generator) -> np.ndarray:
    """Modules of a code, one for ink, uint8 (n, n): finders in three corners, the rest random."""
    side = 17 + 4 * int(rng.integers(1, 9))
    modules = (rng.random((side, side)) < 0.5).astype(np.uint8)
    finder = np.zeros((_FINDER, _FINDER), np.uint8)
    finder[[0, -1]] = finder[:, [0, -1]] = 1
    finder[2:5, 2:5] = 1
    reach = _FINDER + 1
    for y, x in ((0, 0), (0, side - reach), (side - reach, 0)):
        modules[y : y + reach, x : x + reach] = 0
    for y, x in ((0, 0), (0, side - _FINDER), (side - _FINDER, 0)):
        modules[y : y + _FINDER, x : x + _FINDER] = finder
    return modules


def _label(rng: np.random.Generator, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """A printed label that holds a code: BGR image, and the code's corners (4, 2) in it."""
    modules = code(rng)
    unit = max(2, round(pixels / len(modules)))
    ink = np.full(3, rng.integers(0, 60)) if rng.random() < 0.75 else rng.integers(0, 120, 3)
    paper = np.full(3, rng.integers(215, 256)) if rng.random() < 0.7 else rng.integers(170, 256, 3)
    if rng.random() < 0.05:
        ink, paper = paper, ink
    big = np.kron(modules, np.ones((unit, unit), np.uint8))[..., None]
    drawn = np.where(big == 1, ink, paper).astype(np.uint8)
    side = len(drawn)
    if rng.random() < 0.2:  # a picture in the middle
        low, high = round(side * 0.4), round(side * 0.6)
        drawn[low:high, low:high] = rng.integers(0, 256, 3)
    quiet = [round(unit * share) for share in rng.uniform(1, 9, 4)]
    label = cv2.copyMakeBorder(drawn, *quiet, cv2.BORDER_CONSTANT, value=paper.tolist())
    for _ in range(int(rng.integers(0, 3))):  # words beside the code
        at = (int(rng.integers(0, max(1, quiet[2]))), label.shape[0] - 2)
        word = "".join(chr(c) for c in rng.integers(65, 91, 9))
        cv2.putText(label, word, at, 0, unit / 9, ink.tolist(), max(1, unit // 5), cv2.LINE_AA)
    x, y = quiet[2], quiet[0]
    return label, np.float32([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])


def _view(rng: np.random.Generator, size: tuple[int, int], shape: tuple[int, ...],
          pixels: float) -> np.ndarray:  # fmt: skip
    """Perspective (3, 3) that lays a label of `shape` somewhere on an image of `size`."""
    height, width = shape[:2]
    angle = rng.choice([rng.normal(0, 0.15), rng.uniform(-np.pi, np.pi)], p=[0.65, 0.35])
    scale = pixels / max(height, width)
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = (corners - [width / 2, height / 2]) * scale
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = moved @ turn.T * rng.uniform(0.75, 1, (1, 2))
    moved += rng.normal(0, rng.choice([0.01, 0.06]) * pixels, (4, 2))
    moved += rng.uniform(-0.02, 1.02, 2) * size
    return cv2.getPerspectiveTransform(corners, moved.astype(np.float32))


def paste(rng: np.random.Generator, image: np.ndarray, pixels: float,
          taken: np.ndarray) -> np.ndarray | None:  # fmt: skip
    """Paste one code; its box in pixels (4,), or None where another one or too little is seen."""
    height, width = image.shape[:2]
    label, corners = _label(rng, max(60, round(pixels)))
    view = _view(rng, (width, height), label.shape, pixels)
    seen = cv2.perspectiveTransform(corners[None], view)[0]
    whole = np.array([*seen.min(0), *seen.max(0)])
    box = np.clip(whole, 0, [width, height, width, height])
    sides, all_sides = box[2:] - box[:2], whole[2:] - whole[:2]
    mask = cv2.warpPerspective(np.ones(label.shape[:2], np.float32), view, (width, height))
    if sides.min() < _LEAST_PX or sides.prod() < 0.35 * all_sides.prod() or taken[mask > 0].any():
        return None
    flags = cv2.INTER_AREA if pixels < len(label) else cv2.INTER_LINEAR
    laid = cv2.warpPerspective(label, view, (width, height), flags=flags).astype(np.float32)
    near = image[mask > 0].mean()
    laid *= np.clip(near / 150, 0.45, 1.1) * rng.uniform(0.8, 1.15)  # the light of the scene
    laid *= 1 + rng.uniform(-0.2, 0.2) * np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    soft = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None]
    laid = cv2.GaussianBlur(laid, (0, 0), rng.uniform(0.3, 0.5 + pixels / 120))
    image[:] = np.clip(image * (1 - soft) + laid * soft, 0, 255).astype(np.uint8)
    taken |= mask > 0
    return box


def sample(rng: np.random.Generator, photograph: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A photograph with one to eight codes: image, boxes (n, 4) in pixels."""
    scale = _LONGEST / max(photograph.shape[:2])
    image = cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
    taken = np.zeros(image.shape[:2], bool)
    boxes = []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3, 5, 8]))):
        pixels = float(np.clip(rng.lognormal(4.8, 0.7), 26, 620))
        box = paste(rng, image, pixels, taken)
        if box is not None:
            boxes.append(box)
    noise = rng.normal(0, rng.uniform(1, 9), image.shape)
    image = np.clip(image + noise, 0, 255).astype(np.uint8)
    return image, np.array(boxes, np.float32).reshape(-1, 4)


def main() -> None:
    """Parse the command line and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    for folder in ("images", "labels"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    (args.out / "classes.txt").write_text("\n".join(CLASSES) + "\n")
    paths = sorted(args.photographs.glob("*.jpg"))
    for index in range(args.count):
        rng = np.random.default_rng([args.seed, index])
        photograph = cv2.imread(str(paths[int(rng.integers(len(paths)))]), cv2.IMREAD_COLOR)
        image, boxes = sample(rng, photograph)
        height, width = image.shape[:2]
        boxes, kept = clip_boxes(boxes, width, height)
        rows = format_labels(
            np.full(int(kept.sum()), CLASS_INDEX["qr_code"]), boxes[kept], width, height
        )
        (args.out / "labels" / f"code_{index:05}.txt").write_text(rows)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 92))]
        cv2.imwrite(str(args.out / "images" / f"code_{index:05}.jpg"), image, quality)
    sys.stdout.write(f"{args.count} photographs with codes in {args.out}\n")


if __name__ == "__main__":
    main()
