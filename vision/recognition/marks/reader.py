"""Reads bullets and check boxes before lines, and fractions, raised and lowered digits in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from vision.core.document import Box, ModelUse
from vision.core.protocols import Recogniser
from vision.core.stages import CropWord, DetachedMarks, LineCrop, LineReading, ListMark
from vision.recognition.lone_characters import has_usual_height, usual_height
from vision.recognition.marks.candidates import (
    FRACTIONS,
    INDICES,
    LIST_MARKS,
    Candidate,
    candidates,
)
from vision.recognition.marks.classifier import MarkClassifier, Verdict
from vision.recognition.marks.fractions import (
    Possible,
    as_digits,
    crop_of_digits,
    digits_before,
    is_fraction,
    may_be_fraction,
    possible_fractions,
    with_fraction,
)
from vision.recognition.marks.list_marks import Before, before_text, has_size_of_mark, without_mark
from vision.recognition.marks.plus_minus import with_signs
from vision.recognition.marks.window import Window, box_of, glyph_window, has_gap, measured

# A crossed box is a ticked one: results have one sign for each state, as those of PDF forms do.
_WRITTEN = {"☒": "☑"}
# Probabilities from which a mark replaces what was read: another sign, or a letter or digit, which
# mostly is one. Chosen on drawn lines of fonts that were not trained on.
_FROM_SIGN, _FROM_LETTER = 0.8, 0.97
_BEFORE_LINE = 0.9
_BOXES = frozenset("☐☑☒")
# Behind a lowered digit stands the next element, never a zero.
_OXYGEN = re.compile("(?<=[A-Za-z][₀₁₂₃₄₅₆₇₈₉])0")
# A ring looks like the letter o, of which words are spaced now and then: it must stand so many
# heights of the line before the text.
_RINGS, _RING_APART = "◦○", 0.4


@dataclass(frozen=True, slots=True)
class _Question:
    """Characters of line `line` to classify."""

    line: int
    window: Window
    candidate: Candidate


_Answer = tuple[Candidate, Verdict]


class _Fraction(NamedTuple):
    """What may be a fraction, what the network makes of it, and how its word was read."""

    possible: Possible
    verdict: Verdict
    read: str

    @property
    def certain(self) -> bool:
        return is_fraction(self.verdict.probability, self.read)

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """The best answer of a word ranks last."""
        return self.certain, self.possible.whole, self.verdict.probability


class NetworkMarkReader:
    """vision.core.protocols.MarkReader over a classifier; safe from many threads."""

    def __init__(self, classifier: MarkClassifier) -> None:
        self._classifier = classifier

    @property
    def models(self) -> tuple[ModelUse, ...]:
        """The model that may take part, with its proven provider."""
        return (self._classifier.use,)

    def detach(self, crops: Sequence[LineCrop]) -> DetachedMarks:
        """Lines without the bullets and boxes before their text, where the network is confident."""
        found = before_text(crops)
        verdicts = self._classifier.classify(
            [each.window for _, each in found], [LIST_MARKS] * len(found)
        )
        texts = list(crops)
        marks: list[ListMark | None] = [None] * len(crops)
        for (at, each), verdict in zip(found, verdicts, strict=True):
            if marks[at] is None and _stands_before(crops[at], each, verdict):
                texts[at], box = without_mark(crops[at], each)
                marks[at] = ListMark(_written(verdict), verdict.probability, box)
        return DetachedMarks(texts, marks, self.models if found else ())

    def correct(
        self, crops: Sequence[LineCrop], readings: Sequence[LineReading], digits: Recogniser
    ) -> tuple[list[LineReading], tuple[ModelUse, ...]]:
        """Readings with the fractions, raised and lowered digits and bullets in them.

        A mark replaces what was read only where the network is confident of it, and a raised or
        lowered digit is the digit that was read. `digits` reads what stands before a fraction.
        """
        questions = [
            question
            for at, (crop, reading) in enumerate(zip(crops, readings, strict=True))
            for question in _questions(at, crop, reading)
        ]
        verdicts = self._classifier.classify(
            [each.window for each in questions], [each.candidate.marks for each in questions]
        )
        accepted: dict[int, list[_Answer]] = {}
        for question, verdict in zip(questions, verdicts, strict=True):
            if verdict.probability >= _least(question.candidate):
                answer = (question.candidate, verdict)
                accepted.setdefault(question.line, []).append(answer)
        marked = [
            with_signs(crop, _marked(reading, accepted.get(at, ())))
            for at, (crop, reading) in enumerate(zip(crops, readings, strict=True))
        ]
        marked, used = self._with_fractions(crops, marked, digits)
        return without_characters(crops, marked), self.models if questions or used else ()

    def _with_fractions(
        self, crops: Sequence[LineCrop], readings: Sequence[LineReading], digits: Recogniser
    ) -> tuple[list[LineReading], bool]:
        """The readings with their fractions, and whether the network was asked for any."""
        usual = usual_height(crops, readings)
        possible = [
            each
            for at, (crop, reading) in enumerate(zip(crops, readings, strict=True))
            if reading.words or has_usual_height(crop, usual)
            for each in possible_fractions(at, crop, reading)
        ]
        verdicts = self._classifier.classify(
            [each.window for each in possible], [FRACTIONS] * len(possible)
        )
        answers = [
            _Fraction(each, verdict, _text_of(readings[each.line], each.word))
            for each, verdict in zip(possible, verdicts, strict=True)
        ]
        best = {
            (each.possible.line, each.possible.word): each
            for each in sorted(answers, key=lambda each: each.rank)
        }
        written = list(readings)
        for (line, word), answer in best.items():
            if answer.certain:
                written[line] = _with_fraction(crops[line], written[line], word, answer, digits)
            elif may_be_fraction(answer.verdict.probability):
                written[line] = _doubted(written[line], word)
        return written, bool(possible)


def _stands_before(crop: LineCrop, found: Before, verdict: Verdict) -> bool:
    if verdict.mark in _BOXES and has_gap(found.window):
        return False
    apart = found.text_start - found.box.x1 >= _RING_APART * crop.pixels.shape[0]
    return verdict.probability >= _BEFORE_LINE and (apart or verdict.mark not in _RINGS)


def _least(candidate: Candidate) -> float:
    """The probability that a mark must have to replace what was read."""
    if candidate.read[0].isalnum() or candidate.marks & INDICES:
        return _FROM_LETTER
    return _FROM_SIGN


def _questions(at: int, crop: LineCrop, reading: LineReading) -> list[_Question]:
    words = [word.text for word in reading.words]
    if not words or reading.text != " ".join(words):
        return []  # not from left to right
    boxes = [
        (each, box_of(reading.words[each.word], each.start, each.end)) for each in candidates(words)
    ]
    asked = [(each, box) for each, box in boxes if box and _has_its_size(each, box, crop)]
    if not asked:
        return []
    grey, levels = measured(crop)
    return [_Question(at, glyph_window(grey, box, levels), each) for each, box in asked]


def _has_its_size(candidate: Candidate, box: Box, crop: LineCrop) -> bool:
    listed = candidate.marks <= LIST_MARKS
    return not listed or has_size_of_mark(box.width, box.height, crop.pixels.shape[0])


def _doubted(reading: LineReading, at: int) -> LineReading:
    """The reading with word `at` incomplete, if it has one."""
    words = list(reading.words)
    if words:
        words[at] = replace(words[at], incomplete=True)
    return replace(reading, words=tuple(words))


def _text_of(reading: LineReading, at: int) -> str:
    return reading.words[at].text if reading.words else ""


def _rank(answer: tuple[Possible, Verdict]) -> tuple[bool, float]:
    """The best answer of a word ranks last."""
    return answer[0].whole, answer[1].probability


def _with_fraction(
    crop: LineCrop,
    reading: LineReading,
    at: int,
    answer: _Fraction,
    digits: Recogniser,
) -> LineReading:
    """The reading with the fraction in word `at`; a line without words gets its first one."""
    possible, verdict, _ = answer
    words = list(reading.words) or [CropWord("", verdict.probability, possible.box)]
    before = digits_before(possible, words[at])
    if before is None and possible.before is not None:
        (read,) = digits.recognise([crop_of_digits(crop, possible.before)])
        before = as_digits(read.text)
    words[at] = with_fraction(words[at], possible, verdict.mark, verdict.probability, before)
    confidence = reading.confidence if reading.words else verdict.probability
    text = " ".join(word.text for word in words)
    return replace(reading, words=tuple(words), text=text, confidence=confidence)


def _marked(reading: LineReading, accepted: Sequence[_Answer]) -> LineReading:
    if not accepted:
        return reading
    words = [
        _rewritten(word, [answer for answer in accepted if answer[0].word == at])
        for at, word in enumerate(reading.words)
    ]
    return replace(reading, words=tuple(words), text=" ".join(word.text for word in words))


def _rewritten(word: CropWord, accepted: Sequence[_Answer]) -> CropWord:
    """The word with its marks; of overlapping characters the more probable mark counts."""
    if not accepted:
        return word
    text, confidence = list(word.text), word.confidence
    taken: set[int] = set()
    for candidate, verdict in sorted(accepted, key=lambda each: -each[1].probability):
        places = set(range(candidate.start, candidate.end))
        if places & taken:
            continue
        taken |= places
        text[candidate.start] = _written(verdict)
        for place in range(candidate.start + 1, candidate.end):
            text[place] = ""
        confidence = min(confidence, verdict.probability)
    written = _OXYGEN.sub("O", "".join(text))
    return replace(word, text=written, confidence=confidence, characters=())


def _written(verdict: Verdict) -> str:
    return _WRITTEN.get(verdict.mark, verdict.mark)


def without_characters(
    crops: Sequence[LineCrop], readings: Sequence[LineReading]
) -> list[LineReading]:
    """Characters that were only wanted here are not part of the result."""
    return [
        reading
        if crop.characters or not any(word.characters for word in reading.words)
        else replace(reading, words=tuple(replace(each, characters=()) for each in reading.words))
        for crop, reading in zip(crops, readings, strict=True)
    ]
