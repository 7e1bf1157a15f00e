"""Words that recognisers read, each judged right or wrong by the truth of its page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from benchmarks.scoring import words_of
from benchmarks.true_pages import TruePage, TrueUnit
from vision.core.document import Box
from vision.core.geometry import transform_box
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import CropWord, LineCrop, LineReading, PageImage
from vision.preprocessing.prepare import prepare
from vision.recognition.calibration import DISPUTED, Print, features
from vision.recognition.cascade import recognise_lines
from vision.text.long_s import unaffected
from vision.text_detection.crops import cut_lines
from workers.engine.engine import Engine

PROFILES = ("fast", "balanced", "accurate")
# The profile whose words show whether an engine agrees with another one.
_READ_TWICE = {"ppocr_tiny": "fast"}
# Sets whose truth holds every word of the page.
_COMPLETE = ("made", "sroie", "funsd")
# ... but of a line only what stands before its first comma: what comes then cannot be judged.
_CUT_AT_COMMAS = ("sroie",)
_FORMULA = ("$", "\\")  # truths write formulas as LaTeX


@dataclass(frozen=True, slots=True)
class Judged:
    """One word: who was asked and which engine read it, where from, and whether it is right.

    Its chance is that of the `values` by the engine's weights, times `unaffected`, and `most` at
    most.
    """

    reader: str
    engine: str
    collection: str
    half: str
    raw: float
    values: tuple[float, ...]
    unaffected: float
    most: float
    right: bool


class _Way(NamedTuple):
    """Which engines read: profiles may go the way of a single one."""

    recogniser: str
    second: str | None = None
    below: float = 0.0


def profile_of(engine: str) -> str:
    """The profile in which an engine's words are compared with another engine's."""
    return _READ_TWICE.get(engine, "balanced")


def judged_words(
    engine: Engine, page: TruePage, languages: tuple[str, ...], readers: Sequence[str]
) -> Iterator[Judged]:
    """What each reader, an engine or a profile, makes of the learned finder's lines of a page."""
    crops = _crops(engine, page, languages)
    done: dict[_Way, list[LineReading]] = {}
    for reader in readers:
        way = _way(reader)
        if way not in done:
            done[way] = _readings(engine, way, crops)
        readings = done[way]
        looks = Print.of(readings)
        for crop, line in zip(crops, readings, strict=True):
            for word, right in with_truth(crop, line, page):
                values = features(word, line.confidence, looks)
                yield Judged(
                    reader, line.engine, page.collection, page.half, word.confidence,
                    values, unaffected(word.text, looks.long_s), DISPUTED if line.disputed else 1.0,
                    right,
                )  # fmt: skip


def is_right(text: str, box: Box, page: TruePage) -> bool | None:
    """Whether a word stands in the true text under its box; None where that cannot be told.

    Letters and digits are compared, blanks are not: truths part `RM 9.00` as they like. Words on
    no true text are wrong where the truth holds all text of the page. Where it gives no boxes, a
    word is looked for in the line that is the whole image, or among the words of the page.
    """
    if not squashed(text):
        return None
    if not page.units:
        one_line = "\n" not in page.text.strip()
        if one_line:
            return squashed(text) in squashed(page.text)
        return set(words_of(text)) <= set(words_of(page.text))
    under = sorted((u for u in page.units if _under(u, box)), key=lambda unit: unit.box[0])
    true = "".join(unit.text for unit in under)
    if any(mark in true for mark in _FORMULA):
        return None
    if not under:
        return False if page.collection in _COMPLETE else None
    return squashed(text) in squashed(true)


def squashed(text: str) -> str:
    """Letters and digits alone, case apart."""
    return "".join(words_of(text))


def with_truth(
    crop: LineCrop, line: LineReading, page: TruePage
) -> Iterator[tuple[CropWord, bool]]:
    """The words of a line that can be judged."""
    for word in line.words:
        if page.collection in _CUT_AT_COMMAS and "," in word.text:
            return
        right = is_right(word.text, transform_box(crop.to_page, word.box), page)
        if right is not None:
            yield word, right


def _way(reader: str) -> _Way:
    if reader not in PROFILES:
        return _Way(reader)
    options = ReadOptions(**with_profile({"profile": reader}))
    if options.second_reader == "off":
        return _Way(options.recogniser)
    return _Way(options.recogniser, options.second_reader, options.second_below)


def _readings(engine: Engine, way: _Way, crops: Sequence[LineCrop]) -> list[LineReading]:
    """Each naming the engine that gave it."""
    stages = engine.stages
    first = {**stages.second_readers, **stages.recognisers}[way.recogniser]
    second = stages.second_readers[way.second] if way.second else None
    return recognise_lines(crops, first, second, way.below).readings


def _crops(engine: Engine, page: TruePage, languages: tuple[str, ...]) -> list[LineCrop]:
    with Image.open(page.path) as image:
        pixels = np.asarray(image.convert("RGB"))
    prepared = prepare(PageImage(1, pixels), ReadOptions(), None)
    found = engine.stages.finders["learned"].find(prepared.working, languages)
    return cut_lines(prepared, found.lines, languages)


def _under(unit: TrueUnit, box: Box) -> bool:
    x0, y0, x1, y1 = unit.box
    across = min(x1, box.x1) - max(x0, box.x0)
    down = min(y1, box.y1) - max(y0, box.y0)
    return across > 0 and down > 0.5 * min(y1 - y0, box.height)
