"""The cheapest reading of an uncertain part of a line: a beam search that knows words.

After Tesseract's src/lstm/recodebeam.cpp: every step costs -ln p and a little more, and all steps
of a word that is not listed cost 2.25 times as much. A trie of codes is its grammar. Unlike there,
the probabilities of all paths to one text are added (Graves 2012, Supervised Sequence Labelling,
ch. 7.5), which reads poor print better.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from operator import itemgetter

import numpy as np

from vision.recognition.common.ctc_greedy import Probabilities
from vision.recognition.lstm.beam_paths import (
    OUTSIDE,
    START,
    STEP_COST,
    Path,
    joined,
    longer,
    step_cost,
    total,
)
from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph, Spelling
from vision.recognition.lstm.dawg_lexicon import BEFORE, Lexicon
from vision.recognition.lstm.prefix import Prefix

_DEAREST = 25 / 7  # kWorstDictCertainty / kCertaintyScale: no step of a listed word costs more
# Measured on old prints, where they matter: docs/research/recognition.md.
_WIDTH = 4
_WORD_WIDTH = 4  # prefixes of listed words are kept beyond the others, as in Tesseract
FOLLOWED = 3  # classes of each step
_FLOOR = 0.03  # less likely ones are not followed
_FALLEN = 6.0  # nor prefixes that cost so much more than the best

_Paths = dict[Prefix, Path]
# What a class more leads to, and whether a word ends before it.
_Children = dict[int, list[tuple[Prefix, bool]]]
# A prefix's paths that end in a blank, and those that do not, behind the rank of the cheaper ones.
_Ranked = tuple[float, Prefix, Path | None, Path | None]
_Beam = list[_Ranked]
_Frame = list[tuple[int, float]]  # classes other than the blank with their costs
_BY_COST, _BY_RANK = itemgetter(1), itemgetter(0)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of a part of a line: its cost, and the prefix that spells it."""

    cost: float
    prefix: Prefix

    @property
    def characters(self) -> tuple[int, ...]:
        """Its character ids."""
        return _characters(self.prefix)


@dataclass(slots=True)
class Search:
    """The cheapest readings of a part of a line, which begins and ends between words.

    `probabilities` [time, classes]. Without a lexicon no word costs more than another, and the
    part may begin and end anywhere. `followed` is how many classes of each step are.
    """

    probabilities: Probabilities
    alphabet: Alphabet
    lexicon: Lexicon | None = None
    followed: int = FOLLOWED
    _root: Prefix = field(init=False)
    # Kept here: prefixes that only know their parents are freed without the garbage collector.
    _children: dict[Prefix, _Children] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bound = inf if self.lexicon is None else _DEAREST
        self._root = Prefix(None, -1, False, -1, self.alphabet.root, BEFORE, BEFORE, bound)

    def hypotheses(self) -> list[Hypothesis]:
        """Readings made of whole characters, cheapest first; none where no such reading fits."""
        beam: _Beam = [(0.0, self._root, START, None)]
        blanks = [
            step_cost(each) for each in self.probabilities[:, self.alphabet.blank_class].tolist()
        ]
        begin = 0
        for time, frame in self._frames():
            if begin < time:
                beam = _through_blanks(beam, blanks[begin:time])
            beam = self._pruned(*self._step(beam, frame, blanks[time], time))
            begin = time + 1
        beam = _through_blanks(beam, blanks[begin:])
        found = [
            Hypothesis(self._finished(prefix, total(*ends)), prefix)
            for _, prefix, *ends in beam
            if prefix is self._root or prefix.place.character is not None
        ]
        return sorted(found, key=lambda each: each.cost)

    def glyphs(self, prefix: Prefix, offset: int) -> list[Glyph]:
        """When the characters of a hypothesis were read, if its first step is step `offset`."""
        characters = iter(_characters(prefix)[::-1])
        found: list[Glyph] = []
        until, end, weakest = len(self.probabilities), 0, 1.0
        while prefix.parent is not None:
            # A plain list: of the few steps of a character NumPy's calls would cost more.
            emitted = self.probabilities[prefix.time : until, prefix.number].tolist()
            peak = max(emitted)
            end = end or prefix.time + _length(emitted, peak)
            weakest = min(weakest, peak)
            if prefix.starts:
                start = offset + prefix.time
                found.append(Glyph(next(characters), start, offset + end, weakest))
                end, weakest = 0, 1.0
            until, prefix = prefix.time, prefix.parent
        return found[::-1]

    def _frames(self) -> Iterator[tuple[int, _Frame]]:
        """Steps at which classes are likely, and these with their costs, cheapest first."""
        flat, classes = self.probabilities.ravel(), self.probabilities.shape[1]
        likely = np.flatnonzero(flat > _FLOOR)
        costs = (-np.log(flat[likely]) + STEP_COST).tolist()
        frames: dict[int, _Frame] = {}
        for place, cost in zip(likely.tolist(), costs, strict=True):
            row, number = divmod(place, classes)
            if number != self.alphabet.blank_class:
                frames.setdefault(row, []).append((number, cost))
        for row, frame in frames.items():
            yield row, sorted(frame, key=_BY_COST)[: self.followed] if frame[1:] else frame

    def _step(self, beam: _Beam, frame: _Frame, blank: float, time: int) -> tuple[_Beam, _Paths]:
        """The beam with a blank more, which costs `blank`, and the paths that end in a class."""
        in_blank: _Beam = []
        in_class: _Paths = {}
        for _, prefix, blank_path, class_path in beam:
            best = total(blank_path, class_path)
            path = longer(best, blank, prefix.bound)
            in_blank.append((path[0], prefix, path, None))
            known = self._children.get(prefix)
            if known is None:
                known = self._children[prefix] = {}
            for number, cost in frame:
                path = best
                if number == prefix.number:
                    # The same class again is the same character, unless a blank stands between.
                    if class_path:
                        _offer(in_class, prefix, longer(class_path, cost, prefix.bound))
                    if not blank_path:
                        continue
                    path = blank_path
                children = known.get(number)
                if children is None:
                    children = known[number] = self._new_children(prefix, number, time)
                self._follow(children, prefix, path, cost, in_class)
        return in_blank, in_class

    def _follow(
        self,
        children: list[tuple[Prefix, bool]],
        prefix: Prefix,
        path: Path,
        cost: float,
        in_class: _Paths,
    ) -> None:
        """Add a path of `prefix` to its children.

        `beam_paths.longer` is written out here: a page does this twenty thousand times.
        """
        for child, ends_word in children:
            if ends_word:
                before = self._finished(prefix, path)
                path = (before, before, 0.0, 0.0)
            _, finished, word, dearest = path
            word += cost
            if cost > dearest:  # noqa: PLR1730 - max() takes three times as long
                dearest = cost
            rank = finished + (word if dearest <= child.bound else word * OUTSIDE)
            new = (rank, finished, word, dearest)
            other = in_class.get(child)
            in_class[child] = joined(new, other) if other else new

    def _new_children(self, prefix: Prefix, number: int, time: int) -> list[tuple[Prefix, bool]]:
        place, root = prefix.place, self.alphabet.root
        children: list[tuple[Prefix, bool]] = []
        if place is not root and number in place.longer:
            longer = place.longer[number]
            children.append((self._child(prefix, number, False, time, longer), False))
        if place is root or place.character is not None:
            new = root.longer.get(number)
            if new is not None:
                is_space = new.character == SPACE
                if not is_space or place.character != SPACE:
                    children.append((self._child(prefix, number, True, time, new), is_space))
        return children

    def _child(
        self, prefix: Prefix, number: int, starts: bool, time: int, place: Spelling
    ) -> Prefix:
        before = after = prefix.after if starts else prefix.before
        if self.lexicon is None:
            return Prefix(prefix, number, starts, time, place, before, after, inf)
        character = place.character
        if character is not None and (before is not None or character == SPACE):
            after = self.lexicon.follow(before, character)
        bound = _DEAREST if after is not None else -1.0
        return Prefix(prefix, number, starts, time, place, before, after, bound)

    def _finished(self, prefix: Prefix, path: Path) -> float:
        """The cost of a path whose last word ends here."""
        _, finished, word, dearest = path
        listed = self.lexicon is None or (dearest <= _DEAREST and self._is_listed(prefix))
        return finished + word * (1.0 if listed else OUTSIDE)

    def _is_listed(self, prefix: Prefix) -> bool:
        if prefix.is_listed is None:
            assert self.lexicon is not None
            word = _characters(prefix, since_space=True)
            prefix.is_listed = not word or word in self.lexicon
        return prefix.is_listed

    def _pruned(self, in_blank: _Beam, in_class: _Paths) -> _Beam:
        """The cheapest prefixes, and of those that are listed words so far some more.

        Without a lexicon all words count as listed.
        """
        paths: _Beam = []
        for rank, prefix, blank_path, _ in in_blank:
            path = in_class.pop(prefix, None)
            best = path[0] if path and path[0] < rank else rank
            paths.append((best, prefix, blank_path, path))
        paths += [(path[0], prefix, None, path) for prefix, path in in_class.items()]
        paths.sort(key=_BY_RANK)
        dearest = paths[0][0] + _FALLEN
        kept: _Beam = []
        for each in paths:
            if each[0] >= dearest or len(kept) == _WIDTH + _WORD_WIDTH:
                break
            if len(kept) < _WIDTH or self.lexicon is None or each[1].after is not None:
                kept.append(each)
        return kept


def _characters(prefix: Prefix, *, since_space: bool = False) -> tuple[int, ...]:
    found: list[int] = []
    ends = True  # the character that the prefix belongs to ends with it
    while prefix.parent is not None:
        if ends:
            character = prefix.place.character
            assert character is not None
            if since_space and character == SPACE:
                break
            found.append(character)
        ends = prefix.starts
        prefix = prefix.parent
    return tuple(found[::-1])


def _through_blanks(beam: _Beam, costs: list[float]) -> _Beam:
    """Several steps in which only the blank is likely, all at once."""
    if not costs:
        return beam
    cost, dearest = sum(costs), max(costs)
    return [
        (rank, prefix, longer(total(blank_path, class_path), cost, prefix.bound, dearest), None)
        for rank, prefix, blank_path, class_path in beam
    ]


def _offer(paths: _Paths, prefix: Prefix, path: Path) -> None:
    """Join a path to a prefix with the other paths there."""
    known = paths.get(prefix)
    paths[prefix] = path if known is None else joined(path, known)


def _length(emitted: list[float], peak: float) -> int:
    """Steps until a class falls under half of its peak."""
    for at in range(emitted.index(peak), len(emitted)):
        if emitted[at] < peak / 2:
            return at
    return len(emitted)
