"""Confidences at which a detector balances what it misses and what it invents, on drawn pages.

    python -m models.evaluation.thresholds MODEL.onnx --pages FOLDER --out thresholds.json

`FOLDER` holds pages as models.training.synthetic.render writes them. For each class the confidence
of the best F1 at an IoU of .5 is written; models.training.export_onnx moves it to the confidence
that a job reports by default.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.evaluation.average_precision import Boxes, Found, hits_at, one_class_found
from models.evaluation.evaluate import SETS, alone, open_detector, run_set

_STEPS = np.round(np.arange(0.02, 0.9, 0.02), 2)


def best_threshold(pages: Sequence[tuple[Found, Boxes]]) -> float:
    """The confidence of the best F1 of one class, the lowest of equals; NaN without any label."""
    if not any(len(truth) for _, truth in pages):
        return float("nan")
    return float(_STEPS[int(np.argmax([_f1(pages, step) for step in _STEPS]))])


def _f1(pages: Sequence[tuple[Found, Boxes]], threshold: float) -> float:
    hits = reported = labelled = 0
    for found, truth in pages:
        kept = found.scores >= threshold
        shown = one_class_found(found.boxes[kept], found.scores[kept])
        hits += hits_at(shown, truth, 0.5)
        reported += len(shown.scores)
        labelled += len(truth)
    return 2 * hits / (reported + labelled)


def main() -> None:
    """Parse the command line, find the thresholds, write them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pages = run_set(alone(open_detector(args.model)), args.pages, SETS["held_out"])
    found = {name: best_threshold([page.of(name) for page in pages]) for name in pages[0].truth}
    known = {name: value for name, value in found.items() if not np.isnan(value)}
    args.out.write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    main()
