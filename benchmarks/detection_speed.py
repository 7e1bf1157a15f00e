"""CPU time a page of our detector beside ultralytics predicting with the same ONNX file.

    python -m benchmarks.detection_speed --ultralytics-python .training/bin/python \
        [--model FILE.onnx] [--data ../shared/data] [--rounds 7]

Rounds of both take turns in one run, each on one thread; decoding of files is left out for both.
The exit status says whether ours was faster at every batch size.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO, Any

import cv2
import numpy as np

from models.registry.resolve import resolve
from vision.core.arrays import Image
from vision.core.limits import Limits
from vision.engines.onnx_session import open_session
from vision.input.decode import decode_page
from vision.object_detection.yolo import YoloDetector

_CHILD = Path(__file__).with_name("detection_speed_child.py")
_SAMPLE = Path(__file__).parents[1] / "samples" / "invoice.pdf"
_PAGES = 8
_BATCHES = (1, 8)
_CONFIDENCE, _IOU = 0.25, 0.65


class Ultralytics:
    """The other side, in a process of its own that waits for its turn."""

    def __init__(self, words: IO[str], answers: IO[str]) -> None:
        self._words, self._answers = words, answers
        self.said = self._answer()["ready"]

    def run(self, batch: int) -> tuple[float, int]:
        """Milliseconds a page (of the processor, or by the clock on a GPU), and the boxes found."""
        self._words.write(f"{batch}\n")
        self._words.flush()
        answer = self._answer()
        return float(answer["ms"]), int(answer["boxes"])

    def _answer(self) -> dict[str, Any]:
        """The next line of JSON; ultralytics may print others before it."""
        for line in self._answers:
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise SystemExit("ultralytics ended without an answer; its complaint stands above")


def main() -> int:
    """Measure both in turns and print the medians; 0 when ours is faster at every size."""
    options = _options()
    cv2.setNumThreads(1)
    model = options.model or resolve("pagesight-doc").path
    session = open_session(model, name=model.stem, version="", sha256="", device="cpu", threads=1)
    detector = YoloDetector(session)
    pages = _pages(options.data)
    height, width = detector.size
    print(f"{model.name} at {height} x {width}; {len(pages)} pages of {pages[0].shape[:2]} pixels")
    with open_ultralytics(options.ultralytics_python, model, detector, pages) as theirs:
        print(theirs.said)
        faster = [_compare(detector, pages, theirs, size, options.rounds) for size in _BATCHES]
    return 0 if all(faster) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ultralytics-python", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def _compare(
    detector: YoloDetector, pages: Sequence[Image], theirs: Ultralytics, batch: int, rounds: int
) -> bool:
    ours_ms, theirs_ms, boxes = [], [], (0, 0)
    for _ in range(rounds):
        mine, found = _run(detector, pages, batch)
        other, found_there = theirs.run(batch)
        ours_ms.append(mine)
        theirs_ms.append(other)
        boxes = (found, found_there)
    total, other = (median(each) for each in (np.sum(ours_ms, axis=1), theirs_ms))
    letterbox, network, decode = np.median(ours_ms, axis=0)
    print(
        f"batch {batch}: ours {total:.1f} ms a page (letterbox {letterbox:.1f}, network"
        f" {network:.1f}, decoding {decode:.1f}; least {np.sum(ours_ms, axis=1).min():.1f}),"
        f" ultralytics {other:.1f} (least {min(theirs_ms):.1f}): {other / total:.2f} times;"
        f" boxes {boxes[0]} and {boxes[1]}"
    )
    return bool(total < other)


def _run(detector: YoloDetector, pages: Sequence[Image], batch: int) -> tuple[list[float], int]:
    """CPU milliseconds a page of each step, and the boxes, given `batch` pages at a time.

    The network takes as many of them at once as `YoloDetector.detect` would give it.
    """
    spent, boxes = np.zeros(3), 0
    for at in range(0, len(pages), batch):
        for share in detector.shares(pages[at : at + batch]):
            clock = [time.process_time()]
            prepared, plans = detector.prepare(share)
            clock.append(time.process_time())
            raw = detector.infer(prepared)
            clock.append(time.process_time())
            boxes += sum(map(len, detector.decode(raw, plans, _CONFIDENCE, prepared.shape[2:])))
            clock.append(time.process_time())
            spent += np.diff(clock)
    return (spent * 1000 / len(pages)).tolist(), boxes


def _pages(data: Path) -> list[Image]:
    """Pages of journals where the evaluation pages are here, else the sample invoice at 150 dpi."""
    files = sorted((data / "publaynet" / "images").glob("*"))[:_PAGES]
    if not files:
        return [decode_page(_SAMPLE, 1, 150, Limits()).pixels] * _PAGES
    return [decode_page(path, 1, 150, Limits()).pixels for path in files]


@contextmanager
def open_ultralytics(
    python: Path, model: Path, detector: YoloDetector, pages: Sequence[Image], device: str = "cpu"
) -> Iterator[Ultralytics]:
    """Ultralytics with these pages on this device; on a GPU its times are the clock's."""
    with tempfile.TemporaryDirectory(prefix="pagesight-") as folder:
        kept = Path(folder) / "pages.npz"
        np.savez(kept, *pages)
        words = [python, _CHILD, model, kept, detector.size[0], _CONFIDENCE, _IOU, device]
        env = {**os.environ, "OMP_NUM_THREADS": "1", "YOLO_AUTOINSTALL": "false"}
        with subprocess.Popen(
            list(map(str, words)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
        ) as child:
            if child.stdin is None or child.stdout is None:
                raise SystemExit("no pipes to the other process")
            yield Ultralytics(child.stdin, child.stdout)
            child.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
