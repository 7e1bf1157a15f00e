"""Lines that one recogniser read with low confidence are read again by a slower, better one."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from vision.core.document import Box, ModelUse
from vision.core.protocols import MarkReader, Recogniser
from vision.core.stages import NEVER, CropWord, DetachedMarks, LineCrop, LineReading, Reread
from vision.recognition.bent_words import in_place
from vision.recognition.check_digits import correct_account_numbers
from vision.recognition.code_columns import correct_codes
from vision.recognition.drawn_shapes import without_shapes
from vision.recognition.drop_capitals import join_drop_capitals
from vision.recognition.hidden_words import partly_hidden
from vision.recognition.impossible_characters import correct_impossible
from vision.recognition.inkless_marks import without_inkless_marks
from vision.recognition.joined_numbers import part_joined_numbers
from vision.recognition.letter_heights import correct_case_by_height
from vision.recognition.letter_widths import correct_by_width
from vision.recognition.line_orientation import turn_rotated_lines
from vision.recognition.lone_characters import (
    are_characters,
    is_lone,
    lost_characters,
    read_once,
    repeated,
    without_specks,
)
from vision.recognition.lost_entries import lost_entries
from vision.recognition.marks.list_marks import with_list_marks
from vision.recognition.number_signs import with_lost_signs
from vision.recognition.postcodes import correct_postcodes
from vision.recognition.read_twice import without_repeats
from vision.recognition.rereading import (
    doubts_only_marks,
    is_garbled,
    is_settled,
    needs_another,
)
from vision.recognition.second_reading import choose
from vision.recognition.stretches import Stretch, part_of, stretches_of, with_stretches
from vision.recognition.struck_lines import has_number, is_struck, with_struck_doubt
from vision.recognition.suspicious_marks import has_foreign_letter
from vision.recognition.underscores import join_at_underscores
from vision.recognition.units import correct_units
from vision.recognition.unread_ink import has_unread_ink
from vision.recognition.web_addresses import correct_web_addresses

# Lines of the classical finder with less confidence are mostly noise: reading those above .55 too
# costs 2 CPU milliseconds a page of receipts and 9 of forms; word F1 gains .002 on the first and
# loses .003 on the others.
NOISE = 0.6
# So many characters alone without a reading are read again before all are: a page of specks has
# many, and few of them can be read.
FIRST_LOST = 5
KNOWN = 0.8  # confidence of a text that the shape of its line shows
_EXPLAINS = 0.9  # confidence of a second reading that is taken for the ink it explains
_PLAIN = 0.95  # confidence of a line that no stroke crosses
_WHOLE = 0.95  # where this much confidence is asked for, whole lines are read again


@dataclass(frozen=True, slots=True)
class LineTexts:
    """One reading for each crop, in the same order."""

    crops: list[LineCrop]
    readings: list[LineReading]
    models: tuple[ModelUse, ...]

    def lines_read(self) -> dict[str, int]:
        """How many lines with text each recogniser gave."""
        return dict(Counter(each.engine for each in self.readings if each.text and each.engine))


def recognise_lines(
    crops: Sequence[LineCrop],
    first: Recogniser,
    second: Recogniser | None,
    below: float,
    check: Callable[[], None] = lambda: None,
    marks: MarkReader | None = None,
    least: float = NOISE,
) -> LineTexts:
    """The crops, rotated lines turned the right way, with a reading for each.

    What `first` read with a confidence under `below`, or what is likely to be wrong for other
    reasons (`rereading.needs_another`), is read by `second` too, and the better of the two readings
    is taken (`second_reading.choose`); lines under `least` are hardly text and not read again.
    `check` may raise to stop between the two. `marks` corrects characters that neither has a class
    for. Lines whose text is known are not read; they come last.
    """
    known = [crop for crop in crops if crop.text]
    crops = [crop for crop in crops if not crop.text]
    second = second if second and _reads(second, crops) else None
    reread = Reread(least, below, second.name) if second else NEVER
    turned = turn_rotated_lines(crops, first)
    detached = marks.detach(turned) if marks else DetachedMarks(turned, [None] * len(turned))
    crops = detached.crops
    readings = list(first.recognise(crops, reread)) if crops else []
    models = [*detached.models, *_models(readings)]
    if second is not None:
        check()
        lost = lost_characters(crops, readings)
        again, seconds = _read_again(crops, readings, second, reread, lost[:FIRST_LOST])
        if len(lost) > FIRST_LOST and are_characters([again[at] for at in lost[:FIRST_LOST]]):
            again |= _read_lost(crops, readings, second, lost[FIRST_LOST:])
        models += [*seconds, *_models(again.values())]
        for at, reading in again.items():
            readings[at] = with_struck_doubt(crops[at], reading)
    readings = without_repeats(crops, without_shapes(crops, readings))
    readings = [without_inkless_marks(*each) for each in zip(crops, readings, strict=True)]
    readings = [correct_impossible(correct_by_width(each)) for each in readings]
    if marks is not None:
        readings, used = marks.correct(crops, readings, second or first)
        models += used
    readings = [correct_web_addresses(correct_account_numbers(each)) for each in readings]
    readings = [part_joined_numbers(correct_units(each)) for each in readings]
    readings = correct_codes(crops, [correct_postcodes(each) for each in readings])
    readings = [with_lost_signs(*each) for each in zip(crops, readings, strict=True)]
    readings = [join_at_underscores(*each) for each in zip(crops, readings, strict=True)]
    readings = with_list_marks(correct_case_by_height(crops, readings), detached.marks)
    readings = [
        partly_hidden(crop, in_place(crop, reading))
        for crop, reading in zip(crops, readings, strict=True)
    ]
    readings = join_drop_capitals(crops, readings)
    readings += map(_known, known)
    return LineTexts([*crops, *known], readings, tuple(dict.fromkeys(models)))


def _known(crop: LineCrop) -> LineReading:
    """The whole crop as one word."""
    height, width = crop.pixels.shape[:2]
    word = CropWord(crop.text, KNOWN, Box(0.0, 0.0, width, height))
    return LineReading(crop.text, KNOWN, (word,))


def _reads(recogniser: Recogniser, crops: Sequence[LineCrop]) -> bool:
    """Whether it has models for the languages of all lines."""
    return all(recogniser.models(each) for each in {crop.languages for crop in crops})


def _read_again(
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    second: Recogniser,
    reread: Reread,
    lost: Collection[int],
) -> tuple[dict[int, LineReading], list[ModelUse]]:
    """The better readings by the place of their line, and the models of the second ones.

    All of the characters `lost` are read. Of long lines the doubtful stretches alone may be.
    """
    places = _places(crops, readings, reread, lost)
    if not places:
        return {}, []
    cut = _stretches(crops, readings, reread, set(places).difference(lost))
    whole = [at for at in places if at not in cut]
    lone = {at for at in whole if at in lost or is_lone(crops[at], readings[at])}
    asked = [_asked(crops[at], readings[at], reread, lone=at in lone) for at in whole]
    asked += [part_of(crops[at], each) for at, stretches in cut.items() for each in stretches]
    seconds = second.recognise(asked)
    read = {
        at: read_once(reading, crops[at], readings[at]) if at in lone else reading
        for at, reading in zip(whole, seconds, strict=False)
    }
    better = {
        at: reading if at in lost else _better(crops[at], readings[at], reading)
        for at, reading in without_specks(read, lost).items()
    }
    parts = iter(seconds[len(whole) :])
    read_parts = {at: [next(parts) for _ in stretches] for at, stretches in cut.items()}
    foreign = [at for at, each in read_parts.items() if _has_foreign(crops[at], each)]
    for at in set(cut).difference(foreign):
        better[at] = with_stretches(readings[at], cut[at], read_parts[at])
    lines = second.recognise([crops[at] for at in foreign]) if foreign else []
    better |= {at: choose(readings[at], line) for at, line in zip(foreign, lines, strict=True)}
    return better, _models(seconds)


def _has_foreign(crop: LineCrop, parts: Sequence[LineReading]) -> bool:
    """Whether a line is in another language: its other words lack their accents as well."""
    return any(has_foreign_letter(part.text, crop.languages) for part in parts)


def _places(
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    reread: Reread,
    lost: Collection[int],
) -> list[int]:
    """The places of the lines that are to be read again."""
    settled = is_settled(readings, reread)
    gone = lost_entries(crops, readings)
    return [
        at
        for at, (crop, reading) in enumerate(zip(crops, readings, strict=True))
        if at in lost
        or at in gone
        or needs_another(reading, crop.languages, reread, settled=settled)
        or _is_struck(crop, reading)
        or has_unread_ink(crop, reading)
    ]


def _is_struck(crop: LineCrop, reading: LineReading) -> bool:
    doubtful = reading.confidence < _PLAIN or has_number(reading.text)
    return doubtful and is_struck(crop)


def _stretches(
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    reread: Reread,
    places: Collection[int],
) -> dict[int, list[Stretch]]:
    """The stretches of the lines of which no more is to be read again, by their place."""
    if reread.below >= _WHOLE:
        return {}
    found = {at: stretches_of(crops[at], readings[at]) for at in sorted(places)}
    return {
        at: stretches
        for at, stretches in found.items()
        if stretches and not (_is_struck(crops[at], readings[at]) or is_garbled(readings[at]))
    }


def _better(crop: LineCrop, first: LineReading, second: LineReading) -> LineReading:
    """The reading to give of a line that was read twice."""
    better = None
    judged = first.confidence >= _PLAIN and first.text != second.text
    if judged and has_unread_ink(crop, first):
        if has_unread_ink(crop, second):
            better = first if len(second.text) < len(first.text) else None
        elif second.confidence >= _EXPLAINS:
            better = second
    return choose(first, second, better)


def _read_lost(
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    second: Recogniser,
    lost: Sequence[int],
) -> dict[int, LineReading]:
    """Second readings of characters alone, by their place."""
    read = second.recognise([repeated(crops[at]) for at in lost])
    pairs = zip(lost, read, strict=True)
    return {at: read_once(reading, crops[at], readings[at]) for at, reading in pairs}


def _asked(crop: LineCrop, reading: LineReading, reread: Reread, *, lone: bool) -> LineCrop:
    if lone:
        return repeated(crop)
    only_marks = doubts_only_marks(reading, crop.languages, reread)
    return crop if only_marks == crop.only_marks else replace(crop, only_marks=only_marks)


def _models(readings: Iterable[LineReading]) -> list[ModelUse]:
    return [use for reading in readings for use in reading.models]
