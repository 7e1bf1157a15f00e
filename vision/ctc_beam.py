"""The cheapest way to read a doubtful stretch: a beam search that knows words.

After Tesseract's src/lstm/recodebeam.cpp: every step costs -ln p and a little more, and all steps
of a word that is not listed cost 2.25 times as much. A trie of codes is its grammar. Unlike there,
the ways to read one text add up (Graves 2012, Supervised Sequence Labelling, ch. 7.5), which reads
poor print better.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log, log1p
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.alphabet import BLANK, Alphabet, Glyph, Spelling
from vision.ctc import Probabilities
from vision.lexicon import BEFORE, Lexicon, State

_STEP_COST = 0.085  # kCertOffset
_OUTSIDE = 2.25  # kDictRatio
_DEAREST = 25 / 7  # kWorstDictCertainty / kCertaintyScale: no step of a listed word costs more
# Measured on old prints, where they matter: docs/recognition.md.
_WIDTH = 5
_WORD_WIDTH = 5  # prefixes of listed words are kept beyond the others, as in Tesseract
_FOLLOWED = 3  # classes of each step
_FLOOR = 0.01  # less likely ones are not followed
_FALLEN = 6.0  # nor prefixes that cost so much more than the best
_IMPOSSIBLE = 1e-9
_NEGLIGIBLE = 5.0  # e^-5 of a path's probability: not worth adding


class _Path(NamedTuple):
    """The paths to a prefix; `rank` prices its last word as it looks so far."""

    rank: float
    finished: float  # cost of the words before the last
    word: float  # cost of the last word as if it were listed
    dearest: float  # the last word's dearest step, on its cheapest path


_Ends = list[_Path | None]  # in the null class, in the prefix's last class
_Frame = list[tuple[int, float]]  # classes but the null with their costs
_START = _Path(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read a stretch: its character ids and its cost; `prefix` leads back to when."""

    characters: tuple[int, ...]
    cost: float
    prefix: int


@dataclass(slots=True)
class Search:
    """The cheapest readings of one stretch of a line, which begins and ends between words.

    Without a lexicon no word costs more than another, and stretches may be any.
    """

    probabilities: Probabilities
    alphabet: Alphabet
    lexicon: Lexicon | None = None
    # One entry for each prefix met. A move is its last class * 2, plus 1 where a character begins.
    _parents: list[int] = field(default_factory=lambda: [-1])
    _moves: list[int] = field(default_factory=lambda: [-1])
    _times: list[int] = field(default_factory=lambda: [-1])
    _places: list[Spelling] = field(default_factory=list)
    # Where the lexicon stands before and after the prefix's last character; None is not listed.
    _before: list[State | None] = field(default_factory=lambda: [BEFORE])
    _after: list[State | None] = field(default_factory=lambda: [BEFORE])
    _listed: dict[int, bool] = field(default_factory=lambda: {0: True})
    _children: dict[tuple[int, int], int] = field(default_factory=dict)

    def hypotheses(self) -> list[Hypothesis]:
        """Readings made of whole characters, cheapest first; none where no such fits."""
        self._places = [self.alphabet.root]
        beam: dict[int, _Ends] = {0: [_START, None]}
        silences = [_cost(each) for each in self.probabilities[:, self.alphabet.null].tolist()]
        begin = 0
        for time, frame in enumerate(self._frames()):
            if frame:
                beam = self._waited(beam, silences[begin:time])
                beam = self._pruned(self._step(beam, frame, silences[time], time))
                begin = time + 1
        beam = self._waited(beam, silences[begin:])
        found = [
            Hypothesis(self._characters(prefix), self._finished(prefix, _total(ends)), prefix)
            for prefix, ends in beam.items()
            if prefix == 0 or self._places[prefix].character is not None
        ]
        return sorted(found, key=lambda each: each.cost)

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
        costs = (-np.log(self.probabilities[rows, classes]) + _STEP_COST).tolist()
        pairs = list(zip(classes.tolist(), costs, strict=True))
        cuts = np.searchsorted(rows, np.arange(len(heard) + 1)).tolist()
        return [sorted(pairs[a:b], key=lambda pair: pair[1])[:_FOLLOWED] for a, b in pairwise(cuts)]

    def _step(
        self, beam: dict[int, _Ends], frame: _Frame, silence: float, time: int
    ) -> dict[int, _Ends]:
        grown: dict[int, _Ends] = {}
        for prefix, ends in beam.items():
            silent, voiced = ends
            best = _total(ends)
            self._offer(grown, prefix, 0, best, silence)
            last = self._moves[prefix] >> 1
            for number, cost in frame:
                if number != last:
                    self._extend(grown, prefix, best, number, cost, time)
                    continue
                if voiced:
                    self._offer(grown, prefix, 1, voiced, cost)
                if silent:
                    self._extend(grown, prefix, silent, number, cost, time)
        return grown

    def _waited(self, beam: dict[int, _Ends], silences: list[float]) -> dict[int, _Ends]:
        """Steps in which nothing is heard, all at once."""
        if not silences:
            return beam
        cost, dearest = sum(silences), max(silences)
        waited: dict[int, _Ends] = {}
        for prefix, ends in beam.items():
            _, finished, word, before = _total(ends)
            path = self._priced(prefix, finished, word + cost, max(before, dearest))
            waited[prefix] = [path, None]
        return waited

    def _priced(self, prefix: int, finished: float, word: float, dearest: float) -> _Path:
        """A path whose last word may still be listed, or not."""
        hopeful = dearest <= _DEAREST and self._after[prefix] is not None
        factor = 1.0 if hopeful or self.lexicon is None else _OUTSIDE
        return _Path(finished + word * factor, finished, word, dearest)

    def _offer(
        self, grown: dict[int, _Ends], prefix: int, end: int, path: _Path, cost: float
    ) -> None:
        """One step more on this prefix, joined with the other ways there."""
        new = self._priced(prefix, path.finished, path.word + cost, max(path.dearest, cost))
        ends = grown.setdefault(prefix, [None, None])
        known = ends[end]
        ends[end] = new if known is None else _joined(new, known)

    def _extend(
        self,
        grown: dict[int, _Ends],
        prefix: int,
        path: _Path,
        number: int,
        cost: float,
        time: int,
    ) -> None:
        """One class more: on in the character begun, or with a new one after it."""
        place, root = self._places[prefix], self.alphabet.root
        if place is not root and number in place.longer:
            child = self._child(prefix, 2 * number, place.longer[number], time)
            self._offer(grown, child, 1, path, cost)
        if (place is root or place.character is not None) and number in root.longer:
            new = root.longer[number]
            if new.character == BLANK:
                if place.character == BLANK:
                    return
                finished = self._finished(prefix, path)
                path = _Path(finished, finished, 0.0, 0.0)
            self._offer(grown, self._child(prefix, 2 * number + 1, new, time), 1, path, cost)

    def _child(self, prefix: int, move: int, place: Spelling, time: int) -> int:
        child = self._children.get((prefix, move))
        if child is None:
            child = self._children[prefix, move] = len(self._moves)
            self._parents.append(prefix)
            self._moves.append(move)
            self._times.append(time)
            self._places.append(place)
            before = self._after[prefix] if move & 1 else self._before[prefix]
            self._before.append(before)
            self._after.append(self._followed(before, place.character))
        return child

    def _followed(self, state: State | None, character: int | None) -> State | None:
        if self.lexicon is None or character is None:
            return state
        return self.lexicon.follow(state, character)

    def _finished(self, prefix: int, path: _Path) -> float:
        """The cost of a path whose last word ends here."""
        listed = self.lexicon is None or (path.dearest <= _DEAREST and self._is_listed(prefix))
        return path.finished + path.word * (1.0 if listed else _OUTSIDE)

    def _is_listed(self, prefix: int) -> bool:
        known = self._listed.get(prefix)
        if known is None:
            assert self.lexicon is not None
            word = self._characters(prefix, since_blank=True)
            known = self._listed[prefix] = not word or word in self.lexicon
        return known

    def _pruned(self, beam: dict[int, _Ends]) -> dict[int, _Ends]:
        """The cheapest prefixes, and of those that are listed words so far some more."""
        ranks = {prefix: _cheapest(ends).rank for prefix, ends in beam.items()}
        ranked = sorted(ranks, key=ranks.__getitem__)
        dearest = ranks[ranked[0]] + _FALLEN
        near = [prefix for prefix in ranked if ranks[prefix] < dearest]
        kept = near[:_WIDTH]
        if self.lexicon is not None:
            listed = [prefix for prefix in near[_WIDTH:] if self._after[prefix] is not None]
            kept += listed[:_WORD_WIDTH]
        return {prefix: beam[prefix] for prefix in kept}

    def _characters(self, prefix: int, *, since_blank: bool = False) -> tuple[int, ...]:
        found: list[int] = []
        ends = True
        while prefix:
            if ends:
                character = self._places[prefix].character
                assert character is not None
                if since_blank and character == BLANK:
                    break
                found.append(character)
            ends = bool(self._moves[prefix] & 1)
            prefix = self._parents[prefix]
        return tuple(found[::-1])


def _cost(probability: float) -> float:
    return _STEP_COST - log(max(probability, _IMPOSSIBLE))


def _joined(one: _Path, other: _Path) -> _Path:
    """The cheaper path, cheaper still by the probability of the other."""
    cheaper, dearer = (one, other) if one.rank < other.rank else (other, one)
    apart = dearer.rank - cheaper.rank
    if apart > _NEGLIGIBLE:
        return cheaper
    gain = log1p(exp(-apart))
    return _Path(cheaper.rank - gain, cheaper.finished, cheaper.word - gain, cheaper.dearest)


def _total(ends: _Ends) -> _Path:
    silent, voiced = ends
    if silent is None or voiced is None:
        return _cheapest(ends)
    return _joined(silent, voiced)


def _cheapest(ends: _Ends) -> _Path:
    silent, voiced = ends
    if silent is None or (voiced is not None and voiced.rank < silent.rank):
        assert voiced is not None
        return voiced
    return silent


def _length(heard: NDArray[np.float32]) -> int:
    """Steps until a class falls under half of its peak."""
    peak = int(heard.argmax())
    faded = np.flatnonzero(heard[peak:] < heard[peak] / 2)
    return peak + int(faded[0]) if len(faded) else len(heard)
