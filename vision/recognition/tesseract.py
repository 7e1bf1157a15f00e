"""Line crops to text by native Tesseract."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np

from vision.core.arrays import Image
from vision.core.document import Box, ModelUse
from vision.core.stages import NEVER, CropWord, LineCrop, LineReading, Reread
from vision.engines.resources import Resources
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_program import TesseractProcess

_log = logging.getLogger(__name__)

_LINE_HEIGHT = 48  # pixels; Tesseract's networks take 36 or 48 and shrink what is higher
_BLUR_SIGMA = 0.8
_DARK_PERCENTILE, _LIGHT_PERCENTILE = 5, 90


class LineReader(Protocol):
    """A native Tesseract that reads images of single lines."""

    min_confidence: float

    def read_lines(
        self, images: Sequence[Image], languages: Sequence[str], *, characters: bool = False
    ) -> list[LineReading]:
        """One reading for each image, boxes in its pixels; of `characters` too, where it can."""
        ...

    def models(self, names: Sequence[str]) -> tuple[ModelUse, ...]:
        """What the receipt says of these models."""
        ...

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages installed, sorted."""
        ...


class TesseractRecogniser:
    """Recogniser over a native Tesseract; safe from many threads."""

    name = "tesseract"

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:  # noqa: ARG002 - Tesseract has no cheaper way
        """One reading for each crop; empty below the reader's minimum confidence.

        Raises BadInput `unknown_language`, EngineFailure where the engine is missing or fails.
        """
        readings = [LineReading("", 0.0)] * len(crops)
        kinds = [(crop.languages, crop.characters) for crop in crops]
        for kind in dict.fromkeys(kinds):
            at = [i for i, each in enumerate(kinds) if each == kind]
            images = [line_image(crops[i].pixels) for i in at]
            languages, characters = kind
            read = self._reader.read_lines(images, languages, characters=characters)
            used = self._reader.models(languages)
            for i, reading in zip(at, read, strict=True):
                accepted = self._accepted(reading, crops[i])
                readings[i] = replace(accepted, engine=self.name, models=used)
        return readings

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The models of these languages."""
        return self._reader.models(languages)

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages installed, sorted."""
        return self._reader.languages()

    def _accepted(self, reading: LineReading, crop: LineCrop) -> LineReading:
        if reading.confidence < self._reader.min_confidence:
            return LineReading("", reading.confidence)
        scale = crop.pixels.shape[0] / _LINE_HEIGHT
        return replace(reading, words=tuple(_scaled(word, scale) for word in reading.words))


def open_recogniser(resources: Resources) -> TesseractRecogniser:
    """The registry's entry. Raises EngineFailure `tessdata_missing`."""
    return native_recogniser(str(resources.tessdata))


def native_recogniser(tessdata: str | None) -> TesseractRecogniser:
    """Native Tesseract in this process, or the `tesseract` program where tesserocr is not usable.

    `tessdata` as in find_tessdata; the provider in its models says which of the two it is. Raises
    EngineFailure `tessdata_missing`.
    """
    folder = find_tessdata(tessdata)
    try:
        from vision.engines.tesseract_library import Tesseract  # noqa: PLC0415 - may be missing or broken
    except ImportError as error:
        _log.warning("tesserocr is not usable (%s): reading with the tesseract program", error)
        return TesseractRecogniser(TesseractProcess(folder))
    return TesseractRecogniser(Tesseract(folder))


def line_image(pixels: Image) -> Image:
    """A crop as Tesseract reads it best: grey, even contrast, 48 pixels high, slightly smoothed.

    Against the bare crop this gains .04 of word F1 on receipts and costs nothing on forms, where
    Tesseract judges contrast by the middle row alone (every eighth page).
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    dark, light = np.percentile(grey, (_DARK_PERCENTILE, _LIGHT_PERCENTILE))
    stretched = (grey - dark) * (255 / max(light - dark, 1.0))
    even = np.clip(stretched, 0, 255).astype(np.uint8)
    height, width = even.shape
    size = (max(1, round(width * _LINE_HEIGHT / height)), _LINE_HEIGHT)
    how = cv2.INTER_CUBIC if height < _LINE_HEIGHT else cv2.INTER_AREA
    smooth = cv2.GaussianBlur(cv2.resize(even, size, interpolation=how), (0, 0), _BLUR_SIGMA)
    return np.asarray(smooth, np.uint8)


def _scaled(word: CropWord, scale: float) -> CropWord:
    characters = tuple(replace(each, box=_scaled_box(each.box, scale)) for each in word.characters)
    return replace(word, box=_scaled_box(word.box, scale), characters=characters)


def _scaled_box(box: Box, scale: float) -> Box:
    return Box(*(edge * scale for edge in box))
