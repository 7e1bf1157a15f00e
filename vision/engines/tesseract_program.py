"""The only module that uses pytesseract, for machines that have only the `tesseract` program."""

import functools
import os
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from vision.core.arrays import Image
from vision.core.document import Box, ModelUse
from vision.core.errors import EngineFailure
from vision.core.stages import CropWord, LineReading
from vision.engines.tessdata import installed_languages, model_uses, require_languages

# Debian's tesseract starts OpenMP threads that compete for the cores (ten times slower on two).
# pytesseract accepts no environment: the child process inherits this one.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

_TIMEOUT_S = 300
_RAW_LINE = 13


class TesseractProcess:
    """The `tesseract` program, run once for all lines of a language; thread-safe."""

    # The program reports no probabilities of letters; filtering by those of words costs more than
    # it gains (forms: -.011 of word F1 at .3).
    min_confidence = 0.0

    def __init__(self, tessdata: Path) -> None:
        self.tessdata = tessdata

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages installed, sorted."""
        return installed_languages(self.tessdata)

    def models(self, names: Sequence[str]) -> tuple[ModelUse, ...]:
        """What the receipt states about these models; BadInput where one is missing."""
        pytesseract = _pytesseract()
        try:
            version = str(pytesseract.get_tesseract_version())
        except pytesseract.TesseractNotFoundError as error:
            raise _program_missing() from error
        return model_uses(self.tessdata, names, version, "tesseract-process")

    def read_lines(
        self,
        images: Sequence[Image],
        languages: Sequence[str],
        *,
        characters: bool = False,  # noqa: ARG002 - words are the smallest rows of the program's table
    ) -> list[LineReading]:
        """One reading for each image of a single line, boxes in pixels of that image.

        A word's confidence is the program's own, that of its least probable letter; a line's is the
        mean of its words. BadInput `unknown_language`; EngineFailure `tesseract_missing`,
        `tesseract_failed`.
        """
        require_languages(self.tessdata, languages)
        if not images:
            return []
        with tempfile.TemporaryDirectory(prefix="pagesight-lines-") as folder:
            table = self._run(_write_list(Path(folder), images), languages)
        return _readings(table, len(images))

    def _run(self, image_list: Path, languages: Sequence[str]) -> dict[str, list[str]]:
        pytesseract = _pytesseract()
        config = f"--psm {_RAW_LINE} --tessdata-dir {shlex.quote(str(self.tessdata))}"
        try:
            table: dict[str, list[str]] = pytesseract.image_to_data(
                str(image_list),
                lang="+".join(languages),
                config=config,
                timeout=_TIMEOUT_S,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise _program_missing() from error
        except (pytesseract.TesseractError, RuntimeError) as error:  # RuntimeError: the time limit
            raise EngineFailure(
                "tesseract_failed", f"the tesseract program failed: {error}"
            ) from error
        return table


@functools.cache
def _pytesseract() -> Any:
    """The package, imported at its first use: it imports pandas wherever that is installed."""
    import pytesseract  # noqa: PLC0415 - pandas takes half a second of each start

    return pytesseract


def _program_missing() -> EngineFailure:
    return EngineFailure(
        "tesseract_missing",
        "neither tesserocr nor the tesseract program is usable: install the package tesseract-ocr",
    )


def _write_list(folder: Path, images: Sequence[Image]) -> Path:
    """Write the images and a text file of their paths, which the program reads as pages."""
    files = [folder / f"{number}.png" for number in range(1, len(images) + 1)]
    for file, image in zip(files, images, strict=True):
        file.write_bytes(cv2.imencode(".png", image)[1].tobytes())
    image_list = folder / "lines.txt"
    image_list.write_text("\n".join(map(str, files)) + "\n")
    return image_list


def _readings(table: dict[str, list[str]], count: int) -> list[LineReading]:
    words: list[list[CropWord]] = [[] for _ in range(count)]
    columns = ("page_num", "left", "top", "width", "height", "conf", "text")
    for page, left, top, width, height, confidence, text in zip(
        *(table[column] for column in columns), strict=True
    ):
        if str(text).strip():
            x, y = float(left), float(top)
            box = Box(x, y, x + float(width), y + float(height))
            probability = min(max(float(confidence) / 100, 0.0), 1.0)
            words[int(page) - 1].append(CropWord(str(text).strip(), probability, box))
    return [_reading(line) for line in words]


def _reading(words: Sequence[CropWord]) -> LineReading:
    if not words:
        return LineReading("", 0.0)
    confidence = sum(word.confidence for word in words) / len(words)
    return LineReading(" ".join(word.text for word in words), confidence, tuple(words))
