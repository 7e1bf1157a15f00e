"""The classes of the document detector, and the label files that training reads."""

from pathlib import Path

import numpy as np

CLASSES = (
    "text", "title", "list", "table", "figure", "formula", "caption", "header", "footer",
    "page_number", "footnote", "signature", "stamp", "barcode", "qr_code", "checkbox", "logo",
    "handwriting",
)  # fmt: skip
CLASS_INDEX = {name: index for index, name in enumerate(CLASSES)}


def parse_labels(text: str) -> np.ndarray:
    """Read label lines `class cx cy w h` into rows of float32, shape (n, 5), units of the page.

    Blank lines and extra columns are ignored; a line that cannot be a label raises ValueError.
    """
    rows = [line.split()[:5] for line in text.splitlines() if line.strip()]
    if any(len(row) < 5 for row in rows):
        raise ValueError("a label needs a class and four numbers")
    return np.array(rows, dtype=np.float32).reshape(-1, 5)


def format_labels(classes: np.ndarray, boxes: np.ndarray, width: int, height: int) -> str:
    """Write corner boxes in pixels, shape (n, 4), as label lines relative to the page size."""
    scale = np.array([width, height], dtype=np.float64)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 / scale
    sizes = (boxes[:, 2:] - boxes[:, :2]) / scale
    rows = zip(classes, np.hstack([centres, sizes]), strict=True)
    return "".join(f"{int(c)} " + " ".join(f"{v:.6f}" for v in row) + "\n" for c, row in rows)


def to_corners(rows: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Split label rows into classes (n,) and corner boxes (n, 4) in pixels."""
    scale = np.array([width, height, width, height], dtype=np.float32)
    half = rows[:, 3:5] / 2
    boxes = np.hstack([rows[:, 1:3] - half, rows[:, 1:3] + half]) * scale
    return rows[:, 0].astype(np.int64), boxes.astype(np.float32)


def read_labels(path: Path) -> np.ndarray:
    """Read one label file; a missing file means a page without labels."""
    return parse_labels(path.read_text()) if path.exists() else np.zeros((0, 5), np.float32)
