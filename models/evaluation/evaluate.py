"""Score a YOLO detector in ONNX on labelled real pages: average precision per class and set.

    python -m models.evaluation.evaluate MODEL.onnx --data ../shared/data \
        [--sets publaynet tables] [--as-served] [--json SCORES.json] [--out FOLDER]

COCO's scores count detections down to a confidence of .001; the last three columns count only what
a job reports by default. Even and odd pages of a set are also scored separately: where they differ
much, the set is too small to be conclusive. `--as-served` reads each page as the service does and
scores the regions of its result, down to .02, which need not be the network's boxes. `--out`
receives the report with the mapping of labels, precision-recall plots and, for each set, a sheet of
the pages with the most mistakes.
"""

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from models.evaluation.average_precision import (
    NOTHING,
    Boxes,
    Found,
    curve,
    hits_at,
    one_class_found,
    score,
)
from models.evaluation.plots import LabelledPage, draw_curves, draw_sheet
from models.evaluation.served import open_reader, regions_of
from models.registry.catalogue import load_catalogue
from models.training.labels import CLASSES, read_labels, to_corners
from vision.core.stages import Detection
from vision.engines.onnx_session import open_session
from vision.object_detection.yolo import YoloDetector

Finder = Callable[[NDArray[Any]], Iterable[Detection]]

LOWEST_CONFIDENCE = 0.001
_SHOWN_CONFIDENCE = 0.25  # the default of a job's options
_SERVED_CONFIDENCE = 0.02  # of a job whose regions are scored
_WORST = 6


@dataclass(frozen=True, slots=True)
class Mapped:
    """How the labels of a set and of the model correspond: label to the name that is scored.

    Labels in neither table are not scored, neither as found nor as missed.
    """

    truth: Mapping[str, str]
    found: Mapping[str, str]


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


SETS: dict[str, Mapped] = {
    # This set labels captions and notes as text, and leaves out headers, footers and page numbers.
    "publaynet": Mapped(
        _same("text", "title", "list", "table", "figure"),
        _same("text", "title", "list", "table", "figure") | {"caption": "text", "footnote": "text"},
    ),
    # Drawn by another generator than the pages of training: synthetic, but with every class.
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
    # Lists and handwriting are text blocks here; the numbers of equations have no class here.
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


def mistakes(found: Mapping[str, Found], truth: Mapping[str, Boxes]) -> int:
    """Boxes of a page that were missed or false, at an IoU of .5 and the usual confidence."""
    wrong = 0
    for name, boxes in truth.items():
        shown = _shown(found.get(name, NOTHING))
        wrong += len(boxes) + len(shown.scores) - 2 * hits_at(shown, boxes, 0.5)
    return wrong


def _shown(found: Found) -> Found:
    kept = found.scores >= _SHOWN_CONFIDENCE
    return one_class_found(found.boxes[kept], found.scores[kept])


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """An image of a set."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SystemExit(f"{path} is not an image that OpenCV can read")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def read_truth(folder: Path, mapped: Mapped) -> Iterator[tuple[Path, dict[str, Boxes]]]:
    """Images of a set with the boxes of each scored name, in pixels."""
    names = (folder / "classes.txt").read_text().split()
    for path in sorted((folder / "images").iterdir()):
        with Picture.open(path) as image:
            width, height = image.size
        rows = read_labels(folder / "labels" / f"{path.stem}.txt")
        classes, boxes = to_corners(rows, width, height)
        scored = np.array([mapped.truth.get(names[index], "") for index in classes])
        yield path, {name: boxes[scored == name] for name in sorted(set(mapped.truth.values()))}


def alone(detector: YoloDetector) -> Finder:
    """Finds what the network finds, without the rest of the service."""
    return lambda image: detector.detect([image], LOWEST_CONFIDENCE)[0].found


def as_served_by(detector: YoloDetector) -> Finder:
    """Finds the regions that the whole service gives."""
    read = open_reader(detector, _SERVED_CONFIDENCE, Path(mkdtemp(prefix="pagesight-models-")))
    return lambda image: regions_of(read(image))


def by_name(detections: Iterable[Detection], mapped: Mapped) -> dict[str, Found]:
    """What was found on one image, by scored name."""
    kept = defaultdict(list)
    for detection in detections:
        if detection.label in mapped.found:
            kept[mapped.found[detection.label]].append((*detection.box, detection.confidence))
    tables = {name: np.array(rows, np.float32) for name, rows in kept.items()}
    return {name: one_class_found(rows[:, :4], rows[:, 4]) for name, rows in tables.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a set: its labelled boxes and what was found, by scored name."""

    path: Path
    truth: Mapping[str, Boxes]
    found: Mapping[str, Found]

    def of(self, name: str) -> tuple[Found, Boxes]:
        """What was found and what is labelled under one name."""
        return self.found.get(name, NOTHING), self.truth[name]


def run_set(find: Finder, folder: Path, mapped: Mapped) -> list[Page]:
    """Every page of a set with what is found on it."""
    return [
        Page(path, truth, by_name(find(read_rgb(path)), mapped))
        for path, truth in read_truth(folder, mapped)
    ]


def score_set(pages: Sequence[Page]) -> dict[str, dict[str, float]]:
    """COCO's scores and those of `as_served`, of every name that the set labels at least once."""
    names = [name for name in pages[0].truth if any(len(page.truth[name]) for page in pages)]
    return {
        name: score([page.of(name) for page in pages])
        | as_served([page.of(name) for page in pages])
        for name in names
    }


def as_served(pages: Sequence[tuple[Found, Boxes]]) -> dict[str, float]:
    """Scores of what a job reports by default: `served_ap50`, `precision`, `recall`, at IoU .5."""
    shown = [(_shown(found), truth) for found, truth in pages]
    hits = sum(hits_at(found, truth, 0.5) for found, truth in shown)
    reported = sum(len(found.scores) for found, _ in shown)
    labelled = sum(len(truth) for _, truth in shown)
    return {
        "served_ap50": score(shown)["ap50"],
        "precision": hits / reported if reported else nan,
        "recall": hits / labelled if labelled else nan,
    }


def open_detector(path: Path) -> YoloDetector:
    """A detector as the service uses it: with the catalogue's hints where the file is listed."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    hints = {entry.sha256: entry.detector for entry in load_catalogue()}.get(digest)
    return YoloDetector(open_session(path, name=path.stem, version="", sha256=digest), hints)


def evaluate(detector: YoloDetector, folder: Path, mapped: Mapped) -> dict[str, dict[str, float]]:
    """The scores of every name that the set labels."""
    return score_set(run_set(alone(detector), folder, mapped))


def report(results: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """The results as a Markdown table."""
    keys = ("ap50", "ap75", "ap", "ap50_even", "ap50_odd", "served_ap50", "precision", "recall")
    head = ("set", "class", "boxes", "AP50", "AP75", "AP", "AP50 even pages", "odd pages",
            f"AP50 at {_SHOWN_CONFIDENCE}", "precision", "recall")  # fmt: skip
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for set_name, rows in results.items():
        for name, row in rows.items():
            scores = " | ".join("-" if isnan(row[key]) else f"{row[key]:.3f}" for key in keys)
            lines.append(f"| {set_name} | {name} | {row['boxes']:.0f} | {scores} |")
    return "\n".join(lines)


def mapping(sets: Iterable[str]) -> str:
    """How labels correspond, as Markdown: what is scored under each name, for each set."""
    lines = ["| set | scored as | labels of the set | labels of the model |", "|---|---|---|---|"]
    for set_name in sets:
        mapped = SETS[set_name]
        for name in sorted(set(mapped.truth.values())):
            theirs, ours = (
                ", ".join(label for label, target in table.items() if target == name) or "none"
                for table in (mapped.truth, mapped.found)
            )
            lines.append(f"| {set_name} | {name} | {theirs} | {ours} |")
    return "\n".join(lines)


def write_out(folder: Path, text: str, runs: Mapping[str, Sequence[Page]]) -> None:
    """Write the report, and a plot and a sheet of the worst pages for each set, to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(f"{text}\n\n{mapping(runs)}\n")
    for set_name, pages in runs.items():
        names = score_set(pages)
        curves = {name: curve([page.of(name) for page in pages]) for name in names}
        draw_curves(set_name, curves).save(folder / f"{set_name}-curves.png")
        ranked = sorted(pages, key=lambda page: -mistakes(page.found, page.truth))[:_WORST]
        shown = [
            LabelledPage(
                page.path,
                f"{page.path.stem}: {mistakes(page.found, page.truth)} wrong",
                page.truth,
                {name: _shown(found).boxes for name, found in page.found.items()},
            )
            for page in ranked
        ]
        draw_sheet(shown).save(folder / f"{set_name}-worst.jpg", quality=85)


def main() -> None:
    """Parse the command line, score, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=_REAL_SETS)
    parser.add_argument("--as-served", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    detector = open_detector(args.model)
    find = as_served_by(detector) if args.as_served else alone(detector)
    runs = {name: run_set(find, args.data / name, SETS[name]) for name in args.sets}
    results = {name: score_set(pages) for name, pages in runs.items()}
    sys.stdout.write(report(results) + "\n")
    if args.json:
        args.json.write_text(json.dumps(results, indent=2) + "\n")
    if args.out:
        write_out(args.out, report(results), runs)


if __name__ == "__main__":
    main()
