"""Score a YOLO detector in ONNX on labelled real pages: average precision per class and set.

python -m models.evaluate MODEL.onnx --data ../shared/data [--sets publaynet tables] [--json OUT]
"""

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.labels import CLASSES, read_labels, to_corners
from vision.detect import YoloDetector
from vision.session import open_session

Boxes = NDArray[np.float32]
LOWEST_CONFIDENCE = 0.001
THRESHOLDS = (0.5, 0.75)
_RECALL_POINTS = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True)
class Mapped:
    """How the labels of a set and of the model meet: label to the name that is scored.

    What is in neither table is not scored, neither as found nor as missed.
    """

    truth: Mapping[str, str]
    found: Mapping[str, str]


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


SETS: dict[str, Mapped] = {
    # Captions and notes are text to this set; heads, feet and page numbers it leaves out.
    "publaynet": Mapped(
        _same("text", "title", "list", "table", "figure"),
        _same("text", "title", "list", "table", "figure") | {"caption": "text", "footnote": "text"},
    ),
    # Pages made as in training from seeds that were not trained on: not real, but every class.
    "held_out": Mapped(_same(*CLASSES), _same(*CLASSES)),
    "tables": Mapped(_same("table"), _same("table")),
    "signatures": Mapped(_same("signature"), _same("signature")),
    "qrcodes": Mapped(_same("qr_code"), _same("qr_code")),
    "hist_layout": Mapped(
        _same("text", "header", "footer", "footnote", "caption", "table", "stamp", "handwriting")
        | {"heading": "title", "page-number": "page_number", "maths": "formula",
           "graphic": "figure", "image": "figure"},
        _same("text", "title", "header", "footer", "page_number", "footnote", "caption", "figure",
              "table", "formula", "stamp", "handwriting"),
    ),
    # Lists and handwriting are text blocks here; the numbers of equations have no class of ours.
    "omnidoc": Mapped(
        _same("title", "header", "footer", "page_number", "table", "figure")
        | {"text_block": "text", "equation_isolated": "formula", "table_caption": "caption",
           "figure_caption": "caption", "page_footnote": "footnote", "table_footnote": "footnote",
           "figure_footnote": "footnote"},
        _same("text", "title", "header", "footer", "page_number", "table", "figure", "formula",
              "caption", "footnote") | {"list": "text", "handwriting": "text"},
    ),
}  # fmt: skip


_REAL_SETS = [name for name in SETS if name != "held_out"]


@dataclass(frozen=True, slots=True)
class Found:
    """Boxes [N, 4] in pixels of one image with their confidence [N], for one scored name."""

    boxes: Boxes
    scores: NDArray[np.float32]


def iou_matrix(ours: Boxes, theirs: Boxes) -> NDArray[np.float32]:
    """Intersection over union of boxes [N, 4] with boxes [M, 4], as [N, M]."""
    low = np.maximum(ours[:, None, :2], theirs[None, :, :2])
    high = np.minimum(ours[:, None, 2:], theirs[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = [np.prod(np.maximum(b[:, 2:] - b[:, :2], 0), axis=1) for b in (ours, theirs)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    result: NDArray[np.float32] = np.divide(
        shared, union, out=np.zeros_like(shared), where=union > 0
    )
    return result


def match(found: Found, truth: Boxes, threshold: float) -> NDArray[np.bool_]:
    """Which found boxes hit: by falling confidence, each takes its best box not yet taken."""
    hits = np.zeros(len(found.scores), np.bool_)
    if not len(truth):
        return hits
    overlaps = iou_matrix(found.boxes, truth)
    for index in np.argsort(-found.scores, kind="stable"):
        best = int(np.argmax(overlaps[index]))
        if overlaps[index, best] >= threshold:
            hits[index] = True
            overlaps[:, best] = -1
    return hits


def average_precision(scores: NDArray[Any], hits: NDArray[Any], truths: int) -> float:
    """Precision averaged over 101 points of recall, each the best at that recall or beyond."""
    if not truths:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(hits[order])
    recall = right / truths
    precision = right / np.arange(1, len(order) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, _RECALL_POINTS)
    return float(np.mean([envelope[p] if p < len(envelope) else 0.0 for p in places]))


def score(pages: list[tuple[Found, Boxes]]) -> dict[str, float]:
    """AP at each threshold for one name over all pages of a set, and how many boxes it has."""
    truths = sum(len(truth) for _, truth in pages)
    scores = np.concatenate([found.scores for found, _ in pages])
    row = {"boxes": float(truths)}
    for threshold in THRESHOLDS:
        hits = np.concatenate([match(found, truth, threshold) for found, truth in pages])
        row[f"ap{threshold * 100:.0f}"] = average_precision(scores, hits, truths)
    return row


def _read_rgb(path: Path) -> NDArray[np.uint8]:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SystemExit(f"{path} is not an image that OpenCV can read")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def read_truth(folder: Path, mapped: Mapped) -> Iterator[tuple[NDArray[Any], dict[str, Boxes]]]:
    """RGB images of a set with the boxes of each scored name, in pixels."""
    names = (folder / "classes.txt").read_text().split()
    for path in sorted((folder / "images").iterdir()):
        image = _read_rgb(path)
        rows = read_labels(folder / "labels" / f"{path.stem}.txt")
        classes, boxes = to_corners(rows, image.shape[1], image.shape[0])
        scored = np.array([mapped.truth.get(names[index], "") for index in classes])
        yield image, {name: boxes[scored == name] for name in set(mapped.truth.values())}


def find(detector: YoloDetector, image: NDArray[Any], mapped: Mapped) -> dict[str, Found]:
    """What the detector finds on one image, by scored name."""
    kept = defaultdict(list)
    for detection in detector.detect([image], LOWEST_CONFIDENCE)[0]:
        if detection.label in mapped.found:
            kept[mapped.found[detection.label]].append((*detection.box, detection.confidence))
    tables = {name: np.array(rows, np.float32) for name, rows in kept.items()}
    return {name: Found(rows[:, :4], rows[:, 4]) for name, rows in tables.items()}


def evaluate(detector: YoloDetector, folder: Path, mapped: Mapped) -> dict[str, dict[str, float]]:
    """AP50, AP75 and number of boxes for every name that the set labels."""
    nothing = Found(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
    pages: dict[str, list[tuple[Found, Boxes]]] = defaultdict(list)
    for image, truth in read_truth(folder, mapped):
        found = find(detector, image, mapped)
        for name, boxes in truth.items():
            pages[name].append((found.get(name, nothing), boxes))
    rows = {name: score(pages[name]) for name in sorted(pages)}
    return {name: row for name, row in rows.items() if row["boxes"]}


def report(results: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """The results as a Markdown table."""
    lines = ["| set | class | boxes | AP50 | AP75 |", "|---|---|---|---|---|"]
    for set_name, rows in results.items():
        for name, row in rows.items():
            scores = f"{row['ap50']:.3f} | {row['ap75']:.3f}"
            lines.append(f"| {set_name} | {name} | {row['boxes']:.0f} | {scores} |")
    return "\n".join(lines)


def main() -> None:
    """Parse the command line, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=_REAL_SETS)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    digest = hashlib.sha256(args.model.read_bytes()).hexdigest()
    session = open_session(args.model, name=args.model.stem, version="", sha256=digest)
    detector = YoloDetector(session)
    results = {name: evaluate(detector, args.data / name, SETS[name]) for name in args.sets}
    sys.stdout.write(report(results) + "\n")
    if args.json:
        args.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
