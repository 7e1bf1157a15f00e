"""Crop squares without codes from real photographs: for figures, desks, and negatives.

python -m models.training.photographs --source ../shared/train/qrcodes --out PHOTOS
"""

import argparse
import sys
from pathlib import Path
from random import Random

import cv2
import numpy as np

from models.training.labels import read_labels, to_corners

SIDE = 448  # pixels of the crops kept


def free_square(
    rng: Random, boxes: np.ndarray, width: int, height: int
) -> tuple[int, int, int] | None:
    """A random square (x, y, side) that touches none of the boxes; None after twelve attempts."""
    for _ in range(12):
        side = int(rng.uniform(0.4, 0.9) * min(width, height))
        x, y = rng.randint(0, width - side), rng.randint(0, height - side)
        apart = (
            (boxes[:, 0] > x + side) | (boxes[:, 2] < x)
            | (boxes[:, 1] > y + side) | (boxes[:, 3] < y)
        )  # fmt: skip
        if apart.all():
            return x, y, side
    return None


def cut(source: Path, out: Path, each: int, seed: int) -> int:
    """Write up to `each` crops for every image of a YOLO folder; returns how many were written."""
    rng, written = Random(seed), 0
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted((source / "images").iterdir()):
        image = cv2.imread(str(path))
        height, width = image.shape[:2]
        boxes = to_corners(read_labels(source / "labels" / f"{path.stem}.txt"), width, height)[1]
        for index in range(each):
            place = free_square(rng, boxes, width, height)
            if place is None:
                break
            x, y, side = place
            crop = cv2.resize(
                image[y : y + side, x : x + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA
            )
            cv2.imwrite(str(out / f"{path.stem}_{index}.jpg"), crop)
            written += 1
    return written


def main() -> None:
    """Parse the command line and cut."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    sys.stdout.write(f"{cut(args.source, args.out, args.each, args.seed)} crops in {args.out}\n")


if __name__ == "__main__":
    main()
