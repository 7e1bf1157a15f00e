"""Notices a page that is in another language or script than it was read in."""

from collections.abc import Sequence
from typing import NamedTuple

from vision.core.document import ModelUse, PageWarning
from vision.core.protocols import Recogniser, ScriptDetector
from vision.core.stages import LineCrop, LineReading
from vision.recognition.language_evidence import Evidence, evidence_of
from vision.recognition.language_id import SCRIPTS, detect_languages

# The share of a page's text, by its length in line heights, that was read with less confidence than
# this. Read as English, of 44 pages in Latin letters (receipts, forms, books, old print) the worst
# has .27; pages in Chinese have .64 and .85, half in Chinese .41, Arabic lines 1.
_LOW, _MOST_LOW = 0.6, 0.35
_LEAST_TEXT = 8.0  # line heights; a word or two may be anything
# Mean confidence from which an installed language of another script is believed. Pages in such a
# language have .94 and more, pages in yet another script up to .90, noise of street scenes .74.
_CONVINCING = 0.92
# That of the script detector. On drawn pages in nine scripts beside CJK it was right at 1.2 to 160;
# a Chinese page with pictures was Telugu to it at 3.3. More is asked for where words do not say
# that the script is another.
_CONFIDENT_SCRIPT, _CONFIDENT_ALONE = 1.0, 4.0


class LanguageCheck(NamedTuple):
    """Warnings about the language of a page, and the models that read a sample of it."""

    warnings: tuple[PageWarning, ...] = ()
    models: tuple[ModelUse, ...] = ()


def check_language(
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    languages: Sequence[str],
    recogniser: Recogniser,
    scripts: ScriptDetector | None = None,
) -> LanguageCheck:
    """A warning where the words or letters of a page are not those of `languages`.

    It names the language or script that fits better, and says whether it is installed. Raises what
    the recogniser raises.
    """
    if _length(crops) < _LEAST_TEXT:
        return LanguageCheck()
    installed = recogniser.languages()
    evidence = evidence_of(crops, readings, languages, installed)
    low = _is_low(crops, readings) and not evidence.mostly_listed
    if evidence.other_language and evidence.is_clear and not low and not evidence.few_letters:
        return LanguageCheck((_other_language(evidence.other_language, languages, installed),))
    if not (low or evidence.is_doubtful):
        return LanguageCheck()
    least = _CONFIDENT_SCRIPT if evidence.few_listed else _CONFIDENT_ALONE
    script, models = _script_of(crops, recogniser, scripts, least)
    if script and SCRIPTS.get(script, script) not in {SCRIPTS.get(each) for each in languages}:
        return LanguageCheck((_other_script(script, languages, installed),), models)
    return LanguageCheck(_same_script(evidence, languages, installed, low=low), models)


def _script_of(
    crops: Sequence[LineCrop], recogniser: Recogniser, scripts: ScriptDetector | None, least: float
) -> tuple[str, tuple[ModelUse, ...]]:
    """The installed language that reads the page, or else its script; empty where none is clear.

    `least` is the confidence that the script needs.
    """
    detected = detect_languages(crops, recogniser)
    code = detected.languages[0]
    if scripts is None or detected.confidence >= _CONVINCING:
        return code, detected.models
    guess = scripts.script_of(crops)
    if guess is None:
        return "", detected.models
    clear = guess.confidence >= least and guess.script != "CJK"
    return guess.script if clear else "", (*detected.models, *guess.models)


def _other_script(found: str, languages: Sequence[str], installed: Sequence[str]) -> PageWarning:
    """`found` is an installed language, or a script."""
    if found in SCRIPTS:
        return _other_language(found, languages, installed)
    of_script = [code for code, script in SCRIPTS.items() if script == found]
    here = [code for code in of_script if code in installed]
    name, read = found.capitalize(), _listed(languages)
    if here:
        advice = f"set languages to {_listed(here, ' or ')}, or to 'auto'"
    elif of_script:
        advice = f"{_install(of_script[0])}, or that of the page's own language, and name it"
    else:
        advice = "install its language, and name it"
    message = f"The page seems to be in {name} script but was read as {read}: {advice}."
    return PageWarning("other_language", message)


def _other_language(code: str, languages: Sequence[str], installed: Sequence[str]) -> PageWarning:
    if code in installed:
        advice = f"set languages to {code!r}, or to 'auto'"
    else:
        advice = f"{_install(code)}, and set languages to {code!r}"
    message = f"The page seems to be in {code!r} but was read as {_listed(languages)}: {advice}."
    return PageWarning("other_language", message)


def _same_script(
    evidence: Evidence, languages: Sequence[str], installed: Sequence[str], *, low: bool
) -> tuple[PageWarning, ...]:
    if evidence.other_language:
        return (_other_language(evidence.other_language, languages, installed),)
    if evidence.few_listed:
        message = (
            f"Few words of the page are of {_listed(languages)}, in which it was read: set"
            " languages to that of the page."
        )
        return (PageWarning("other_language", message),)
    return (_low_confidence(languages),) if low else ()


def _is_low(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> bool:
    low = [crop for crop, each in zip(crops, readings, strict=True) if each.confidence < _LOW]
    return _length(low) > _MOST_LOW * _length(crops)


def _length(crops: Sequence[LineCrop]) -> float:
    """Of all lines, in line heights."""
    return float(sum(crop.pixels.shape[1] / crop.pixels.shape[0] for crop in crops))


def _low_confidence(languages: Sequence[str]) -> PageWarning:
    message = (
        f"Most of the page was read with low confidence as {_listed(languages)}: it may be in a"
        " language that is not installed, or be no text."
    )
    return PageWarning("low_confidence", message)


def _install(code: str) -> str:
    package = f"tesseract-ocr-{code.replace('_', '-')}"
    return f"install {code!r} (on Debian the package {package})"


def _listed(languages: Sequence[str], between: str = ", ") -> str:
    return between.join(repr(each) for each in languages)
