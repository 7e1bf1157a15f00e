"""Runs the detectors of a job on a page, and keeps what they are too little confident of apart."""

from collections.abc import Iterable
from typing import NamedTuple

from vision.core.arrays import Image
from vision.core.document import ModelUse
from vision.core.protocols import Detector
from vision.core.stages import Detection

Finding = tuple[str, Detection]  # catalogue name of the model, what it found in the page frame

_WEAK = 0.02  # confidence of what other evidence may raise to a region


class Regions(NamedTuple):
    """What detectors found; `weak` is too little for a region, until other evidence adds to it."""

    found: list[Finding]
    weak: list[Finding]
    models: tuple[ModelUse, ...]


def detect(image: Image, detectors: Iterable[Detector], least: float) -> Regions:
    """All that the detectors find on an RGB page, apart by whether they are `least` confident."""
    found: list[Finding] = []
    weak: list[Finding] = []
    models: list[ModelUse] = []
    for detector in detectors:
        (page,) = detector.detect([image], min(least, _WEAK))
        for each in page.found:
            (found if each.confidence >= least else weak).append((detector.name, each))
        models += page.models
    return Regions(found, weak, tuple(models))
