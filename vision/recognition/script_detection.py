"""The script of a page by the shapes of its letters: Tesseract's model `osd`, shown some lines."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vision.core.arrays import Grey
from vision.core.stages import LineCrop, ScriptGuess
from vision.engines.tessdata import OSD
from vision.engines.tesseract_library import Tesseract
from vision.imaging.grey import grey_of

_LINES, _HEIGHT, _GAP, _WIDTH = 12, 40, 20, 1600  # of the image that is judged, in pixels
# Unicode's names of scripts, where they are not Tesseract's in capitals.
_NAMES = {"Han": "CJK", "Japanese": "CJK", "Korean": "HANGUL", "Fraktur": "LATIN"}


class TesseractScripts:
    """vision.core.protocols.ScriptDetector by libtesseract. About 300 ms a page."""

    def __init__(self, tesseract: Tesseract) -> None:
        self._tesseract = tesseract

    def script_of(self, crops: Sequence[LineCrop]) -> ScriptGuess | None:
        """The script of the longest lines; None where too few letters are found."""
        found = self._tesseract.script_of(_sheet(crops)) if crops else None
        if found is None:
            return None
        name, confidence = found
        script = _NAMES.get(name, name.upper())
        return ScriptGuess(script, confidence, self._tesseract.models((OSD,)))


def open_script_detector(tessdata: Path) -> TesseractScripts | None:
    """The detector; None where its model is not installed."""
    if not (tessdata / f"{OSD}.traineddata").is_file():
        return None
    return TesseractScripts(Tesseract(tessdata))


def _sheet(crops: Sequence[LineCrop]) -> Grey:
    """The longest lines below each other, all of one height."""
    longest = sorted(crops, key=lambda crop: -crop.pixels.shape[1] / crop.pixels.shape[0])[:_LINES]
    sheet = np.full((_GAP + len(longest) * (_HEIGHT + _GAP), _WIDTH), 255, np.uint8)
    for at, crop in enumerate(longest):
        height = crop.pixels.shape[0]
        shown = grey_of(crop.pixels)[:, : _WIDTH * height // _HEIGHT]
        width = max(1, shown.shape[1] * _HEIGHT // height)
        how = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_LINEAR
        top = _GAP + at * (_HEIGHT + _GAP)
        line = cv2.resize(shown, (width, _HEIGHT), interpolation=how)
        sheet[top : top + _HEIGHT, :width] = line
    return sheet
