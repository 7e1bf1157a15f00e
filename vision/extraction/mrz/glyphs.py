"""Reads characters of a zone by their shapes in OCR-B, the typeface that ICAO Doc 9303 asks for.

The shapes are those of the free font of Debian's package fonts-ocr-b (public domain), one beside
the other in `ocr_b.png`, with their widths by their heights.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.extraction.mrz.fillers import CELL, Cell, normal

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
_ASPECTS = (
    0.66, 0.41, 0.59, 0.62, 0.66, 0.56, 0.66, 0.66, 0.66, 0.66, 0.65, 0.72, 0.57,
    0.62, 0.62, 0.52, 0.65, 0.63, 0.55, 0.48, 0.70, 0.67, 0.70, 0.67, 0.70, 0.69,
    0.68, 0.66, 0.58, 0.72, 0.67, 0.70, 0.70, 0.63, 0.63, 0.62, 0.81,
)  # fmt: skip
_ASPECT_COUNTS = 0.25  # how much a difference in width by height counts, as a logarithm


def read_cells(cells: Sequence[Cell]) -> tuple[str, float]:
    """The text of a line by its shapes, and the mean correlation of what was chosen."""
    if not cells:
        return "", 0.0
    shapes, aspects = _shapes()
    pictures = np.array([cell.picture.ravel() for cell in cells])
    alike = pictures @ shapes.T / pictures.shape[1]
    wide = np.log([cell.aspect for cell in cells])[:, None] - np.log(aspects)[None]
    score = alike - _ASPECT_COUNTS * np.abs(wide)
    text = ["<"] * (cells[-1].place + 1)
    best = score.argmax(axis=1)
    for cell, at in zip(cells, best.tolist(), strict=True):
        text[cell.place] = ALPHABET[at]
    return "".join(text), float(score.max(axis=1).mean())


@functools.cache
def _shapes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The pictures [37, pixels] and the aspects of all characters."""
    sheet = cv2.imread(str(Path(__file__).with_name("ocr_b.png")), cv2.IMREAD_GRAYSCALE)
    if sheet is None:
        raise FileNotFoundError("vision/extraction/mrz/ocr_b.png is missing: install again")
    width = CELL[0]
    parts = (sheet[:, at * width : (at + 1) * width] for at in range(len(ALPHABET)))
    pictures = [normal(np.asarray(part, np.uint8)).ravel() for part in parts]
    return np.array(pictures), np.array(_ASPECTS)
