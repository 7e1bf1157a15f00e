"""Scores that look at where words were found: box-matched words, reading order, fields."""

from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.reader_child import FoundWord
from benchmarks.scoring import WordScore, words_of
from benchmarks.true_pages import TrueUnit

_SLACK = 0.25  # of a unit's height: boxes of truths are drawn with varying care
_LIKE_SIZE = 3.0  # times the smallest area


def owners(words: Sequence[FoundWord], units: Sequence[TrueUnit]) -> list[int | None]:
    """For each found word the unit that holds its centre, by index; None outside all.

    Of several it is the smallest where one lies in the other; of units of a like size, as lines
    whose descenders overlap, the one whose middle is nearest.
    """
    return [_owner(word, units) for word in words]


def _owner(word: FoundWord, units: Sequence[TrueUnit]) -> int | None:
    holding = [at for at, unit in enumerate(units) if _holds(unit, word)]
    if not holding:
        return None
    most = _LIKE_SIZE * min(_area(units[at]) for at in holding)
    alike = (at for at in holding if _area(units[at]) <= most)
    return min(alike, key=lambda at: _off_middle(units[at], word))


def _area(unit: TrueUnit) -> float:
    x0, y0, x1, y1 = unit.box
    return (x1 - x0) * (y1 - y0)


def score_placed(words: Sequence[FoundWord], units: Sequence[TrueUnit]) -> WordScore:
    """Words that are right and in the right place: bags of words compared within each unit."""
    found: dict[int | None, Counter[str]] = {}
    for word, owner in zip(words, owners(words, units), strict=True):
        found.setdefault(owner, Counter()).update(words_of(word[0]))
    true = [Counter(words_of(unit.text)) for unit in units]
    matched = sum((found.get(at, Counter()) & bag).total() for at, bag in enumerate(true))
    total_found = sum(bag.total() for bag in found.values())
    return WordScore(matched, total_found, sum(bag.total() for bag in true))


def score_order(words: Sequence[FoundWord], units: Sequence[TrueUnit]) -> tuple[int, int]:
    """How many successions of true units were kept, of how many where both units were found.

    `words` are in the order read. Unit and successor count as kept where the first word found in
    the successor follows directly upon the last found in the unit; words outside all units, and
    in units whose place is not known, do not come between. What was misread plays no part.
    """
    ordered = in_order(units)
    return successions_kept([at for at in owners(words, ordered) if at is not None])


def in_order(units: Sequence[TrueUnit]) -> list[TrueUnit]:
    """The units whose place is known, as they are to be read."""
    return sorted((u for u in units if u.order is not None), key=lambda u: u.order or 0)


def successions_kept(sequence: Sequence[int]) -> tuple[int, int]:
    """How many numbers are followed by the next one where they end, of those that have a next.

    `sequence` holds, for each word as it was read, the number of the true unit it belongs to.
    """
    return pairs_kept(sequence, [(at, at + 1) for at in sorted(set(sequence))])


def pairs_kept(sequence: Sequence[int], pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """How many second ones begin right where their first one ends, of those that were both read."""
    first = {at: place for place, at in reversed(list(enumerate(sequence)))}
    last = {at: place for place, at in enumerate(sequence)}
    read = [(one, other) for one, other in pairs if one in first and other in first]
    return sum(first[other] == last[one] + 1 for one, other in read), len(read)


def score_fields(text: str, fields: dict[str, str]) -> tuple[int, int]:
    """How many fields stand in the text, word by word in their order, of how many that say any."""
    found = f" {' '.join(words_of(text))} "
    values = [" ".join(words_of(value)) for value in fields.values()]
    return sum(f" {value} " in found for value in values if value), sum(map(bool, values))


def _off_middle(unit: TrueUnit, word: FoundWord) -> float:
    """How far up or down from the unit's middle the word lies, in heights; then how far aside."""
    x0, y0, x1, y1 = unit.box
    down = abs(word[2] + word[4] - y0 - y1) / max(y1 - y0, 1)
    return down + 0.1 * abs(word[1] + word[3] - x0 - x1) / max(x1 - x0, 1)


def _holds(unit: TrueUnit, word: FoundWord) -> bool:
    x0, y0, x1, y1 = unit.box
    slack = (y1 - y0) * _SLACK
    x, y = (word[1] + word[3]) / 2, (word[2] + word[4]) / 2
    return x0 - slack <= x <= x1 + slack and y0 - slack <= y <= y1 + slack
