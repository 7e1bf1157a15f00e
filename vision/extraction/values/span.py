"""A value in a text."""

from typing import NamedTuple


class Span(NamedTuple):
    """A normalised value in the characters `start` to `end` of a text."""

    start: int
    end: int
    value: str
