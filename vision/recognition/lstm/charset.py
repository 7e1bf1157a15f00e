"""What a recognition network's classes mean: characters, each spelt with one or more classes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vision.recognition.common.ctc_greedy import Runs

SPACE = 0  # the id of the character between words
_UNSPACED = ("CJK UNIFIED", "KATAKANA LETTER", "THAI CHARACTER")  # names in Unicode
_LONGEST = 9  # classes that spell a character at most


@dataclass(slots=True, eq=False)
class Spelling:
    """A node of the trie of codes: the character whose code ends here, and the nodes by class."""

    character: int | None = None
    longer: dict[int, "Spelling"] = field(default_factory=dict)


class Glyph(NamedTuple):
    """One character read: its id, its time steps (`end` exclusive), its highest probability.

    Where several classes spell it, the lowest of their probabilities.
    """

    character: int
    start: int
    end: int
    probability: float


class Alphabet:
    """Characters by id, and how the network spells them; `blank` is CTC's blank class.

    `codes[i]` are the classes of `characters[i]`. Where two share a code the higher id wins.
    `ids` maps a character to its id, `space_class` is the class of the character between words,
    `spaced` says whether the scripts of these characters have spaces between words.
    """

    def __init__(
        self, characters: Sequence[str], codes: Sequence[tuple[int, ...]], blank: int
    ) -> None:
        self.characters = tuple(characters)
        self.ids = {character: number for number, character in enumerate(characters)}
        self.blank_class = blank
        self.space_class = codes[SPACE][-1] if codes[SPACE] else blank
        self.root = Spelling()
        for character, code in enumerate(codes):
            if code and code != (blank,):
                self._add(character, code)
        self._single = {
            number: place.character
            for number, place in self.root.longer.items()
            if not place.longer and place.character is not None
        }
        self._classes = {character: number for number, character in self._single.items()}
        self.spaced = not any(_is_unspaced(each) for each in self.characters)

    def single_class(self, character: str) -> int | None:
        """The class that alone spells a character; None where there is none."""
        return self._classes.get(self.ids.get(character, -1))

    def glyphs(self, runs: Runs) -> list[Glyph]:
        """The characters that the runs spell, each with the longest code that fits.

        Classes that spell nothing are left out.
        """
        single = list(map(self._single.get, runs.classes))
        if None not in single:
            return list(map(Glyph._make, zip(single, *runs[1:4], strict=True)))
        found: list[Glyph] = []
        at = 0
        while at < len(single):
            character, until = single[at], at + 1
            chance = runs.probabilities[at]
            if character is None:
                character, length = self._longest(runs.classes[at : at + _LONGEST])
                until = at + length
                chance = min(runs.probabilities[at:until])
            if character is not None:
                found.append(Glyph(character, runs.starts[at], runs.ends[until - 1], chance))
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
    """Whether a script has no spaces, as Tesseract judges (Dict::IsSpaceDelimitedLang)."""
    return unicodedata.name(character[:1], "").startswith(_UNSPACED)
