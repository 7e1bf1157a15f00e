"""A second reader that leaves lines of which only a mark is in question to a lighter one.

Their words are read with confidence. The lighter network reads bullets, boxes and rules at their
ends about as well, in a quarter of the time (docs/research/profiles.md).
"""

from collections.abc import Sequence

from vision.core.document import ModelUse
from vision.core.protocols import Recogniser
from vision.core.stages import NEVER, LineCrop, LineReading, Reread


class LightForMarks:
    """vision.core.protocols.Recogniser over two others; as safe from many threads as they are.

    `light` reads crops of which only a mark is in question, as far as it has a model for their
    languages, and `main` all others.
    """

    def __init__(self, main: Recogniser, light: Recogniser) -> None:
        self.name = main.name
        self._main = main
        self._light = light

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        """One reading for each crop; each names the recogniser that gave it."""
        is_light = [crop.only_marks and bool(self._light.models(crop.languages)) for crop in crops]
        readings: dict[int, LineReading] = {}
        for recogniser, wanted in ((self._light, True), (self._main, False)):
            places = [at for at, light in enumerate(is_light) if light is wanted]
            if places:
                read = recogniser.recognise([crops[at] for at in places], reread)
                readings |= zip(places, read, strict=True)
        return [readings[at] for at in range(len(crops))]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """Those of the main recogniser, which may read any line."""
        return self._main.models(languages)

    def languages(self) -> tuple[str, ...]:
        """Those of the main recogniser."""
        return self._main.languages()
