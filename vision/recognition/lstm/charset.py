"""What a recognition network's classes mean: characters, each spelt with one or more classes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vision.recognition.common.ctc_greedy import Runs

BLANK = 0  # the id of the character between words
_UNSPACED = ("CJK UNIFIED", "KATAKANA LETTER", "THAI CHARACTER")  # names in Unicode
_LONGEST = 9  # classes that spell a character at most


@dataclass(slots=True, eq=False)
class Spelling:
    """A place in the trie of codes: the character that ends here, and the classes that go on."""

    character: int | None = None
    longer: dict[int, "Spelling"] = field(default_factory=dict)


class Glyph(NamedTuple):
    """One character read: its id, its steps (`end` exclusive), its highest probability.

    Where several classes spell it, the lowest of theirs.
    """

    character: int
    start: int
    end: int
    probability: float


class Alphabet:
    """Characters by id, and how the network spells them; `null` is the class that says nothing.

    `codes[i]` are the classes of `characters[i]`. Where two share a code the higher id wins.
    `ids` leads back from a character to its id, `blank` is the class of the character between
    words, `spaced` says whether it stands between the words of its scripts.
    """

    def __init__(
        self, characters: Sequence[str], codes: Sequence[tuple[int, ...]], null: int
    ) -> None:
        self.characters = tuple(characters)
        self.ids = {character: number for number, character in enumerate(characters)}
        self.null = null
        self.blank = codes[BLANK][-1] if codes[BLANK] else null
        self.root = Spelling()
        for character, code in enumerate(codes):
            if code and code != (null,):
                self._add(character, code)
        self._single = {
            number: place.character
            for number, place in self.root.longer.items()
            if not place.longer and place.character is not None
        }
        self.spaced = not any(_is_unspaced(each) for each in self.characters)

    def glyphs(self, runs: Runs) -> list[Glyph]:
        """The characters that the runs spell, taking as many classes for each as will do.

        Classes that spell nothing are left out.
        """
        numbers, starts = runs.classes.tolist(), runs.starts.tolist()
        ends, chances = runs.ends.tolist(), runs.probabilities.tolist()
        found: list[Glyph] = []
        at = 0
        while at < len(numbers):
            character, until = self._single.get(numbers[at]), at + 1
            chance = chances[at]
            if character is None:
                character, length = self._longest(numbers[at : at + _LONGEST])
                until = at + length
                chance = min(chances[at:until])
            if character is not None:
                found.append(Glyph(character, starts[at], ends[until - 1], chance))
            at = until
        return found

    def _add(self, character: int, code: tuple[int, ...]) -> None:
        place = self.root
        for number in code:
            place = place.longer.setdefault(number, Spelling())
        place.character = character

    def _longest(self, classes: Sequence[int]) -> tuple[int | None, int]:
        """The character of the longest code that `classes` begin with, and its length."""
        best: tuple[int | None, int] = (None, 1)
        place = self.root
        for length, number in enumerate(classes, 1):
            following = place.longer.get(number)
            if following is None:
                break
            place = following
            if place.character is not None:
                best = (place.character, length)
        return best


def _is_unspaced(character: str) -> bool:
    """As Tesseract tells languages without blanks (Dict::IsSpaceDelimitedLang)."""
    return unicodedata.name(character[:1], "").startswith(_UNSPACED)
