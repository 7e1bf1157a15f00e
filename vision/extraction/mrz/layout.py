"""What stands where in a machine-readable zone (ICAO Doc 9303 parts 4 to 6)."""

from typing import Literal, NamedTuple

Kind = Literal["TD1", "TD2", "TD3"]
Alphabet = Literal["letters", "digits", "any"]


class FieldPlace(NamedTuple):
    """A field: its line, its characters from `start` to before `end`, and what may stand there."""

    name: str
    line: int
    start: int
    end: int
    alphabet: Alphabet


class Check(NamedTuple):
    """A check digit: its place (line, position), and the spans (line, start, end) it is over.

    `optional` may be a filler where all it is over are fillers.
    """

    name: str
    line: int
    at: int
    over: tuple[tuple[int, int, int], ...]
    optional: bool = False


class Layout(NamedTuple):
    """The zone of one kind of document: `height` lines of `length` characters."""

    kind: Kind
    height: int
    length: int
    fields: tuple[FieldPlace, ...]
    checks: tuple[Check, ...]


def _dates(line: int, birth: int, sex: int, expiry: int) -> tuple[FieldPlace, ...]:
    return (
        FieldPlace("birth_date", line, birth, birth + 6, "digits"),
        FieldPlace("sex", line, sex, sex + 1, "letters"),
        FieldPlace("expiry_date", line, expiry, expiry + 6, "digits"),
    )


_CARD = Layout(
    "TD1", 3, 30,
    (
        FieldPlace("document_code", 0, 0, 2, "letters"),
        FieldPlace("issuer", 0, 2, 5, "letters"),
        FieldPlace("document_number", 0, 5, 14, "any"),
        FieldPlace("optional_data", 0, 15, 30, "any"),
        *_dates(1, 0, 7, 8),
        FieldPlace("nationality", 1, 15, 18, "letters"),
        FieldPlace("optional_data_2", 1, 18, 29, "any"),
        FieldPlace("names", 2, 0, 30, "letters"),
    ),
    (
        Check("document_number", 0, 14, ((0, 5, 14),)),
        Check("birth_date", 1, 6, ((1, 0, 6),)),
        Check("expiry_date", 1, 14, ((1, 8, 14),)),
        Check("composite", 1, 29, ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29))),
    ),
)  # fmt: skip


def _two_lines(kind: Kind, length: int, optional: str, checks: tuple[Check, ...]) -> Layout:
    end = length - 2 if kind == "TD3" else length - 1
    fields = (
        FieldPlace("document_code", 0, 0, 2, "letters"),
        FieldPlace("issuer", 0, 2, 5, "letters"),
        FieldPlace("names", 0, 5, length, "letters"),
        FieldPlace("document_number", 1, 0, 9, "any"),
        FieldPlace("nationality", 1, 10, 13, "letters"),
        *_dates(1, 13, 20, 21),
        FieldPlace(optional, 1, 28, end, "any"),
    )
    common = (
        Check("document_number", 1, 9, ((1, 0, 9),)),
        Check("birth_date", 1, 19, ((1, 13, 19),)),
        Check("expiry_date", 1, 27, ((1, 21, 27),)),
    )
    return Layout(kind, 2, length, fields, (*common, *checks))


_SMALL = _two_lines(
    "TD2", 36, "optional_data",
    (Check("composite", 1, 35, ((1, 0, 10), (1, 13, 20), (1, 21, 35))),),
)  # fmt: skip
_PASSPORT = _two_lines(
    "TD3", 44, "personal_number",
    (
        Check("personal_number", 1, 42, ((1, 28, 42),), optional=True),
        Check("composite", 1, 43, ((1, 0, 10), (1, 13, 20), (1, 21, 43))),
    ),
)  # fmt: skip

LAYOUTS: tuple[Layout, ...] = (_CARD, _SMALL, _PASSPORT)
