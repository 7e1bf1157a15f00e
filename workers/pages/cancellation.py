"""Stages that ask before each call whether the page is still wanted.

So a cancelled job or a lost claim stops between stages: the GPU does not go on for nothing.
"""

from collections.abc import Callable, Sequence

from vision.core.document import ModelUse
from vision.core.stages import (
    Detection,
    Detector,
    FoundLine,
    Image,
    LineCrop,
    LineFinder,
    LineReading,
    Recogniser,
    Stages,
)

Check = Callable[[], None]


def with_checkpoints(stages: Stages, check: Check) -> Stages:
    """The same stages, calling `check` first, which raises to stop the reading."""
    return Stages(
        finders={name: _Finder(each, check) for name, each in stages.finders.items()},
        recognisers={name: _Recogniser(each, check) for name, each in stages.recognisers.items()},
        detectors={name: _Detector(each, check) for name, each in stages.detectors.items()},
    )


class _Finder:
    def __init__(self, inner: LineFinder, check: Check) -> None:
        self.name = inner.name
        self.models = inner.models
        self._inner = inner
        self._check = check

    def find(self, image: Image, languages: Sequence[str]) -> list[FoundLine]:
        self._check()
        return self._inner.find(image, languages)


class _Recogniser:
    def __init__(self, inner: Recogniser, check: Check) -> None:
        self.name = inner.name
        self.models: Callable[[Sequence[str]], tuple[ModelUse, ...]] = inner.models
        self.languages = inner.languages
        self._inner = inner
        self._check = check

    def recognise(self, crops: Sequence[LineCrop]) -> list[LineReading]:
        self._check()
        return self._inner.recognise(crops)


class _Detector:
    def __init__(self, inner: Detector, check: Check) -> None:
        self.name = inner.name
        self.models = inner.models
        self._inner = inner
        self._check = check

    def detect(self, images: Sequence[Image], min_confidence: float) -> list[tuple[Detection, ...]]:
        self._check()
        return self._inner.detect(images, min_confidence)
