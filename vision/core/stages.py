"""What the stages of a reading hand to each other, and the protocols that make them swappable.

Images are uint8 RGB arrays of shape [height, width, 3] unless said otherwise. Three frames occur:
the *page* (as the user sees it, upright), the *working image* (the page deskewed, evened and
scaled for reading) and the *crop* of one line. `Placement` maps the latter two back to the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box, Character, ModelUse, PageWarning, Polygon, Preparation
from vision.core.text_layer import TextLayer

Image = NDArray[np.uint8]
Grey = NDArray[np.uint8]  # [height, width]
Boxes = NDArray[np.int32]  # [n, 4]: x, y, width, height
Affine = NDArray[np.float64]  # [2, 3]: (x, y, 1) in one frame to (x, y) in another


@dataclass(frozen=True, slots=True)
class PageImage:
    """One decoded page: EXIF orientation applied, alpha laid on white. `number` counts from 1.

    `decode_ms` is how long decoding took, for the receipt. `text_layer` is what a PDF says of its
    own text, in pixels of the page, and None where it says nothing.
    """

    number: int
    pixels: Image
    dpi: float | None = None
    warnings: tuple[PageWarning, ...] = ()
    decode_ms: float = 0.0
    text_layer: TextLayer | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """What a page is measured on: `grey` is it shrunk by `factor`, and all else is in its pixels.

    `labels` numbers the connected pieces of ink from 1, `pieces` are their boxes in that order,
    `boxes` those of about the commonest size. `ground` is the paper without its ink, a thumbnail.
    """

    grey: Grey
    factor: float
    labels: NDArray[np.uint16] | NDArray[np.int32]
    pieces: Boxes
    boxes: Boxes
    ground: Grey


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page ready for reading.

    `upright` is the page frame (turned by `rotation` degrees clockwise), `working` the image that
    finders and detectors see, `to_page` maps working coordinates to page coordinates. `text` is
    what was measured on `working`, None where only the page before its last changes was measured.
    """

    number: int
    upright: Image
    working: Image
    to_page: Affine
    dpi: float | None
    rotation: int
    skew: float
    preparation: tuple[Preparation, ...] = ()
    warnings: tuple[PageWarning, ...] = ()
    text: Letters | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """One finding of a detector, in the frame of the image it was given."""

    label: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A text line that was found, in the frame of the image searched.

    `quad` runs clockwise from the text's own top-left corner; `confidence` is the finder's own.
    """

    quad: Polygon
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class LineCrop:
    """An upright image of one line. `to_page` maps crop coordinates to page coordinates.

    `text_height` is the height in crop pixels of the found line without its padding, `characters`
    whether to say where each character of a word stands. What is read with a confidence from
    `draft[0]` to below `draft[1]` is read again by another recogniser: the cheapest way will do.
    `narrowing` is the share of its usual width that suffices for reading it.
    """

    pixels: Image
    to_page: Affine
    languages: tuple[str, ...]
    text_height: float
    characters: bool = False
    draft: tuple[float, float] = (0.0, 0.0)
    narrowing: float = 1.0


@dataclass(frozen=True, slots=True)
class CropWord:
    """A word with its box, and those of its characters if asked for, in crop coordinates.

    `listed` tells whether its language's word list has it; None where that was not looked up, or
    where it is no word of two letters and more.
    """

    text: str
    confidence: float
    box: Box
    characters: tuple[Character, ...] = ()
    listed: bool | None = None


@dataclass(frozen=True, slots=True)
class LineReading:
    """What a recogniser read in one crop; empty text where it read nothing.

    `engine` is the name of the recogniser where several may have read.
    """

    text: str
    confidence: float
    words: tuple[CropWord, ...] = ()
    engine: str = ""


class LineFinder(Protocol):
    """Finds text lines on a working image."""

    name: str

    def find(self, image: Image, languages: Sequence[str]) -> list[FoundLine]:
        """Lines in no promised order. `languages` matter to finders that look at letters."""
        ...

    def models(self) -> tuple[ModelUse, ...]:
        """The models that take part, with their proven providers."""
        ...


class Recogniser(Protocol):
    """Reads many line crops at once: of one page or of many pages and jobs."""

    name: str

    def recognise(self, crops: Sequence[LineCrop]) -> list[LineReading]:
        """One reading for each crop, in the same order. Crops may differ in language."""
        ...

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The models that would take part for these languages."""
        ...

    def languages(self) -> tuple[str, ...]:
        """Language codes that this recogniser can read here and now, sorted."""
        ...


class Detector(Protocol):
    """Finds labelled regions on many images at once."""

    name: str

    def detect(self, images: Sequence[Image], min_confidence: float) -> list[tuple[Detection, ...]]:
        """Detections for each image, in its own frame, most confident first."""
        ...

    def models(self) -> tuple[ModelUse, ...]:
        """The model that takes part, with its proven provider."""
        ...


@dataclass(frozen=True, slots=True)
class Stages:
    """The engines of one process, by the names that options choose them by."""

    finders: Mapping[str, LineFinder]
    recognisers: Mapping[str, Recogniser]
    detectors: Mapping[str, Detector]
