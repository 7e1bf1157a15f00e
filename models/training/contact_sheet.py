"""Many small pages with their boxes in one picture, for inspection before and during training.

python -m models.training.contact_sheet DATA/pages SHEET.png
"""

import argparse
from pathlib import Path
from random import Random

import cv2
import numpy as np

from models.training.labels import CLASSES, read_labels, to_corners

_COLOURS = [
    tuple(int(v) for v in cv2.cvtColor(np.uint8([[[i * 10, 255, 170]]]), cv2.COLOR_HSV2BGR)[0, 0])
    for i in range(len(CLASSES))
]


def draw_boxes(image: np.ndarray, classes: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The image with named boxes; boxes (n, 4) in its pixels."""
    out = image.copy()
    for index, box in zip(classes, boxes.astype(int).tolist(), strict=True):
        colour = _COLOURS[index % len(_COLOURS)]
        cv2.rectangle(out, box[:2], box[2:], colour, 1)
        spot = (box[0] + 1, max(8, box[1] - 1))
        cv2.putText(out, CLASSES[index][:9], spot, cv2.FONT_HERSHEY_SIMPLEX, 0.33, colour, 1)
    return out


def tile(path: Path, side: int) -> np.ndarray:
    """One labelled page on a grey square of the given side."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    scale = side / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = small[:side, :side]
    rows = read_labels(path.parent.parent / "labels" / f"{path.stem}.txt")
    small = draw_boxes(small, *to_corners(rows, small.shape[1], small.shape[0]))
    square = np.full((side, side, 3), 90, np.uint8)
    square[: small.shape[0], : small.shape[1]] = small
    return square


def sheet(paths: list[Path], across: int, side: int) -> np.ndarray:
    """Tiles in rows, the last row padded with grey."""
    tiles = [tile(path, side) for path in paths]
    tiles += [np.full((side, side, 3), 90, np.uint8)] * (-len(tiles) % across)
    rows = [np.hstack(tiles[i : i + across]) for i in range(0, len(tiles), across)]
    return np.vstack(rows)


def main() -> None:
    """Parse the command line and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with images/ and labels/")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--across", type=int, default=6)
    parser.add_argument("--side", type=int, default=620)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    paths = sorted((args.folder / "images").iterdir())
    chosen = Random(args.seed).sample(paths, min(args.count, len(paths)))
    cv2.imwrite(str(args.out), sheet(chosen, args.across, args.side))


if __name__ == "__main__":
    main()
