"""A model's word lists: directed acyclic word graphs over character ids.

Layout of the edges: src/dict/dawg.h of Tesseract. The low bits hold the letter, then three flags
(last edge of its node, backward, end of a word), above them the index of the next node's first
edge; next 0 means that nothing follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vision.recognition.lstm.charset import SPACE

_LAST, _BACKWARD, _ENDS = 1, 2, 4
_LONGEST_WORD = 64
_REMEMBERED = 100_000
# States before a word's first letter, and behind the marks after its last. Within a word a state is
# its node * 2, plus 1 where a word may end. A pair holds the state as a word and that as a number,
# None where it cannot be one.
_BEFORE, _BEHIND = -1, -2
State = tuple[int | None, int | None]
BEFORE: State = (_BEFORE, _BEFORE)


@dataclass(frozen=True, slots=True, eq=False)
class WordGraph:
    """`edges` uint64 as in the file; `letter_bits` of each hold the letter."""

    edges: NDArray[np.uint64]
    letter_bits: int
    _steps: dict[tuple[int, int], tuple[int, bool] | None] = field(default_factory=dict)

    def __contains__(self, word: Sequence[int]) -> bool:
        """Whether these character ids are a whole word."""
        node, ends = 0, False
        for at, letter in enumerate(word):
            step = self.step(node, letter) if node or not at else None
            if step is None:
                return False
            node, ends = step
        return ends

    def step(self, node: int, letter: int) -> tuple[int, bool] | None:
        """The node that a letter leads to, 0 where none follows, and whether a word ends there.

        None where no edge of `node` has the letter; the root is node 0.
        """
        key = (node, letter)
        if key in self._steps:
            return self._steps[key]
        edge = self._edge(node, letter)
        found = edge and (edge >> (self.letter_bits + 3), bool(edge >> self.letter_bits & _ENDS))
        if len(self._steps) < _REMEMBERED:
            self._steps[key] = found or None
        return found or None

    def some_words(self, most: int) -> Iterator[tuple[int, ...]]:
        """Up to `most` words, one walk from each edge of the root, taking first edges from there.

        For samples; a graph with cycles gives no endless word.
        """
        mask, shift = (1 << self.letter_bits) - 1, self.letter_bits + 3
        for at in range(min(most, len(self.edges))):
            first = int(self.edges[at])
            word, edge = [first & mask], first
            while (edge >> shift) and len(word) < _LONGEST_WORD:
                node = edge >> shift
                if node >= len(self.edges):
                    break
                edge = int(self.edges[node])
                word.append(edge & mask)
            if edge >> self.letter_bits & _ENDS:
                yield tuple(word)
            if first >> self.letter_bits & _LAST:
                return

    def _edge(self, node: int, letter: int) -> int | None:
        mask = (1 << self.letter_bits) - 1
        for at in range(node, len(self.edges)):
            edge = int(self.edges[at])
            flags = edge >> self.letter_bits
            if edge & mask == letter and not flags & _BACKWARD:
                return edge
            if flags & _LAST:
                return None
        return None


@dataclass(slots=True)
class Lexicon:
    """Words, and numbers with a space for each digit, of one model; `characters` are its, by id.

    Marks around a word must be among `marks`, which have a space for the word; where the model has
    no such list, any marks may.
    """

    characters: tuple[str, ...]
    words: WordGraph
    numbers: WordGraph | None = None
    marks: WordGraph | None = None
    _known: dict[tuple[int, ...], bool] = field(default_factory=dict)
    _followed: dict[tuple[State, int], State | None] = field(default_factory=dict)

    def __contains__(self, word: Sequence[int]) -> bool:
        """Whether these character ids are a word or a number in its marks, or marks alone."""
        key = tuple(word)
        known = self._known.get(key)
        if known is None:
            known = self._look_up(key)
            if len(self._known) < _REMEMBERED:
                self._known[key] = known
        return known

    def follow(self, state: State | None, character: int) -> State | None:
        """The state after a character; None for a word that is not listed.

        Begin with BEFORE; a space leads back to it.
        """
        if character == SPACE:
            return BEFORE
        if state is None:
            return None
        key = (state, character)
        if key in self._followed:
            return self._followed[key]
        found = self._follow(state, character)
        if len(self._followed) < _REMEMBERED:
            self._followed[key] = found
        return found

    def _follow(self, state: State, character: int) -> State | None:
        text = self.characters[character]
        word = _step(self.words, state[0], character, is_letter=text[0].isalnum())
        digit = SPACE if text.isdigit() else character
        number = _step(self.numbers, state[1], digit, is_letter=text[0].isalnum())
        return None if word is None and number is None else (word, number)

    def _look_up(self, word: tuple[int, ...]) -> bool:
        texts = [self.characters[letter] for letter in word]
        inside = [at for at, text in enumerate(texts) if text[0].isalnum()]
        if not inside:
            return self.marks is not None and word in self.marks
        first, last = inside[0], inside[-1] + 1
        around = (*word[:first], SPACE, *word[last:])
        if self.marks is not None and len(around) > 1 and around not in self.marks:
            return False
        core = word[first:last]
        return core in self.words or self._is_number(core)

    def _is_number(self, word: tuple[int, ...]) -> bool:
        digits = [SPACE if self.characters[letter].isdigit() else letter for letter in word]
        return self.numbers is not None and digits in self.numbers


def _step(
    graph: WordGraph | None, state: int | None, letter: int, *, is_letter: bool
) -> int | None:
    if graph is None or state is None:
        return None
    if state < 0:
        if not is_letter:
            return state
        if state == _BEHIND:
            return None
    node, ends = (0, False) if state == _BEFORE else (state >> 1, bool(state & 1))
    step = graph.step(node, letter) if node or state == _BEFORE else None
    if step is not None:
        return step[0] << 1 | step[1]
    return _BEHIND if ends and not is_letter else None
