"""FUNSD's links from questions to answers: how many were found.

A found pair is right if its label covers a question, its value an answer, and the truth links the
two. *Covers*: of the true words whose centre lies in a word of the label (or of the value), and the
words of the true entry, at least half are in both (intersection over union). Centres, because true
boxes are looser than the ink: words in their place have 43% of their area (median of short ones).
Each true link counts once. Links without a word on one side cannot be found and are left out; those
from headings to questions are no pairs of label and value.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.fields.readings import ReadPage
from benchmarks.scoring import WordScore
from vision.core.document import Box
from vision.extraction.evidence import Piece, Token, WordRef, pieces_of
from vision.extraction.pairs.linking import Pair, linked, pairs_of
from vision.extraction.pairs.units import Unit

_LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class TrueForm:
    """The words of a form, the indices of each entry's words, and links of question and answer."""

    boxes: tuple[Box, ...]
    texts: tuple[str, ...]
    entries: Mapping[int, frozenset[int]]
    links: tuple[tuple[int, int], ...]


def true_form(truth: Mapping[str, Any]) -> TrueForm:
    """The truth of a page, without words that have no text."""
    words = [word for word in truth["words"] if word["text"].strip()]
    entries: dict[int, set[int]] = defaultdict(set)
    for at, word in enumerate(words):
        entries[word["entity"]].add(at)
    kinds = {entry["id"]: entry["label"] for entry in truth["entities"]}
    every = {(a, b) for entry in truth["entities"] for a, b in entry["linking"]}
    links = [
        (a, b)
        for a, b in sorted(every)
        if (kinds[a], kinds[b]) == ("question", "answer") and entries.get(a) and entries.get(b)
    ]
    return TrueForm(
        tuple(Box(*word["box"]) for word in words),
        tuple(word["text"] for word in words),
        {number: frozenset(found) for number, found in entries.items()},
        tuple(links),
    )


def score_read(pages: Iterable[ReadPage]) -> WordScore:
    """Links found on pages as they were read."""
    scores = (_score(pairs_of(pieces_of(each.page)), true_form(each.truth)) for each in pages)
    return sum(scores, WordScore())


def score_given(pages: Iterable[ReadPage]) -> WordScore:
    """Links found among the true entries, whose words are given and whose kinds are not."""
    score = WordScore()
    for each in pages:
        form = true_form(each.truth)
        numbers, units = true_units(form)
        place = {id(unit.piece): number for number, unit in zip(numbers, units, strict=True)}
        pairs = linked(units)
        found = {(place[id(pair.label)], place[id(pair.value)]) for pair in pairs}
        score += WordScore(len(found & set(form.links)), len(found), len(form.links))
    return score


def true_units(form: TrueForm) -> tuple[list[int], list[Unit]]:
    """The numbers of the true entries, and each as a unit."""
    numbers = sorted(form.entries)
    return numbers, [Unit.of(_piece(form, sorted(form.entries[number]))) for number in numbers]


def _piece(form: TrueForm, words: Sequence[int]) -> Piece:
    tokens = [
        Token(form.texts[at], 1.0, form.boxes[at], form.boxes[at], WordRef(1, "b1", 0, at))
        for at in words
    ]
    return Piece.of(tokens)


def covered(piece: Piece, form: TrueForm) -> frozenset[int]:
    """The true words whose centre lies in a word of a piece."""
    return frozenset(
        at
        for at, box in enumerate(form.boxes)
        if any(_holds_centre(token.box, box) for token in piece.tokens)
    )


def _holds_centre(box: Box, other: Box) -> bool:
    x, y = (other.x0 + other.x1) / 2, (other.y0 + other.y1) / 2
    return box.x0 <= x < box.x1 and box.y0 <= y < box.y1


def _score(pairs: Sequence[Pair], form: TrueForm) -> WordScore:
    left = set(form.links)
    for label, value in _sides(pairs, form):
        right = (
            link
            for link in left
            if _is_same(label, form.entries[link[0]]) and _is_same(value, form.entries[link[1]])
        )
        left.discard(next(right, (-1, -1)))
    return WordScore(len(form.links) - len(left), len(pairs), len(form.links))


def _sides(
    pairs: Sequence[Pair], form: TrueForm
) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
    for pair in pairs:
        yield covered(pair.label, form), covered(pair.value, form)


def _is_same(words: frozenset[int], entry: frozenset[int]) -> bool:
    return len(words & entry) >= _LEAST_SHARE * len(words | entry)
