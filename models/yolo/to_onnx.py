"""Weights of ultralytics as ONNX, accepted only where both compute the same on the same pictures.

torch and ultralytics are not in the service's environment: `export_ultralytics.py` runs with
another interpreter. Weights are a pickle, which can run any code: convert only those you trust.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.core.errors import BadInput, EngineFailure
from vision.engines.onnx_session import open_session
from vision.object_detection.spec import Head
from vision.object_detection.yolo import YoloDetector

BOX_TOLERANCE_PX = 0.05
SCORE_TOLERANCE = 1e-3

_SCRIPT = Path(__file__).with_name("export_ultralytics.py")
_TIMEOUT_S = 900
_ENVIRONMENT = {
    "PYTHONWARNINGS": "ignore",
    "YOLO_AUTOINSTALL": "false",  # ultralytics would install missing packages
    "YOLO_VERBOSE": "false",
    "OMP_NUM_THREADS": "1",
}

_Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Parity:
    """The largest differences between torch and ONNX Runtime, and over how many boxes."""

    head: Head
    box_px: float
    score: float
    compared: int


class TrainingEnvironment:
    """An interpreter with torch, onnx and ultralytics, and the weights that it loads."""

    def __init__(self, python: Path, weights: Path, *, raw: bool = False) -> None:
        self._python = python
        self._weights = weights
        self._head = ["--raw"] if raw else []

    def write(self, out: Path, size: int | None, licence: str | None) -> None:
        """Write the weights as ONNX. BadInput `model_refused` with the script's message."""
        arguments = ["write", self._weights, out, *self._head]
        arguments += ["--size", size] if size else []
        arguments += ["--licence", licence] if licence else []
        self._run(arguments)

    def answer(self, batch: _Numbers, folder: Path) -> _Numbers:
        """The output of torch for a batch [B, 3, H, W]; files are exchanged through `folder`."""
        images, out = folder / "images.npy", folder / "answer.npy"
        np.save(images, batch)
        self._run(["answer", self._weights, images, out, *self._head])
        return np.asarray(np.load(out), np.float32)

    def _run(self, arguments: Sequence[object]) -> None:
        command = [str(self._python), str(_SCRIPT), *map(str, arguments)]
        try:
            ended = subprocess.run(
                command, env={**os.environ, **_ENVIRONMENT}, capture_output=True, text=True,
                check=False, timeout=_TIMEOUT_S,
            )  # fmt: skip
        except OSError as error:
            raise BadInput("model_refused", f"{self._python}: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise EngineFailure(
                "export_failed", f"{self._weights.name} was not exported within {_TIMEOUT_S} s"
            ) from error
        if ended.returncode:
            lines = ended.stderr.strip().splitlines()
            reason = lines[-1] if lines else f"the export ended with status {ended.returncode}"
            raise BadInput("model_refused", f"{self._weights.name}: {reason}")


def check_parity(
    onnx: Path, environment: TrainingEnvironment, pictures: Sequence[Image], folder: Path
) -> Parity:
    """Compare both on exactly the input that the service would feed to its network.

    EngineFailure `parity_failed` where boxes or scores differ by more than the tolerances, or
    where nothing could be compared.
    """
    session = open_session(onnx, name=onnx.stem, version="", sha256="", device="cpu")
    detector = YoloDetector(session)
    batch, _ = detector.prepare(pictures)
    converted = detector.infer(batch)
    original = environment.answer(batch, folder)
    if converted.shape != original.shape:
        raise EngineFailure(
            "parity_failed",
            f"the output of ONNX has the shape {converted.shape}, that of torch {original.shape}",
        )
    parity = compare(detector.head, converted, original)
    if not parity.compared:
        raise EngineFailure(
            "parity_failed",
            "the network scores all boxes alike on these pictures, so nothing can be compared: give"
            " pictures of what it detects (`--image`)",
        )
    if parity.box_px > BOX_TOLERANCE_PX or parity.score > SCORE_TOLERANCE:
        raise EngineFailure(
            "parity_failed",
            f"ONNX and torch differ by {parity.box_px:.3g} px and {parity.score:.3g} of score over"
            f" {parity.compared} boxes; {BOX_TOLERANCE_PX} px and {SCORE_TOLERANCE} are allowed: do"
            " not use this export",
        )
    return parity


def compare(head: Head, ours: _Numbers, theirs: _Numbers) -> Parity:
    """The largest differences of boxes (pixels of the input) and scores between two raw outputs."""
    if head == "end2end":
        return _compare_chosen(ours, theirs)
    difference = np.abs(ours - theirs)
    boxes, scores = difference[:, :4], difference[:, 4:]
    places = ours.shape[0] * ours.shape[2]
    return Parity(head, float(boxes.max()), float(scores.max()), places)


def _compare_chosen(ours: _Numbers, theirs: _Numbers) -> Parity:
    """[B, K, 6] each. Which boxes come last, and in what order, is arbitrary for equal scores.

    So each box is compared with the most similar one of its class on the other side, and boxes
    whose score is within the tolerance of the lowest one are left out.
    """
    worst = np.zeros(2)
    compared = 0
    for mine, other in zip(ours, theirs, strict=True):
        for these, those in ((mine, other), (other, mine)):
            ranked = these[these[:, 4] > these[:, 4].min() + SCORE_TOLERANCE]
            compared += len(ranked)
            if len(ranked):
                worst = np.maximum(worst, _largest_distance(ranked, those))
    return Parity("end2end", float(worst[0]), float(worst[1]), compared // 2)


def _largest_distance(these: _Numbers, those: _Numbers) -> NDArray[np.float64]:
    """Largest difference in pixels and in score between rows and the most similar of the others."""
    pixels = np.abs(these[:, None, :4] - those[None, :, :4]).max(axis=2)
    pixels = np.where(these[:, None, 5] == those[None, :, 5], pixels, np.inf)
    nearest = pixels.argmin(axis=1)
    rows = np.arange(len(these))
    scores = np.abs(these[:, 4] - those[nearest, 4])
    return np.array([pixels[rows, nearest].max(), scores.max()])
