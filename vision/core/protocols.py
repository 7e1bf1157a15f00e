"""The protocols that make the stages of a reading replaceable.

Every stage returns its result together with the models that took part: receipts are made of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vision.core.arrays import Image
from vision.core.document import (
    Document,
    ModelUse,
    Page,
    Polygon,
)
from vision.core.stages import (
    NEVER,
    Analysis,
    DetachedMarks,
    Detections,
    FoundLines,
    Letters,
    LineCrop,
    LineReading,
    Orientation,
    Reread,
    ScriptGuess,
)


class Rectifier(Protocol):
    """Finds the page in a photograph."""

    name: str

    def find_outline(self, photograph: Image, text: Letters) -> Polygon | None:
        """The page's corners in pixels, clockwise from the one nearest to the top left, if clear.

        `text` was measured on the photograph.
        """
        ...


class LineFinder(Protocol):
    """Finds text lines on a working image."""

    name: str

    def find(
        self, image: Image, languages: Sequence[str], letters: Letters | None = None
    ) -> FoundLines:
        """The lines of a page; `letters` is what was measured on this very image, if anything."""
        ...

    def models(self) -> tuple[ModelUse, ...]:
        """The models that may take part, with their proven providers."""
        ...


class Recogniser(Protocol):
    """Reads many line crops at once: of one page or of many pages and jobs."""

    name: str

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        """One reading for each crop, in the same order. Crops may differ in language."""
        ...

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The models that may take part for these languages."""
        ...

    def languages(self) -> tuple[str, ...]:
        """Language codes that this recogniser can read here and now, sorted."""
        ...


class MarkReader(Protocol):
    """Reads characters that recognisers have no class for."""

    def detach(self, crops: Sequence[LineCrop]) -> DetachedMarks:
        """Lines without the bullets and boxes that stand before their text."""
        ...

    def correct(
        self, crops: Sequence[LineCrop], readings: Sequence[LineReading], digits: "Recogniser"
    ) -> tuple[list[LineReading], tuple[ModelUse, ...]]:
        """The readings, corrected, and the models that took part.

        `digits` reads what stands before a fraction.
        """
        ...


class Detector(Protocol):
    """Finds labelled regions on many images at once."""

    name: str

    def detect(self, images: Sequence[Image], min_confidence: float) -> list[Detections]:
        """Detections for each image, in its own frame."""
        ...

    def models(self) -> tuple[ModelUse, ...]:
        """The model that may take part, with its proven provider."""
        ...


class Orienter(Protocol):
    """Detects which way up a page is."""

    def turn_needed(self, text: Letters) -> Orientation:
        """The turn that makes the page upright, by its letters."""
        ...


class ScriptDetector(Protocol):
    """Recognises the script of a page without reading it."""

    def script_of(self, crops: Sequence[LineCrop]) -> ScriptGuess | None:
        """The script of most of these lines; None where it cannot tell."""
        ...


class PageAnalysis(Protocol):
    """Derives something from a page that was read, such as fields."""

    name: str

    def analyse(self, page: Page, image: Image) -> Analysis:
        """What is to be said of the page; `image` is it in the frame of its coordinates."""
        ...


class DocumentAnalysis(Protocol):
    """Derives something from a whole document, such as its class."""

    name: str

    def analyse(self, document: Document) -> Any:
        """What is to be said of the document, as JSON has it."""
        ...


@dataclass(frozen=True, slots=True)
class Stages:
    """The engines of one process, by the names that options choose them by.

    Without a script detector only scripts of installed languages are noticed.
    """

    finders: Mapping[str, LineFinder]
    recognisers: Mapping[str, Recogniser]
    detectors: Mapping[str, Detector]
    second_readers: Mapping[str, Recogniser] = field(default_factory=dict)
    analyses: Mapping[str, PageAnalysis] = field(default_factory=dict)
    rectifiers: Mapping[str, Rectifier] = field(default_factory=dict)
    script_detector: ScriptDetector | None = None
    marks: MarkReader | None = None
