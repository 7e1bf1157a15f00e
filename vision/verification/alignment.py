"""Which word of one text is which of the other, whatever the order of their parts.

Long common runs are taken first, then shorter ones, as in greedy string tiling (Wise, "String
similarity via greedy string tiling and running Karp-Rabin matching", 1993). So a paragraph or a
table cell that moved is found as a whole, and a frequent word goes with its neighbours.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

_RUNS: Final = (12, 5, 3, 2)  # words in a row; the last run is one word
_NEAR = 40  # words; a single word is expected this close to its neighbours' partners
_SHORT = 4  # words: over so few, both texts are as long
_TELLING = 4  # characters of a word that is found on its own, anywhere


class Alignment:
    """Pairs of indices of two sequences; each index has one partner at most."""

    def __init__(self, given: Sequence[str], read: Sequence[str]) -> None:
        self.given, self.read = given, read
        self.partner: list[int | None] = [None] * len(given)
        self.taken = [False] * len(read)

    def pair(self, given: int, read: int) -> None:
        """Make two words partners."""
        self.partner[given] = read
        self.taken[read] = True

    def expected(self, given: int) -> list[int]:
        """Where its partner would be by its neighbours: after the one's, before the other's.

        The texts begin together, and end together.
        """
        return [at for step in (-1, 1) if (at := self._beside(given, step)) is not None]

    def _beside(self, given: int, step: int) -> int | None:
        for distance in range(1, _NEAR + 1):
            neighbour = given + step * distance
            inside = 0 <= neighbour < len(self.partner)
            at = self.partner[neighbour] if inside else (-1 if step < 0 else len(self.read))
            if at is not None:
                return at - step * (distance if distance < _SHORT else 1)
        return None


def align(given: Sequence[str], read: Sequence[str]) -> Alignment:
    """Pairs of equal words."""
    found = Alignment(given, read)
    for length in _RUNS:
        _tile(found, length)
    for anywhere in (False, True):
        _pair_single(found, anywhere=anywhere)
    return found


def _tile(found: Alignment, length: int) -> None:
    """Pair runs of at least this length, each as far as it goes."""
    places = _Places(found, length)
    start = 0
    while start + length <= len(found.given):
        at = None
        if all(each is None for each in found.partner[start : start + length]):
            at = places.nearest(start)
        start += 1 if at is None else _extend(found, start, at)


class _Places:
    """Where runs of words that are free stand in what was read, in order.

    Places that are taken meanwhile are dropped when they are met, so that a word that both texts
    have thousands of times costs no more than others.
    """

    def __init__(self, found: Alignment, length: int) -> None:
        self._found = found
        self._length = length
        self._places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(found.read) - length + 1):
            if self._is_free(at):
                self._places.setdefault(tuple(found.read[at : at + length]), []).append(at)

    def nearest(self, given: int) -> int | None:
        """The place of the same run that is closest to where the neighbours' partners are."""
        key = tuple(self._found.given[given : given + self._length])
        if not (places := self._places.get(key)):
            return None
        hints = self._found.expected(given) or [0]
        closest = [(abs(at - hint), at) for hint in hints for at in self._around(places, hint)]
        return min(closest)[1] if closest else None

    def _around(self, places: list[int], hint: int) -> Iterator[int]:
        """The free places next to this one, before and after it."""
        while (after := bisect_left(places, hint)) < len(places):
            if self._is_free(places[after]):
                yield places[after]
                break
            del places[after]
        while (before := bisect_left(places, hint) - 1) >= 0:
            if self._is_free(places[before]):
                yield places[before]
                break
            del places[before]

    def _is_free(self, at: int) -> bool:
        return not any(self._found.taken[at : at + self._length])


def _extend(found: Alignment, start: int, at: int) -> int:
    """Pair as many equal words as follow each other from here; how many these are."""
    length = 0
    while (
        start + length < len(found.given)
        and at + length < len(found.read)
        and found.partner[start + length] is None
        and not found.taken[at + length]
        and found.given[start + length] == found.read[at + length]
    ):
        found.pair(start + length, at + length)
        length += 1
    return length


def _pair_single(found: Alignment, *, anywhere: bool) -> None:
    """Pair single words: first those near their neighbours' partners, then telling ones."""
    places = _Places(found, 1)
    for given, word in enumerate(found.given):
        if found.partner[given] is not None or (at := places.nearest(given)) is None:
            continue
        if _is_near(found, given, at) or (anywhere and _is_telling(word)):
            found.pair(given, at)


def _is_near(found: Alignment, given: int, at: int) -> bool:
    return any(abs(at - each) <= _NEAR for each in found.expected(given))


def _is_telling(word: str) -> bool:
    return len(word) >= _TELLING or sum(character.isdigit() for character in word) > 1
