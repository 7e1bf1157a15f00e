"""Notices a page that is in another language than it was read in."""

from collections.abc import Sequence
from typing import NamedTuple

from vision.core.document import ModelUse, PageWarning
from vision.core.stages import LineCrop, LineReading, Recogniser
from vision.recognition.language_id import SCRIPTS, detect_languages

# The share of a page's text, by its length in line heights, that was read with less confidence than
# this. Read as English, of 44 pages in Latin letters (receipts, forms, books, old print) the worst
# has .27; pages in Chinese have .64 and .85, half in Chinese .41, Arabic lines 1.
_LOW, _MOST_LOW = 0.6, 0.35
_LEAST_TEXT = 8.0  # line heights; a word or two may be anything


class LanguageCheck(NamedTuple):
    """Warnings about the language of a page, and the models that read a sample of it."""

    warnings: tuple[PageWarning, ...] = ()
    models: tuple[ModelUse, ...] = ()


def check_language(
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    languages: Sequence[str],
    recogniser: Recogniser,
) -> LanguageCheck:
    """A warning where most of a page was read with low confidence.

    It names the language that fits better, if one that is installed does. Raises what the
    recogniser raises.
    """
    if not _is_low(crops, readings):
        return LanguageCheck()
    detected = detect_languages(crops, recogniser)
    (code,) = detected.languages
    if SCRIPTS.get(code) in {SCRIPTS.get(each) for each in languages}:
        return LanguageCheck((_low_confidence(languages),), detected.models)
    message = (
        f"The page seems to be in {code!r} but was read as {_listed(languages)}:"
        f" set languages to {code!r}, or to 'auto'."
    )
    return LanguageCheck((PageWarning("other_language", message),), detected.models)


def _is_low(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> bool:
    lengths = [crop.pixels.shape[1] / crop.pixels.shape[0] for crop in crops]
    low = sum(
        length for length, each in zip(lengths, readings, strict=True) if each.confidence < _LOW
    )
    return bool(sum(lengths) >= _LEAST_TEXT and low > _MOST_LOW * sum(lengths))


def _low_confidence(languages: Sequence[str]) -> PageWarning:
    message = (
        f"Most of the page was read with low confidence as {_listed(languages)}: it may be in a"
        " language that is not installed, or be no text."
    )
    return PageWarning("low_confidence", message)


def _listed(languages: Sequence[str]) -> str:
    return ", ".join(repr(each) for each in languages)
