"""COCO mean average precision of the reference models through the service's own detector.

    python -m benchmarks.detection_map --data ../shared/data

Each model must reach its published figure within 0.01; the exit status says whether both do.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.evaluation.average_precision import Found, Truth, average_precision
from vision.core.arrays import Image
from vision.core.stages import Detection
from vision.engines.onnx_session import open_session
from vision.object_detection.spec import DetectorHints
from vision.object_detection.yolo import YoloDetector

_TOLERANCE = 0.01
_IOU_THRESHOLD = 0.7  # and every class of a box: so were the published figures made


@dataclass(frozen=True, slots=True)
class Reference:
    """A model file of the data folder, how to feed it, and its known mAP50-95 and mAP50.

    `lowest_score` is where the evaluation of its own project stops counting detections.
    """

    file: str
    map: float
    map50: float
    lowest_score: float
    bgr: bool


REFERENCES = (
    Reference("yolox_nano_416_coco.onnx", 0.337, 0.506, lowest_score=0.01, bgr=True),
    Reference("yolov8n_int8_640_coco.onnx", 0.438, 0.603, lowest_score=0.001, bgr=False),
)


def main() -> int:
    """Evaluate every reference model; 0 when all are within tolerance."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    within = [_report(reference, options.data, options.threads) for reference in REFERENCES]
    return 0 if all(within) else 1


def evaluate(
    detector: YoloDetector, coco: Path, lowest_score: float
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Average precision on a COCO folder, and the median milliseconds an image of each step."""
    annotations = json.loads((coco / "annotations.json").read_text())
    classes = [category["name"] for category in annotations["categories"]]
    truths = _truths(annotations)
    pairs, steps = [], []
    for entry in annotations["images"]:
        image = _read_rgb(coco / "images" / entry["file_name"])
        detections, taken = _detect_timed(detector, image, lowest_score)
        pairs.append((truths[entry["id"]], _found(detections, classes)))
        steps.append(taken)
    medians = np.median(np.array(steps), axis=0)
    names = ("letterbox", "network", "decode")
    return (
        average_precision(pairs, len(classes)),
        {name: float(ms) for name, ms in zip(names, medians, strict=True)},
    )


def _report(reference: Reference, data: Path, threads: int) -> bool:
    labels = tuple((data / "models" / "coco_classes.txt").read_text().splitlines())
    path = data / "models" / reference.file
    session = open_session(
        path, name=path.stem, version="reference", sha256="", device="cpu", threads=threads
    )
    detector = YoloDetector(session, _hints(reference, labels))
    started = time.perf_counter()
    precision, steps = evaluate(detector, data / "coco_val", reference.lowest_score)
    within = (
        abs(precision["map"] - reference.map) <= _TOLERANCE
        and abs(precision["map50"] - reference.map50) <= _TOLERANCE
    )
    print(
        f"{path.stem}: mAP50-95 {precision['map']:.4f} (reference {reference.map}),"
        f" mAP50 {precision['map50']:.4f} ({reference.map50}), {'ok' if within else 'OUTSIDE'};"
        f" ms an image on {session.provider}, {threads} thread(s): "
        + ", ".join(f"{name} {ms:.1f}" for name, ms in steps.items())
        + f"; {time.perf_counter() - started:.0f} s"
    )
    return within


def _hints(reference: Reference, labels: tuple[str, ...]) -> DetectorHints:
    published = DetectorHints(labels, iou_threshold=_IOU_THRESHOLD, every_label=True)
    if reference.bgr:
        return replace(published, head="yolox", colour="bgr", divisor=1.0, corner="top-left")
    return published


def _detect_timed(
    detector: YoloDetector, image: Image, lowest_score: float
) -> tuple[tuple[Detection, ...], tuple[float, ...]]:
    clock = [time.perf_counter()]
    batch, plans = detector.prepare([image])
    clock.append(time.perf_counter())
    raw = detector.infer(batch)
    clock.append(time.perf_counter())
    detections = detector.decode(raw, plans, lowest_score, batch.shape[2:])[0]
    clock.append(time.perf_counter())
    return detections, tuple((np.diff(clock) * 1000).tolist())


def _truths(annotations: Mapping[str, Any]) -> dict[int, Truth]:
    """Marked boxes by image id; COCO writes x, y, width, height."""
    index = {category["id"]: i for i, category in enumerate(annotations["categories"])}
    marks: dict[int, list[Mapping[str, Any]]] = {entry["id"]: [] for entry in annotations["images"]}
    for mark in annotations["annotations"]:
        marks[mark["image_id"]].append(mark)
    return {image: _truth(mine, index) for image, mine in marks.items()}


def _truth(marks: Sequence[Mapping[str, Any]], index: Mapping[int, int]) -> Truth:
    boxes = np.array([mark["bbox"] for mark in marks], np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    labels = np.array([index[mark["category_id"]] for mark in marks], np.intp)
    return Truth(boxes, labels, np.array([bool(mark.get("iscrowd")) for mark in marks], bool))


def _found(detections: Sequence[Detection], classes: Sequence[str]) -> Found:
    boxes = np.array([detection.box for detection in detections], np.float64).reshape(-1, 4)
    labels = np.array([classes.index(detection.label) for detection in detections], np.intp)
    return Found(boxes, labels, np.array([d.confidence for d in detections], np.float64))


def _read_rgb(path: Path) -> Image:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise SystemExit(f"{path} is not an image that OpenCV reads")
    return np.asarray(pixels, np.uint8)


if __name__ == "__main__":
    sys.exit(main())
