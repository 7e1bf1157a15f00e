"""The network that tells fractions, raised and lowered digits, bullets and check boxes apart."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.core.document import ModelUse
from vision.engines.onnx_session import Session
from vision.engines.resources import Resources
from vision.recognition.marks.window import Window

MODEL = "pagesight-marks"


class Verdict(NamedTuple):
    """The likeliest of the marks that were asked for, and the probability of any of them."""

    mark: str
    probability: float


class MarkClassifier:
    """Classifies windows; safe from many threads. The session's metadata names its classes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._marks = session.metadata["marks"].split("\n")

    @property
    def use(self) -> ModelUse:
        """The model, with its proven provider."""
        return self._session.use

    def classify(
        self, windows: Sequence[Window], allowed: Sequence[Collection[str]]
    ) -> list[Verdict]:
        """For each window the likeliest of the marks allowed there."""
        if not windows:
            return []
        name = self._session.inputs[0].name
        (chances,) = self._session.run({name: np.stack(windows)})
        return [self._verdict(row, marks) for row, marks in zip(chances, allowed, strict=True)]

    def _verdict(self, chances: NDArray[np.float32], allowed: Collection[str]) -> Verdict:
        """Marks of a kind look alike, a small disc like a large one: their chances are added."""
        of_kind = [(float(chances[self._marks.index(mark)]), mark) for mark in allowed]
        return Verdict(max(of_kind)[1], sum(chance for chance, _ in of_kind))


def open_mark_classifier(resources: Resources) -> MarkClassifier:
    """The classifier with its model. EngineFailure where it is missing or cannot run."""
    return MarkClassifier(resources.session(MODEL))
