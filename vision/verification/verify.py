"""Compares the text of another reader, such as a language model, with the words on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vision.core.document import Box, Document
from vision.verification.alignment import Alignment, align
from vision.verification.document import words_of_document
from vision.verification.ink import Ink, Place, beside
from vision.verification.markdown import words_of_markdown
from vision.verification.similar import pair_parted, pair_similar, runs
from vision.verification.words import GivenWord, ReadWord


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Words of the given text that no ink stands behind, from `start` to `end` in it.

    `after` is the place of the word before them that is on a page; None where there is none. `ink`
    is ink that nobody read where they would be: they may be right.
    """

    text: str
    start: int
    end: int
    words: int
    after: Place | None
    ink: Place | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """A word of the given text that only the text layer of the file states: its place is blank."""

    text: str
    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Difference:
    """A word of the given text that is similar to what was read in its place.

    `confidence` is that of the reading: where it is low, the given text may well be right.
    """

    text: str
    start: int
    end: int
    read: str
    confidence: float
    place: Place


@dataclass(frozen=True, slots=True)
class Unread:
    """Words on a page that the given text lacks, side by side in one line.

    `kind` is that of their block: other readers often leave out headers and footers. `left_out`
    words were too doubtful to be in the result.
    """

    text: str
    words: int
    kind: str
    confidence: float
    place: Place
    left_out: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """How far a text and the words on the pages agree. `supported` counts words of the text.

    `blank` and `uncovered`, ink that neither reader has words for, are known from the pictures of
    the pages alone.
    """

    given_words: int
    supported: int
    read_words: int
    unsupported: tuple[Unsupported, ...]
    differences: tuple[Difference, ...]
    unread: tuple[Unread, ...]
    blank: tuple[Blank, ...] = ()
    uncovered: tuple[Place, ...] = ()


def verify(document: Document, text: str, ink: Ink | None = None) -> Verification:
    """Compare a Markdown or plain text with what was read and, if given, with the ink.

    Neither the order of blocks nor case, punctuation, markup, ligatures and hyphens at line ends
    make a difference. Words are paired by long common runs first.
    """
    given, read = words_of_markdown(text), words_of_document(document)
    found = align([word.key for word in given], [word.key for word in read])
    pair_parted(found)
    differing = pair_similar(found)
    paired = {index for index, each in enumerate(found.partner) if each is not None}
    reported = [index for index, word in enumerate(given) if index in paired or not word.optional]
    unsupported = list(_unsupported(text, given, found, read))
    uncovered = list(ink.uncovered) if ink else []
    unsupported = [_with_ink(each, uncovered) for each in unsupported]
    return Verification(
        given_words=len(reported),
        supported=len(paired) - len(differing),
        read_words=sum(not word.left_out for word in read),
        unsupported=tuple(unsupported),
        differences=tuple(
            _difference(text, given[each], _partner(found, read, each)) for each in differing
        ),
        unread=tuple(_unread(found, read)),
        blank=tuple(_blank(text, given, found, read, ink)) if ink else (),
        uncovered=tuple(uncovered),
    )


def _with_ink(words: Unsupported, uncovered: list[Place]) -> Unsupported:
    """The words with the ink that they may stand for, which is taken from the list."""
    ink = beside(words.after, uncovered) if words.after else None
    if ink is not None:
        uncovered.remove(ink)
    return replace(words, ink=ink)


def _blank(
    text: str, given: Sequence[GivenWord], found: Alignment, read: Sequence[ReadWord], ink: Ink
) -> Iterator[Blank]:
    for word, at in zip(given, found.partner, strict=True):
        if at is not None and (place := _place(read[at])) in ink.blank:
            yield Blank(text[word.start : word.end], word.start, word.end, place)


def _partner(found: Alignment, read: Sequence[ReadWord], given: int) -> ReadWord:
    at = found.partner[given]
    assert at is not None
    return read[at]


def _unsupported(
    text: str, given: Sequence[GivenWord], found: Alignment, read: Sequence[ReadWord]
) -> Iterator[Unsupported]:
    for run in runs(found.partner):
        some = [given[index] for index in run if not given[index].optional]
        if not some:
            continue
        start, end = some[0].start, some[-1].end
        after = _place(_partner(found, read, run.start - 1)) if run.start else None
        yield Unsupported(text[start:end], start, end, len(some), after)


def _place(word: ReadWord) -> Place:
    return Place(word.page, word.box)


def _difference(text: str, word: GivenWord, read: ReadWord) -> Difference:
    shown = text[word.start : word.end]
    return Difference(shown, word.start, word.end, read.text, read.confidence, _place(read))


def _unread(found: Alignment, read: Sequence[ReadWord]) -> Iterator[Unread]:
    """Words without a partner; those that follow each other in a line come together."""
    held: list[ReadWord] = []
    for word, taken in zip(read, found.taken, strict=True):
        if held and (taken or not _is_beside(held[-1], word)):
            yield _together(held)
            held = []
        if not taken:
            held.append(word)
    if held:
        yield _together(held)


def _is_beside(one: ReadWord, other: ReadWord) -> bool:
    """Whether they are of one line: their boxes overlap by half of the lower one."""
    if (one.page, one.kind, one.left_out) != (other.page, other.kind, other.left_out):
        return False
    overlap = min(one.box.y1, other.box.y1) - max(one.box.y0, other.box.y0)
    return 2 * overlap >= min(one.box.height, other.box.height)


def _together(words: Sequence[ReadWord]) -> Unread:
    first = words[0]
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    box = Box(min(lefts), min(tops), max(rights), max(bottoms))
    return Unread(
        " ".join(word.text for word in words),
        len(words),
        first.kind,
        min(word.confidence for word in words),
        Place(first.page, box),
        first.left_out,
    )
