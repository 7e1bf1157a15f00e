"""Detection on the device beside ultralytics with the same ONNX file on the same device."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks.detection_speed import open_ultralytics
from benchmarks.gpu.reading import Bench
from benchmarks.gpu.report import rate
from models.registry.resolve import resolve
from vision.engines.onnx_session import open_session
from vision.object_detection.yolo import YoloDetector

MODEL = "pagesight-doc"
BATCH = 8
_CONFIDENCE = 0.25


def detection(bench: Bench, python: Path) -> Mapping[str, object]:
    """Images a second of both; ultralytics needs an environment of its own, which may be absent."""
    file = resolve(MODEL).path
    session = open_session(file, name=MODEL, version="", sha256="", device=bench.given.device)
    detector = YoloDetector(session)
    images = ([page.pixels for page in bench.pages] * BATCH)[:BATCH]
    limit_s = bench.given.part_s / 3
    ours = rate(partial(detector.detect, images, _CONFIDENCE), limit_s) * BATCH
    found: dict[str, object] = {"batch": BATCH, "ours, images a second": ours}
    if not python.is_file():
        return found | {"ultralytics": f"not measured: there is no {python}"}
    with open_ultralytics(python, file, detector, images, bench.given.device) as theirs:
        best_ms = min(theirs.run(BATCH)[0] for _ in range(3))
    ratio = ours * best_ms / 1000
    bench.report.check_speed(f"detection is {ratio:.2f} times ultralytics' rate", ratio >= 1)
    return found | {theirs.said: 1000 / best_ms}
