"""What options may be chosen from, as `--help` shows it."""

from enum import StrEnum


class Profile(StrEnum):
    """The sets of choices by name, as `--help` shows them."""

    fast = "fast"
    balanced = "balanced"
    accurate = "accurate"


class LineFinder(StrEnum):
    """The line finders by name, as `--help` shows them."""

    auto = "auto"
    classical = "classical"
    learned = "learned"
    tesseract = "tesseract"


class Recogniser(StrEnum):
    """The recognisers by name, as `--help` shows them."""

    tesseract = "tesseract"
    lstm = "lstm"
    ppocr = "ppocr"


class SecondReader(StrEnum):
    """Who reads doubtful lines again, as `--help` shows them."""

    ppocr = "ppocr"
    off = "off"


class FigureText(StrEnum):
    """What becomes of text inside figures, as `--help` shows it."""

    keep = "keep"
    leave_out = "leave_out"


class Characters(StrEnum):
    """What is said of single characters, as `--help` shows it."""

    off = "off"
    boxes = "boxes"


class Ocr(StrEnum):
    """Whether text is recognised where a PDF states it, as `--help` shows it."""

    auto = "auto"
    force = "force"
    off = "off"
