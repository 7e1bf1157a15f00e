"""Prefix beam search of CTC output, over the classes that spell characters.

After Graves (2012), Supervised Sequence Labelling, ch. 7.5, with a trie of codes as its grammar.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from vision.alphabet import Alphabet, Glyph, Spelling
from vision.ctc import Probabilities
from vision.lexicon import BEFORE, Lexicon

# Measured on old prints, where they matter: docs/recognition.md.
_WIDTH = 12
_FLOOR = 0.005  # less likely classes are not followed
_FALLEN = 3e-3  # nor prefixes so much less likely than the best
# Prefixes of listed words are followed longer: Tesseract keeps them in beams of their own.
_WORD_WIDTH = 16
_FALLEN_WORD = 1e-5
_SILENCE = 0.999

_Beam = dict[int, tuple[float, float]]  # prefix: probability to end in the blank, in its class
_Frame = list[tuple[int, float]]  # classes other than the blank with their probabilities


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read a stretch: its character ids, the logarithm of their probability.

    `prefix` leads back to when they were read.
    """

    characters: tuple[int, ...]
    log_probability: float
    prefix: int


@dataclass(slots=True)
class Search:
    """The likeliest readings of one stretch of a line."""

    probabilities: Probabilities
    alphabet: Alphabet
    lexicon: Lexicon | None = None  # only for alphabets that spell with one class
    # One entry for each prefix met. A move is its last class * 2, plus 1 where a character begins.
    _parents: list[int] = field(default_factory=lambda: [-1])
    _moves: list[int] = field(default_factory=lambda: [-1])
    _times: list[int] = field(default_factory=lambda: [-1])
    _places: list[Spelling] = field(default_factory=list)
    _words: list[int | None] = field(default_factory=lambda: [BEFORE])
    _children: dict[tuple[int, int], int] = field(default_factory=dict)

    def hypotheses(self) -> list[Hypothesis]:
        """Readings made of whole characters, best first; none where no such fits."""
        self._places = [self.alphabet.root]
        beam: _Beam = {0: (1.0, 0.0)}
        scale = 0.0
        silences = self.probabilities[:, self.alphabet.null].tolist()
        for time, (silence, frame) in enumerate(zip(silences, self._frames(), strict=True)):
            if silence > _SILENCE:
                beam = {prefix: (blank + voiced, 0.0) for prefix, (blank, voiced) in beam.items()}
                continue
            beam, highest = self._pruned(self._step(beam, frame, silence, time))
            scale += log(highest)
        found = [
            Hypothesis(self._characters(prefix), scale + log(sum(ends)), prefix)
            for prefix, ends in beam.items()
            if prefix == 0 or self._places[prefix].character is not None
        ]
        return sorted(found, key=lambda each: -each.log_probability)

    def glyphs(self, prefix: int, offset: int) -> list[Glyph]:
        """When the characters of a hypothesis were read; the stretch begins at step `offset`."""
        characters = iter(self._characters(prefix)[::-1])
        found: list[Glyph] = []
        until, end, weakest = len(self.probabilities), 0, 1.0
        while prefix:
            start, move = self._times[prefix], self._moves[prefix]
            heard = self.probabilities[start:until, move >> 1]
            end = end or start + _length(heard)
            weakest = min(weakest, float(heard.max()))
            if move & 1:
                found.append(Glyph(next(characters), offset + start, offset + end, weakest))
                end, weakest = 0, 1.0
            until, prefix = start, self._parents[prefix]
        return found[::-1]

    def _frames(self) -> list[_Frame]:
        heard = self.probabilities > _FLOOR
        heard[:, self.alphabet.null] = False
        rows, classes = np.nonzero(heard)
        pairs = list(zip(classes.tolist(), self.probabilities[rows, classes].tolist(), strict=True))
        cuts = np.searchsorted(rows, np.arange(len(heard) + 1)).tolist()
        return [pairs[a:b] for a, b in pairwise(cuts)]

    def _step(self, beam: _Beam, frame: _Frame, silence: float, time: int) -> _Beam:
        grown: _Beam = {}
        silence = max(silence, 1e-9)
        faintest = _FALLEN if self.lexicon is None else _FALLEN_WORD
        for prefix, (blank, voiced) in beam.items():
            total = blank + voiced
            last = self._moves[prefix] >> 1
            held = 0.0
            for number, chance in frame:
                mass = total * chance
                if number == last:
                    held, mass = voiced * chance, blank * chance
                if mass > faintest:
                    for child in self._extended(prefix, number, time):
                        if mass <= _FALLEN and self._words[child] is None:
                            continue
                        before = grown.get(child, (0.0, 0.0))
                        grown[child] = (before[0], before[1] + mass)
            before = grown.get(prefix, (0.0, 0.0))
            grown[prefix] = (before[0] + total * silence, before[1] + held)
        return grown

    def _extended(self, prefix: int, number: int, time: int) -> list[int]:
        """Prefixes one class longer: on in the character begun, or with a new one after it."""
        place, root = self._places[prefix], self.alphabet.root
        found = []
        if place is not root and number in place.longer:
            found.append(self._child(prefix, 2 * number, place.longer[number], time))
        if (place is root or place.character is not None) and number in root.longer:
            found.append(self._child(prefix, 2 * number + 1, root.longer[number], time))
        return found

    def _child(self, prefix: int, move: int, place: Spelling, time: int) -> int:
        child = self._children.get((prefix, move))
        if child is None:
            child = self._children[prefix, move] = len(self._moves)
            self._parents.append(prefix)
            self._moves.append(move)
            self._times.append(time)
            self._places.append(place)
            self._words.append(self._followed(prefix, place))
        return child

    def _followed(self, prefix: int, place: Spelling) -> int | None:
        if self.lexicon is None or place.character is None:
            return None
        return self.lexicon.follow(self._words[prefix], place.character)

    def _pruned(self, beam: _Beam) -> tuple[_Beam, float]:
        """The best prefixes, their probabilities as shares of the highest, and that."""
        totals = {prefix: blank + voiced for prefix, (blank, voiced) in beam.items()}
        ranked = sorted(totals, key=totals.__getitem__, reverse=True)
        highest = totals[ranked[0]]
        kept = [each for each in ranked[:_WIDTH] if totals[each] > highest * _FALLEN]
        if self.lexicon is not None:
            listed = [each for each in ranked[len(kept) :] if self._words[each] is not None]
            faintest = highest * _FALLEN_WORD
            kept += [each for each in listed[:_WORD_WIDTH] if totals[each] > faintest]
        return {
            prefix: (beam[prefix][0] / highest, beam[prefix][1] / highest) for prefix in kept
        }, highest

    def _characters(self, prefix: int) -> tuple[int, ...]:
        found: list[int] = []
        ends = True
        while prefix:
            if ends:
                character = self._places[prefix].character
                assert character is not None
                found.append(character)
            ends = bool(self._moves[prefix] & 1)
            prefix = self._parents[prefix]
        return tuple(found[::-1])


def _length(heard: NDArray[np.float32]) -> int:
    """Steps until a class falls under half of its peak."""
    peak = int(heard.argmax())
    faded = np.flatnonzero(heard[peak:] < heard[peak] / 2)
    return peak + int(faded[0]) if len(faded) else len(heard)
