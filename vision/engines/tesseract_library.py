"""The only module that uses tesserocr: libtesseract without a process per call or PIL images."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path

import numpy as np

# A libtesseract built with OpenMP starts threads that compete for the cores (ten times slower on
# two). libgomp reads this once, when it is loaded, hence before the import. Wheels of tesserocr
# contain a libtesseract without OpenMP, which ignores it.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import tesserocr

from vision.core.arrays import Image
from vision.core.document import Box, Character, ModelUse
from vision.core.errors import EngineFailure
from vision.core.stages import CropWord, LineReading
from vision.engines.tessdata import OSD, installed_languages, model_uses, require_languages
from vision.text.bidi import reading_order
from vision.text.vocabulary import known_word

_MAX_IDLE = 8  # engines kept for the next caller; one with `eng` takes about 25 MB

# Tesseract's PTIsTextType (include/tesseract/publictypes.h).
_TEXT_BLOCKS = {
    tesserocr.PT.FLOWING_TEXT,
    tesserocr.PT.HEADING_TEXT,
    tesserocr.PT.PULLOUT_TEXT,
    tesserocr.PT.INLINE_EQUATION,
    tesserocr.PT.TABLE,
    tesserocr.PT.VERTICAL_TEXT,
    tesserocr.PT.CAPTION_TEXT,
}


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of words on one row: the box of its letters in pixels of the analysed image.

    `quarter_turns` counts the clockwise quarter turns of the text: 0 upright, 1 running down the
    page, 2 upside down, 3 running up.
    """

    box: Box
    quarter_turns: int


class Tesseract:
    """A pool of engines over one tessdata folder, each used by one thread at a time; thread-safe.

    tesserocr releases the GIL while libtesseract works, so threads read in parallel. Images are
    uint8, RGB of shape [height, width, 3] or grey of shape [height, width].
    """

    # Lines whose letters have a lower mean probability are more often noise than text: dropping
    # them gains .009 of word F1 on receipts and on forms (every eighth page); .6 loses .004.
    min_confidence = 0.5

    def __init__(self, tessdata: Path) -> None:
        self.tessdata = tessdata
        self._lock = threading.Lock()
        self._idle: list[tuple[tuple[str, int], tesserocr.PyTessBaseAPI]] = []

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages installed, sorted."""
        return installed_languages(self.tessdata)

    def models(self, names: Sequence[str]) -> tuple[ModelUse, ...]:
        """What the receipt states about models such as `eng`; BadInput where one is missing."""
        version = str(tesserocr.PyTessBaseAPI.Version())
        return model_uses(self.tessdata, names, version, "tesseract")

    def read_lines(
        self, images: Sequence[Image], languages: Sequence[str], *, characters: bool = False
    ) -> list[LineReading]:
        """One reading for each image of a single line, boxes in pixels of that image.

        A line's confidence is the mean probability of its letters, a word's is libtesseract's own:
        that of its least probable letter, lowered outside the dictionary. BadInput
        `unknown_language`.
        """
        # SINGLE_LINE looks for rows first and loses small print: word F1 on receipts / forms was
        # .742/.807 with it and .735/.855 with RAW_LINE, before line images were normalised.
        with self._engine("+".join(languages), tesserocr.PSM.RAW_LINE) as engine:
            return [_read_line(engine, image, characters) for image in images]

    def layout(self, image: Image) -> list[Fragment]:
        """Runs of words that libtesseract's layout analysis finds in text blocks."""
        with self._engine(self._any_language(), tesserocr.PSM.AUTO) as engine:
            _set_image(engine, image)
            engine.AnalyseLayout(merge_similar_words=True)
            return list(_fragments(engine))

    def script_of(self, image: Image) -> tuple[str, float] | None:
        """Libtesseract's name of the script in an image of lines, and its confidence from 0 up.

        None where there are too few letters. EngineFailure where the model `osd` is missing.
        """
        with self._engine(OSD, tesserocr.PSM.OSD_ONLY) as engine:
            _set_image(engine, image)
            found = engine.DetectOrientationScript()
        return (found["script_name"], float(found["script_conf"])) if found else None

    def _any_language(self) -> str:
        """Layout analysis needs some language loaded; which one hardly matters."""
        installed = self.languages()
        return "eng" if "eng" in installed else installed[0]

    @contextmanager
    def _engine(self, languages: str, mode: int) -> Iterator[tesserocr.PyTessBaseAPI]:
        engine = self._acquire((languages, mode))
        try:
            yield engine
        finally:
            engine.Clear()
            self._release((languages, mode), engine)

    def _acquire(self, key: tuple[str, int]) -> tesserocr.PyTessBaseAPI:
        # Also held while an engine loads: libtesseract then fills process-wide tables.
        with self._lock:
            for at in reversed(range(len(self._idle))):
                if self._idle[at][0] == key:
                    return self._idle.pop(at)[1]
            return _load(self.tessdata, *key)

    def _release(self, key: tuple[str, int], engine: tesserocr.PyTessBaseAPI) -> None:
        with self._lock:
            self._idle.append((key, engine))
            if len(self._idle) > _MAX_IDLE:
                self._idle.pop(0)[1].End()


def _load(tessdata: Path, languages: str, mode: int) -> tesserocr.PyTessBaseAPI:
    if languages != OSD:
        require_languages(tessdata, languages.split("+") if languages else [])
    try:
        engine = tesserocr.PyTessBaseAPI(path=f"{tessdata}/", lang=languages, psm=mode)
    except RuntimeError as error:
        raise EngineFailure(
            "tesseract_model_unusable",
            f"libtesseract cannot load {languages} from {tessdata}: reinstall these models",
        ) from error
    # Otherwise both libraries write to standard error about every unusual image.
    engine.SetVariable("debug_file", "/dev/null")
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    return engine


def _set_image(engine: tesserocr.PyTessBaseAPI, image: Image) -> None:
    height, width = image.shape[:2]
    depth = 1 if image.ndim == 2 else image.shape[2]
    engine.SetImageBytes(np.ascontiguousarray(image).tobytes(), width, height, depth, depth * width)


def _read_line(engine: tesserocr.PyTessBaseAPI, image: Image, characters: bool) -> LineReading:
    _set_image(engine, image)
    engine.Recognize()
    words: list[CropWord] = []
    letters: list[float] = []
    symbols: list[list[Character]] = []
    for at in _items(engine, tesserocr.RIL.SYMBOL):
        if at.IsAtBeginningOf(tesserocr.RIL.WORD):
            words.append(_word(at))
            symbols.append([])
        # Certainty is a natural logarithm; a symbol's confidence is 100 + 5 of it
        # (ccmain/ltrresultiterator.cpp, LTRResultIterator::Confidence).
        letters.append(exp(min(at.Confidence(tesserocr.RIL.SYMBOL) - 100, 0) / 5))
        if characters:
            symbols[-1].append(_character(at, letters[-1]))
    if characters:  # unlike the letters of a word's text they come in reading order
        pairs = zip(words, symbols, strict=True)
        words = [replace(word, characters=tuple(each)) for word, each in pairs]
    words = [word for word in words if word.text]
    if not words:
        return LineReading("", 0.0)
    return LineReading(" ".join(word.text for word in words), float(np.mean(letters)), tuple(words))


def _word(at: tesserocr.PyResultIterator) -> CropWord:
    level = tesserocr.RIL.WORD
    confidence = min(max(at.Confidence(level) / 100, 0.0), 1.0)
    # Words come in reading order, but the letters of a right-to-left word in visual order.
    visual = at.GetUTF8Text(level).strip()
    text = "".join(visual[place] for place in reading_order(visual))
    # WordIsFromDictionary is false for most listed right-to-left words, so it means nothing there.
    listed = known_word(text, lambda _: bool(at.WordIsFromDictionary())) if text == visual else None
    return CropWord(text, confidence, Box(*map(float, at.BoundingBox(level))), listed=listed)


def _character(at: tesserocr.PyResultIterator, probability: float) -> Character:
    level = tesserocr.RIL.SYMBOL
    return Character(at.GetUTF8Text(level), probability, Box(*map(float, at.BoundingBox(level))))


def _fragments(engine: tesserocr.PyTessBaseAPI) -> Iterator[Fragment]:
    level = tesserocr.RIL.WORD
    for run in _items(engine, level):
        box = run.BoundingBoxInternal(level)
        if run.BlockType() in _TEXT_BLOCKS and box is not None:
            # Orientation: the text's top points up (0), right, down or left (3) on the page.
            yield Fragment(Box(*map(float, box)), int(run.Orientation()[0]))


def _items(engine: tesserocr.PyTessBaseAPI, level: int) -> Iterator[tesserocr.PyResultIterator]:
    items = engine.GetIterator()
    if items is not None and not items.Empty(level):
        yield from tesserocr.iterate_level(items, level)
