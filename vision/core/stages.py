"""What the stages of a reading pass to each other; `protocols.py` has the stages themselves.

Images are uint8 RGB arrays of shape [height, width, 3] unless stated otherwise. Three frames occur:
the *page* (as the user sees it, upright), the *working image* (the page deskewed, evened and
scaled for reading) and the *crop* of one line. Affine matrices map the latter two to the page.

Every stage returns its result together with the models that took part: receipts are made of these.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Affine, Boxes, Grey, Homography, Image
from vision.core.document import (
    Box,
    Character,
    ModelUse,
    PageWarning,
    Polygon,
    Preparation,
)
from vision.core.grid import RuledGrid
from vision.core.text_layer import TextLayer


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

    `ink` is 1 where there is ink. `labels` numbers its connected pieces from 1, `pieces` are their
    boxes in that order, `boxes` those of about the commonest size. `ground` is the paper without
    its ink, a thumbnail.
    """

    grey: Grey
    factor: float
    ink: Grey
    labels: NDArray[np.uint16] | NDArray[np.int32]
    pieces: Boxes
    boxes: Boxes
    ground: Grey


class Photograph(NamedTuple):
    """The image that a rectified page was cut from, turned as the page was.

    `to_photograph` maps the page frame to its pixels, in which results are given.
    """

    upright: Image
    to_photograph: Homography


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page ready for reading.

    `upright` is the page frame (turned by `rotation` degrees clockwise), which detectors see;
    `working` is the image that line finders see, and `to_page` maps its coordinates to the page.
    `text` was measured on `working`, before a screen of dots was smoothed away; None where only the
    page before its last changes was measured.
    `models` took part in preparing it. `photograph` is there where the page was rectified. `grids`
    are what its ruling lines draw, once they were looked for.
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
    models: tuple[ModelUse, ...] = ()
    photograph: Photograph | None = None
    grids: tuple[RuledGrid, ...] = ()


class Orientation(NamedTuple):
    """The clockwise turn in degrees (0, 90, 180, 270) that makes a page upright.

    `confidence` is 0 to 1, and 0 where there was too little text to judge. `detail` states the
    evidence where it is not all for this turn; `models` ran.
    """

    turn: int
    confidence: float
    models: tuple[ModelUse, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Detection:
    """One region that a detector found, in the frame of the image it was given."""

    label: str
    confidence: float
    box: Box


class Detections(NamedTuple):
    """What a detector found on one image, most confident first, and the models that ran."""

    found: tuple[Detection, ...]
    models: tuple[ModelUse, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A text line that was found, in the frame of the image searched.

    `quad` runs clockwise from the text's own top-left corner; `confidence` is the finder's own.
    `room` is how many pixels at its top, and as many at its bottom, are there for recognisers that
    want more than the letters. `text` is what its shape shows it to be, and need not be read. Of a
    line that bends, `middle` has points from left to right, and `height` is that of its text.
    `loose` says that more rows may lie above and below its letters than a recogniser wants,
    `enclosed` that it is a character within a disc or ring.
    """

    quad: Polygon
    confidence: float = 1.0
    room: float = 0.0
    text: str = ""
    middle: Polygon = ()
    height: float = 0.0
    loose: bool = False
    enclosed: bool = False


class FoundLines(NamedTuple):
    """Lines in no promised order, the name of the finder that found them, and its models.

    `warnings` are about lines that were found and left out.
    """

    lines: tuple[FoundLine, ...]
    finder: str
    models: tuple[ModelUse, ...] = ()
    warnings: tuple[PageWarning, ...] = ()


class Hidden(NamedTuple):
    """Where something lies over the print: `mask` is 1 there, `from_page` maps to its pixels."""

    mask: Grey
    from_page: Affine


@dataclass(slots=True, eq=False)
class LineMeasures:
    """What was measured of a line image, kept with it since many parts ask: see `imaging/grey.py`.

    `levels` are the grey values of ink, of what most of it is, and of paper.
    """

    grey: Grey | None = None
    levels: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class LineCrop:
    """An upright image of one line. `to_page` maps crop coordinates to page coordinates.

    `characters` asks for the box and confidence of every character. `before` is what stands left of
    the crop, as high as it, where no other line does: a bullet or a box may be there. `below` are
    the rows under the crop, as wide as it: an underscore may be there. `room` rows at the top, and
    as many at the bottom, are left out by recognisers that want the letters alone. `text` is known
    where the line's shape shows it. `only_marks` says that a first recogniser is confident of the
    line's words, and only a mark at its end is in question. Of a line that was straightened,
    `shifts` has how far each column stood below its place in the crop. `hidden` is there where ink
    over the page hides print.
    """

    pixels: Image
    to_page: Affine
    languages: tuple[str, ...]
    characters: bool = False
    before: Image | None = None
    below: Image | None = None
    room: int = 0
    text: str = ""
    only_marks: bool = False
    shifts: NDArray[np.float32] | None = None
    hidden: Hidden | None = None
    measures: LineMeasures = field(
        default_factory=LineMeasures, init=False, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class CropWord:
    """A word with its box, and those of its characters if asked for, in crop coordinates.

    `listed` tells whether its language's word list has it; None where that was not looked up, or
    where it is no word of two letters and more. `confirmed` tells whether another recogniser read
    the same letters there; None where no other was asked. `incomplete` where ink at its ends
    belongs to no character that was read. `engine` names the recogniser of a word that was read by
    another one than its line.
    """

    text: str
    confidence: float
    box: Box
    characters: tuple[Character, ...] = ()
    listed: bool | None = None
    confirmed: bool | None = None
    incomplete: bool = False
    engine: str = ""


@dataclass(frozen=True, slots=True)
class LineReading:
    """What a recogniser read in one crop; empty text where it read nothing.

    `engine` is the name of the recogniser that read it, `models` are those that took part.
    `disputed` where another recogniser found no text, `gapped` where a word holds a gap as wide as
    a space, `accented` where ink above a word is no part of what was read. `rejected` is what was
    read with too little confidence to be given as text.
    """

    text: str
    confidence: float
    words: tuple[CropWord, ...] = ()
    engine: str = ""
    models: tuple[ModelUse, ...] = ()
    disputed: bool = False
    gapped: bool = False
    accented: bool = False
    rejected: str = ""


class ListMark(NamedTuple):
    """A bullet or box before a line, in the coordinates of the line's crop."""

    text: str
    confidence: float
    box: Box


class DetachedMarks(NamedTuple):
    """Crops without their list marks, the mark of each, and the models that took part."""

    crops: list[LineCrop]
    marks: list[ListMark | None]
    models: tuple[ModelUse, ...] = ()


class Reread(NamedTuple):
    """Confidences, `at_least` to `below`, whose lines another recogniser will read again.

    `second` is the name of that recogniser. A recogniser may save the effort of reading such lines
    well.
    """

    at_least: float = 0.0
    below: float = 0.0
    second: str = ""

    def covers(self, confidence: float) -> bool:
        """Whether a line of this confidence is read again."""
        return self.at_least <= confidence < self.below


NEVER = Reread()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an analysis has to say of a page, as JSON has it, and the models that took part."""

    value: Any
    models: tuple[ModelUse, ...] = ()


class ScriptGuess(NamedTuple):
    """A script by the first word of Unicode's names of its letters, CJK with kana.

    `confidence` is the detector's own, from 0 up.
    """

    script: str
    confidence: float
    models: tuple[ModelUse, ...] = ()
