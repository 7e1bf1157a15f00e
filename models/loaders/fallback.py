"""Languages that Tesseract has no model of on this machine, read by PP-OCR where it can."""

from collections.abc import Sequence

from vision.core.document import ModelUse
from vision.core.protocols import Recogniser
from vision.core.stages import NEVER, LineCrop, LineReading, Reread


class FallbackRecogniser:
    """Native Tesseract where it has all the languages of a line, else `other`."""

    name = "fallback"

    def __init__(self, native: Recogniser, other: Recogniser) -> None:
        self._native = native
        self._other = other

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        """One reading for each crop, named by the recogniser that gave it."""
        readings: dict[int, LineReading] = {}
        for languages in dict.fromkeys(crop.languages for crop in crops):
            at = [place for place, crop in enumerate(crops) if crop.languages == languages]
            group = [crops[place] for place in at]
            read = self._reader_of(languages).recognise(group, reread)
            readings.update(zip(at, read, strict=True))
        return [readings[at] for at in range(len(crops))]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The models of whichever reads these languages."""
        return self._reader_of(languages).models(languages)

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that either can read, sorted."""
        return tuple(sorted({*self._native.languages(), *self._other.languages()}))

    def _reader_of(self, languages: Sequence[str]) -> Recogniser:
        return self._native if set(languages) <= set(self._native.languages()) else self._other
