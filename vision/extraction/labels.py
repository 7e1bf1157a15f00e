"""Labels of known fields, found in pieces of text by the vocabulary of labels.toml."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from vision.extraction.evidence import Piece
from vision.extraction.normalised import key_of

NO_FIELDS = frozenset({"ignored", "summary", "paid", "change", "fax"})  # classes of labels alone
_RANKS = {"strong": 2, "weak": 0}
_KEY = re.compile(r"[^\W_]+|#")
_LONGEST = 6  # keys of a phrase
# A rate may stand inside a label: `Total with GST @ 6%`.
_RATE = re.compile(r"[@(]*\d{1,2}(?:[.,]\d{1,2})?%\)?")
_LEAST_LETTERS = 5  # of a word that may be misread in one letter
# Totals may follow a word or two (`Takeaway Total`); a tax in brackets only qualifies a total.
_TOTALS = frozenset({"total", "subtotal"})
_MOST_BEFORE = 2


class Meaning(NamedTuple):
    """What a phrase names, and how well: 2 where it is preferred to others of its class, to 0."""

    kind: str
    rank: int


@dataclass(frozen=True, slots=True)
class Label:
    """A label in the words `first` to `last` (exclusive) of a piece.

    `leads` where it begins the piece, `closed` where a colon or the like ends it.
    """

    piece: Piece
    first: int
    last: int
    kind: str
    rank: int
    leads: bool
    closed: bool
    phrase: str

    @property
    def part(self) -> Piece:
        """The words of the label."""
        return Piece.of(self.piece.tokens[self.first : self.last], self.piece.kind)


class _Key(NamedTuple):
    text: str
    word: int


@cache
def vocabulary() -> Mapping[tuple[str, ...], Meaning]:
    """The meaning of each phrase, as the sequence of its keys."""
    path = Path(__file__).with_name("labels.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], Meaning] = {}
    for kind, languages in table.items():
        for language, phrases in languages.items():
            for phrase in phrases:
                keys = tuple(_KEY.findall(key_of(phrase)))
                found.setdefault(keys, Meaning(kind, _RANKS.get(language, 1)))
    return found


def kinds() -> list[str]:
    """The classes of known fields, in the order of the file."""
    return [
        kind
        for kind in dict.fromkeys(m.kind for m in vocabulary().values())
        if kind not in NO_FIELDS
    ]


@lru_cache(maxsize=4096)
def meaning_of(text: str) -> Meaning | None:
    """What a whole text names as a label, if anything, whether its spaces were read or not."""
    keys = tuple(_KEY.findall(key_of(text)))
    return vocabulary().get(keys) or _unspaced().get("".join(keys))


@cache
def _unspaced() -> Mapping[str, Meaning]:
    return {"".join(phrase): meaning for phrase, meaning in vocabulary().items()}


def labels_in(piece: Piece) -> Iterator[Label]:
    """The labels of a piece from the left; none overlap."""
    keys = [_Key(key, at) for at, word in enumerate(piece.tokens) for key in _keys(word.text)]
    at = 0
    while at < len(keys):
        length = 0 if at and keys[at].word == keys[at - 1].word else _longest(keys, at)
        label = _label(piece, keys, at, length) if length else None
        if label is not None and _counts(label):
            yield label
            at += length
        else:
            at += 1


def _counts(label: Label) -> bool:
    """Whether a phrase stands where labels do: first, before a colon, or after a value."""
    if label.leads:
        return label.closed or len(label.phrase) > 2
    before = [_RATE.sub("", token.text) for token in label.piece.tokens[: label.first]]
    if any(each.isdigit() for each in before[-1]):
        return True
    if label.kind in _TOTALS and len(before) <= _MOST_BEFORE:
        return not any(each.isdigit() for word in before for each in word)
    return label.closed and label.kind != "tax"


@lru_cache(maxsize=8192)
def _keys(word: str) -> tuple[str, ...]:
    """The keys of a word, with one misread letter corrected; none for a rate."""
    return tuple(_corrected(key) for key in _KEY.findall(key_of(_RATE.sub("", word))))


def _corrected(key: str) -> str:
    """The only word of the vocabulary that differs by a letter exchanged, left out or added."""
    if len(key) < _LEAST_LETTERS - 1 or key in _words() or not key.isalpha():
        return key
    near = {word for form in _shortened(key) for word in _near_words().get(form, ())}
    near = {word for word in near if abs(len(word) - len(key)) <= 1 and _one_apart(word, key)}
    return near.pop() if len(near) == 1 else key


@cache
def _first_words() -> frozenset[str]:
    return frozenset(phrase[0] for phrase in vocabulary())


@cache
def _words() -> frozenset[str]:
    return frozenset(word for phrase in vocabulary() for word in phrase)


@cache
def _near_words() -> Mapping[str, frozenset[str]]:
    """Words of the vocabulary by their forms with a letter left out."""
    found: dict[str, set[str]] = {}
    for word in _words():
        if len(word) >= _LEAST_LETTERS:
            for form in _shortened(word):
                found.setdefault(form, set()).add(word)
    return {form: frozenset(words) for form, words in found.items()}


def _shortened(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _one_apart(one: str, other: str) -> bool:
    """Whether a single letter differs, where words are about equally long."""
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    at = min(len(one), len(other)) if shared is None else shared
    skip_one = 1 if len(one) >= len(other) else 0
    skip_other = 1 if len(other) >= len(one) else 0
    return one[at + skip_one :] == other[at + skip_other :]


def _longest(keys: Sequence[_Key], at: int) -> int:
    """How many keys the longest phrase has that begins here; 0 for none."""
    known = vocabulary()
    if keys[at].text not in _first_words():
        return 0
    for length in range(min(_LONGEST, len(keys) - at), 0, -1):
        if tuple(key.text for key in keys[at : at + length]) in known:
            return length
    return 0


def _label(piece: Piece, keys: Sequence[_Key], at: int, length: int) -> Label:
    phrase = tuple(key.text for key in keys[at : at + length])
    meaning = vocabulary()[phrase]
    first, last = keys[at].word, keys[at + length - 1].word + 1
    rest = piece.text[piece.starts[last - 1] :]
    word_ends = rest.split(" ", 1)[0].rstrip(")")
    after = rest.split(" ", 1)[1] if " " in rest else ""
    closed = word_ends.endswith((":", ";", "#")) or after.startswith((":", ";"))
    leads = not any(each.isalnum() for each in piece.text[: piece.starts[first]])
    return Label(piece, first, last, meaning.kind, meaning.rank, leads, closed, " ".join(phrase))
