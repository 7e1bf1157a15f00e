"""A known page read by the real stages: proof that they work here, on what, and how fast."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from vision.core.arrays import Image
from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.core.protocols import Detector, LineFinder, Recogniser
from vision.core.stages import FoundLine, LineCrop
from vision.engines.onnx_session import CPU_PROVIDER, CUDA_PROVIDER, Device

CANARY_LINES = ("Total amount due", "Invoice 2071")

_WIDTH, _HEIGHT = 640, 240
_TEXT_HEIGHT = 40
_MARGIN = 6  # pixels around a found line, so that no stroke is cut off
_LOWEST_CONFIDENCE = 0.25


@dataclass(frozen=True, slots=True)
class CanaryReport:
    """Milliseconds of each stage, warm, and the models that took part with their providers."""

    stage_ms: dict[str, float]
    models: tuple[ModelUse, ...]


def run_canary(
    finder: LineFinder,
    recogniser: Recogniser,
    detectors: Sequence[Detector] = (),
    *,
    language: str = "eng",
    device: Device = "auto",
) -> CanaryReport:
    """Read the drawn page twice and time the second reading.

    EngineFailure `provider_missing` where `cuda` or `cpu` was asked for and an ONNX model runs
    elsewhere; `canary_failed` where another text comes back than was drawn.
    """
    models = _models(finder, recogniser, detectors, language)
    _check_providers(models, device)
    page = draw_canary()
    _read(page, finder, recogniser, detectors, language)
    stage_ms, lines = _read(page, finder, recogniser, detectors, language)
    if lines != CANARY_LINES:
        raise EngineFailure(
            "canary_failed",
            f"the canary page says {list(CANARY_LINES)} but {finder.name} and {recogniser.name}"
            f" read {list(lines)}: reinstall the models, or run on the CPU",
        )
    return CanaryReport(stage_ms, models)


def draw_canary() -> Image:
    """The page: two lines of black text on white, in the typeface that Pillow carries."""
    page = PillowImage.new("RGB", (_WIDTH, _HEIGHT), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(_TEXT_HEIGHT)
    for row, line in enumerate(CANARY_LINES):
        pen.text((48, 48 + row * 80), line, fill="black", font=font)
    return np.asarray(page)


def _read(
    page: Image,
    finder: LineFinder,
    recogniser: Recogniser,
    detectors: Sequence[Detector],
    language: str,
) -> tuple[dict[str, float], tuple[str, ...]]:
    clock = [time.perf_counter()]
    for detector in detectors:
        detector.detect([page], _LOWEST_CONFIDENCE)
    clock.append(time.perf_counter())
    found = finder.find(page, [language]).lines
    clock.append(time.perf_counter())
    crops = [_crop(page, line, language) for line in sorted(found, key=_top)]
    lines = tuple(reading.text for reading in recogniser.recognise(crops) if reading.text)
    clock.append(time.perf_counter())
    detect, find, recognise = (np.diff(clock) * 1000).tolist()
    return {"detect": detect, "find": find, "recognise": recognise}, lines


def _top(line: FoundLine) -> float:
    return min(y for _, y in line.quad)


def _crop(page: Image, line: FoundLine, language: str) -> LineCrop:
    """The upright rectangle around a line: the canary page is never tilted."""
    corners = np.array(line.quad)
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - _MARGIN, 0)
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + _MARGIN
    to_page = np.array([[1.0, 0.0, x0], [0.0, 1.0, y0]])
    return LineCrop(page[y0:y1, x0:x1], to_page, (language,))


def _models(
    finder: LineFinder, recogniser: Recogniser, detectors: Sequence[Detector], language: str
) -> tuple[ModelUse, ...]:
    detecting = (use for detector in detectors for use in detector.models())
    return tuple(dict.fromkeys((*detecting, *finder.models(), *recogniser.models([language]))))


def _check_providers(models: Sequence[ModelUse], device: Device) -> None:
    """Engines without ONNX Runtime, such as native Tesseract, name a provider of their own."""
    if device == "auto":
        return
    wanted = {"cpu": CPU_PROVIDER, "cuda": CUDA_PROVIDER}[device]
    for use in models:
        if use.provider.endswith("ExecutionProvider") and use.provider != wanted:
            raise EngineFailure(
                "provider_missing",
                f"{device} was asked for but model {use.name} runs on {use.provider}",
            )
