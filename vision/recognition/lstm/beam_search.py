"""The cheapest way to read a doubtful stretch: a beam search that knows words.

After Tesseract's src/lstm/recodebeam.cpp: every step costs -ln p and a little more, and all steps
of a word that is not listed cost 2.25 times as much. A trie of codes is its grammar. Unlike there,
the ways to read one text add up (Graves 2012, Supervised Sequence Labelling, ch. 7.5), which reads
poor print better.
"""

from dataclasses import dataclass, field
from math import exp, inf, log, log1p
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from vision.recognition.common.ctc_greedy import Probabilities
from vision.recognition.lstm.charset import BLANK, Alphabet, Glyph, Spelling
from vision.recognition.lstm.dawg_lexicon import BEFORE, Lexicon, State

_STEP_COST = 0.085  # kCertOffset
_OUTSIDE = 2.25  # kDictRatio
_DEAREST = 25 / 7  # kWorstDictCertainty / kCertaintyScale: no step of a listed word costs more
# Measured on old prints, where they matter: docs/research/recognition.md.
_WIDTH = 4
_WORD_WIDTH = 4  # prefixes of listed words are kept beyond the others, as in Tesseract
_FOLLOWED = 3  # classes of each step
_FLOOR = 0.03  # less likely ones are not followed
_FALLEN = 6.0  # nor prefixes that cost so much more than the best
_IMPOSSIBLE = 1e-9
_NEGLIGIBLE = 5.0  # e^-5 of a path's probability: not worth adding


# The paths to a prefix: their rank, which prices the last word as it looks so far; the cost of the
# words before the last; the cost of the last as if it were listed; and the last word's dearest
# step, on its cheapest path. A plain tuple: a page makes ten thousands of them.
_Path = tuple[float, float, float, float]
_Beam = list[tuple[int, _Path | None, _Path | None]]  # prefixes; ended in the null class, or not
_Frame = list[tuple[int, float]]  # classes but the null with their costs
_BY_COST = itemgetter(1)
_START: _Path = (0.0, 0.0, 0.0, 0.0)


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
    # The dearest step with which its last word may still be a listed one; under 0 where it is none.
    _bounds: list[float] = field(default_factory=list)
    _listed: dict[int, bool] = field(default_factory=lambda: {0: True})
    # What a prefix and a class more lead to, and whether a word ends before it.
    _children: dict[tuple[int, int], list[tuple[int, bool]]] = field(default_factory=dict)

    def hypotheses(self) -> list[Hypothesis]:
        """Readings made of whole characters, cheapest first; none where no such fits."""
        self._places = [self.alphabet.root]
        self._bounds = [self._bound(BEFORE)]
        beam: _Beam = [(0, _START, None)]
        silences = [_cost(each) for each in self.probabilities[:, self.alphabet.null].tolist()]
        begin = 0
        for time, frame in enumerate(self._frames()):
            if frame:
                beam = self._waited(beam, silences[begin:time])
                beam = self._pruned(*self._step(beam, frame, silences[time], time))
                begin = time + 1
        beam = self._waited(beam, silences[begin:])
        found = [
            Hypothesis(self._characters(prefix), self._finished(prefix, _total(*ends)), prefix)
            for prefix, *ends in beam
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
        frames: list[_Frame] = [[] for _ in heard]
        for row, number, cost in zip(rows.tolist(), classes.tolist(), costs, strict=True):
            frames[row].append((number, cost))
        return [sorted(frame, key=_BY_COST)[:_FOLLOWED] if frame[1:] else frame for frame in frames]

    def _step(
        self, beam: _Beam, frame: _Frame, silence: float, time: int
    ) -> tuple[dict[int, _Path], dict[int, _Path]]:
        """The paths that end in the null class and those that do not, by prefix."""
        silent: dict[int, _Path] = {}
        voiced: dict[int, _Path] = {}
        for prefix, quiet, loud in beam:
            best = _total(quiet, loud)
            silent[prefix] = _longer(best, silence, self._bounds[prefix])
            last = self._moves[prefix] >> 1
            for number, cost in frame:
                if number != last:
                    self._extend(voiced, prefix, best, number, cost, time)
                    continue
                if loud:
                    _offer(voiced, prefix, _longer(loud, cost, self._bounds[prefix]))
                if quiet:
                    self._extend(voiced, prefix, quiet, number, cost, time)
        return silent, voiced

    def _waited(self, beam: _Beam, silences: list[float]) -> _Beam:
        """Steps in which nothing is heard, all at once."""
        if not silences:
            return beam
        cost, dearest = sum(silences), max(silences)
        return [
            (prefix, _longer(_total(quiet, loud), cost, self._bounds[prefix], dearest), None)
            for prefix, quiet, loud in beam
        ]

    def _extend(
        self,
        voiced: dict[int, _Path],
        prefix: int,
        path: _Path,
        number: int,
        cost: float,
        time: int,
    ) -> None:
        """One class more: on in the character begun, or with a new one after it."""
        children = self._children.get((prefix, number))
        if children is None:
            children = self._children[prefix, number] = self._born(prefix, number, time)
        for child, ends in children:
            if ends:
                finished = self._finished(prefix, path)
                path = (finished, finished, 0.0, 0.0)
            _offer(voiced, child, _longer(path, cost, self._bounds[child]))

    def _born(self, prefix: int, number: int, time: int) -> list[tuple[int, bool]]:
        place, root = self._places[prefix], self.alphabet.root
        children: list[tuple[int, bool]] = []
        if place is not root and number in place.longer:
            children.append((self._child(prefix, 2 * number, place.longer[number], time), False))
        if (place is root or place.character is not None) and number in root.longer:
            new = root.longer[number]
            blank = new.character == BLANK
            if not blank or place.character != BLANK:
                children.append((self._child(prefix, 2 * number + 1, new, time), blank))
        return children

    def _child(self, prefix: int, move: int, place: Spelling, time: int) -> int:
        before = self._after[prefix] if move & 1 else self._before[prefix]
        after = self._followed(before, place.character)
        self._parents.append(prefix)
        self._moves.append(move)
        self._times.append(time)
        self._places.append(place)
        self._before.append(before)
        self._after.append(after)
        self._bounds.append(self._bound(after))
        return len(self._moves) - 1

    def _bound(self, state: State | None) -> float:
        if self.lexicon is None:
            return inf
        return _DEAREST if state is not None else -1.0

    def _followed(self, state: State | None, character: int | None) -> State | None:
        if self.lexicon is None or character is None:
            return state
        return self.lexicon.follow(state, character)

    def _finished(self, prefix: int, path: _Path) -> float:
        """The cost of a path whose last word ends here."""
        _, finished, word, dearest = path
        listed = self.lexicon is None or (dearest <= _DEAREST and self._is_listed(prefix))
        return finished + word * (1.0 if listed else _OUTSIDE)

    def _is_listed(self, prefix: int) -> bool:
        known = self._listed.get(prefix)
        if known is None:
            assert self.lexicon is not None
            word = self._characters(prefix, since_blank=True)
            known = self._listed[prefix] = not word or word in self.lexicon
        return known

    def _pruned(self, silent: dict[int, _Path], voiced: dict[int, _Path]) -> _Beam:
        """The cheapest prefixes, and of those that are listed words so far some more.

        Without a lexicon all words are as good as listed.
        """
        ranks = {prefix: path[0] for prefix, path in silent.items()}
        for prefix, path in voiced.items():
            if path[0] < ranks.get(prefix, inf):
                ranks[prefix] = path[0]
        ranked = sorted(ranks, key=ranks.__getitem__)
        dearest = ranks[ranked[0]] + _FALLEN
        near = [prefix for prefix in ranked if ranks[prefix] < dearest]
        kept, others = near[:_WIDTH], near[_WIDTH:]
        if self.lexicon is not None:
            others = [prefix for prefix in others if self._after[prefix] is not None]
        kept += others[:_WORD_WIDTH]
        return [(prefix, silent.get(prefix), voiced.get(prefix)) for prefix in kept]

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


def _longer(path: _Path, cost: float, bound: float, dearest: float | None = None) -> _Path:
    """A path with steps more on its last word, which may be listed while none costs over `bound`.

    `dearest` of these steps where they are several.
    """
    _, finished, word, before = path
    word += cost
    step = cost if dearest is None else dearest
    if before > step:  # noqa: PLR1730 - max() takes three times as long, in the innermost loop
        step = before
    return (finished + (word if step <= bound else word * _OUTSIDE), finished, word, step)


def _offer(paths: dict[int, _Path], prefix: int, path: _Path) -> None:
    """A path to a prefix, joined with the other ways there."""
    known = paths.get(prefix)
    paths[prefix] = path if known is None else _joined(path, known)


def _joined(one: _Path, other: _Path) -> _Path:
    """The cheaper path, cheaper still by the probability of the other."""
    cheaper, dearer = (one, other) if one[0] < other[0] else (other, one)
    apart = dearer[0] - cheaper[0]
    if apart > _NEGLIGIBLE:
        return cheaper
    gain = log1p(exp(-apart))
    rank, finished, word, dearest = cheaper
    return (rank - gain, finished, word - gain, dearest)


def _total(quiet: _Path | None, loud: _Path | None) -> _Path:
    if quiet is None:
        assert loud is not None
        return loud
    return quiet if loud is None else _joined(quiet, loud)


def _length(heard: NDArray[np.float32]) -> int:
    """Steps until a class falls under half of its peak."""
    peak = int(heard.argmax())
    faded = np.flatnonzero(heard[peak:] < heard[peak] / 2)
    return peak + int(faded[0]) if len(faded) else len(heard)
