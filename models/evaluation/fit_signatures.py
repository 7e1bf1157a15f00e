"""Fit the weights by which signatures are judged by their ink.

    python -m models.evaluation.fit_signatures MODEL.onnx ... --data ../shared/data \
        --out vision/layout/signatures/weights.toml

Rows are the candidates of even pages, on which each of the detectors looks for signatures: those of
`signatures`, and pages of three other sets, which have none. A candidate counts half where an IoU
with a labelled box is above .5, and fully above .72.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from models.evaluation.average_precision import Boxes
from models.evaluation.evaluate import SETS, open_detector, read_rgb, read_truth
from models.evaluation.evidence import fit, write
from models.evaluation.served import Reader, open_reader, to_image_of
from vision.core.document import Box
from vision.core.geometry import iou, transform_box
from vision.layout.signatures.features import FEATURES
from vision.layout.signatures.refine import measured
from vision.object_detection.yolo import YoloDetector

_SET = "signatures"
_WITHOUT = ("publaynet", "hist_layout", "omnidoc")
_LEAST = 0.02  # confidence of detections
_HALF, _FULL = 0.5, 0.72
_DECAY = 0.002
_HEAD = (
    "# Mean, spread and weight of FEATURES (vision/layout/signatures/features.py), fitted by\n"
    "# python -m models.evaluation.fit_signatures, which states the pages.\n"
)

Row = tuple[NDArray[np.float64], float]


def rows_of(
    path: Path, truth: Boxes, read: Reader, detectors: Sequence[YoloDetector]
) -> Iterator[Row]:
    """The features of each candidate on a page, and how well its box fits a labelled one."""
    image = read_rgb(path)
    page = read(image)
    upright = np.ascontiguousarray(np.rot90(image, -(page.rotation // 90)))
    lines = [line for block in page.blocks for line in block.lines]
    for detector in detectors:
        found = detector.detect([upright], _LEAST)[0].found
        if any(each.label == "signature" for each in found):
            boxes, values = measured(lines, found, upright)
            for box, row in zip(boxes, values, strict=True):
                yield row, _fit(transform_box(to_image_of(page), box), truth)


def _fit(box: Box, truth: Boxes) -> float:
    best = max((iou(box, Box(*each)) for each in truth.tolist()), default=0.0)
    return 0.5 * (best > _HALF) + 0.5 * (best > _FULL)


def main() -> None:
    """Parse the command line, read the pages, fit, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    detectors = [open_detector(path) for path in args.models]
    rows: list[Row] = []
    with TemporaryDirectory(prefix="pagesight-models-") as cache:
        read = open_reader(detectors[0], _LEAST, Path(cache))
        for name in (_SET, *_WITHOUT):
            pages = list(read_truth(args.data / name, SETS[name]))[::2]
            for path, truth in pages:
                labelled = truth.get("signature", np.zeros((0, 4), np.float32))
                rows += rows_of(path, labelled, read, detectors)
    values, wanted = (np.array(part) for part in zip(*rows, strict=True))
    write(fit(values, wanted, _DECAY), FEATURES, args.out, _HEAD)


if __name__ == "__main__":
    main()
