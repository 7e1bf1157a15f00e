"""Corrects characters of a zone that look alike, where its form or a check digit proves it.

Fields of digits have no letters and fields of letters no digits: there the form decides. Elsewhere
a character is exchanged only if the check digit fails without it and exactly one exchange, of as
few characters as possible, passes it together with the digit over the whole zone.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from vision.extraction.mrz.check_digit import check_digit
from vision.extraction.mrz.layout import Check, FieldPlace, Layout

_TO_DIGIT = str.maketrans("OQDUILZSBGTA", "000011258674")
_TO_LETTER = str.maketrans("012568", "OIZSGB")


def _likenesses(*groups: str) -> dict[str, str]:
    return {
        one: "".join(other for other in group if other != one) for group in groups for one in group
    }


# The commonest likenesses first: others are tried only where these prove nothing.
_ALIKE = (
    _likenesses("0O", "1I"),
    _likenesses("0OQD9", "1IL", "2Z", "5S", "8B", "6G", "7T", "4A"),
)
_FILLERS = "KXLC"  # what a filler is taken for
_MOST_EXCHANGED = 2


def corrected(lines: Sequence[str], layout: Layout) -> list[str]:
    """The lines of a zone with what form and check digits prove."""
    made = [list(line) for line in lines]
    for field in layout.fields:
        _by_form(made, field)
    for check in layout.checks:
        made[check.line][check.at] = made[check.line][check.at].translate(_TO_DIGIT)
    for check in layout.checks:
        if check.name != "composite" and not holds(made, check):
            _by_check(made, check, layout)
    return ["".join(line) for line in made]


def holds(lines: Sequence[Sequence[str]], check: Check) -> bool:
    """Whether a check digit is that of what it is over."""
    over = "".join("".join(lines[line][start:end]) for line, start, end in check.over)
    digit = lines[check.line][check.at]
    if check.optional and not over.strip("<"):
        return digit in "<0"
    return digit == check_digit(over)


def _by_form(lines: list[list[str]], field: FieldPlace) -> None:
    part = "".join(lines[field.line][field.start : field.end])
    if field.alphabet == "digits":
        part = part.translate(_TO_DIGIT)
    elif field.alphabet == "letters":
        part = part.translate(_TO_LETTER)
    if field.name == "names":
        part = _without_letters_in_filler(part)
    if field.name == "sex" and part not in {"M", "F", "<"}:
        part = "<" if part in _FILLERS else part
    lines[field.line][field.start : field.end] = part


def _without_letters_in_filler(names: str) -> str:
    """The names with fillers alone after three of them: nothing follows those."""
    end = names.find("<<<")
    rest = names[end:] if end >= 0 else ""
    if not set(rest) <= set("<" + _FILLERS):
        return names
    return names[: len(names) - len(rest)] + "<" * len(rest)


def _by_check(lines: list[list[str]], check: Check, layout: Layout) -> None:
    """Exchange characters under a check digit, if one way alone passes all that it is part of."""
    composite = next(each for each in layout.checks if each.name == "composite")
    for count, alike in product(range(1, _MOST_EXCHANGED + 1), _ALIKE):
        passing = [
            tried
            for tried in _exchanged(lines, check, count, alike)
            if holds(tried, check) and holds(tried, composite)
        ]
        if passing:
            if len(passing) == 1:
                lines[:] = passing[0]
            return


def _exchanged(
    lines: Sequence[Sequence[str]], check: Check, count: int, alike: Mapping[str, str]
) -> Iterator[list[list[str]]]:
    """The lines with `count` characters under a check digit exchanged, each way once."""
    ((line, start, end),) = check.over
    for places in combinations(range(start, end), count):
        for letters in product(*(alike.get(lines[line][at], "") for at in places)):
            tried = [list(each) for each in lines]
            for at, letter in zip(places, letters, strict=True):
                tried[line][at] = letter
            yield tried
