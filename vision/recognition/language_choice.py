"""Reads a page whose language nobody named, in the language that it turns out to be in.

Most pages are in the language that is guessed first, and their words show it. Only where they do
not, the languages installed are tried on a sample, and the page is read again in a better one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vision.core.document import ModelUse
from vision.core.protocols import Recogniser
from vision.core.stages import LineCrop
from vision.recognition.cascade import LineTexts
from vision.recognition.language_evidence import evidence_of
from vision.recognition.language_id import detect_languages


@dataclass(frozen=True, slots=True)
class ChosenLanguage:
    """The lines, the language that they were read in, and the models of all readings."""

    texts: LineTexts
    languages: tuple[str, ...]
    models: tuple[ModelUse, ...]


def read_in_own_language(
    crops: Sequence[LineCrop],
    guess: tuple[str, ...],
    recogniser: Recogniser,
    read: Callable[[Sequence[LineCrop]], LineTexts],
) -> ChosenLanguage:
    """The crops read in `guess`, and again in another installed language where that fits better.

    Raises what `recogniser` and `read` raise.
    """
    first = read([replace(crop, languages=guess) for crop in crops])
    evidence = evidence_of(first.crops, first.readings, guess, recogniser.languages())
    if evidence.is_settled:
        return ChosenLanguage(first, guess, first.models)
    detected = detect_languages(crops, recogniser)
    models = (*first.models, *detected.models)
    if detected.languages == guess:
        return ChosenLanguage(first, guess, tuple(dict.fromkeys(models)))
    again = read([replace(crop, languages=detected.languages) for crop in crops])
    models = (*models, *again.models)
    return ChosenLanguage(again, detected.languages, tuple(dict.fromkeys(models)))
