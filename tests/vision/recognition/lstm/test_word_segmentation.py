"""Lines of letters ten pixels wide, drawn as boxes of ink; a step of the network is 5 pixels."""

from typing import cast

import numpy as np
import pytest

from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.dawg_lexicon import Lexicon, WordGraph
from vision.recognition.lstm.word_segmentation import part_words

NAMES = (" ", *"abcdelmnosuvx1.é")
IDS = {name: at for at, name in enumerate(NAMES)}
ALPHABET = Alphabet(NAMES, tuple((at,) for at in range(len(NAMES))), len(NAMES))
HEIGHT, STEP = 40.0, 5.0
LETTER, BETWEEN_LETTERS, BETWEEN_WORDS = 10, 2, 12
LEAST_HEARD = 0.1


def listing(word: str) -> Lexicon:
    """A model's list of one word, as a chain of edges, each the last of its node."""
    bits = 5
    ends = [0] * (len(word) - 1) + [4]
    edges = [
        ((at + 1) % len(word)) << (bits + 3) | (1 | end) << bits | IDS[letter]
        for at, (letter, end) in enumerate(zip(word, ends, strict=True))
    ]
    return Lexicon(NAMES, WordGraph(np.array(edges, np.uint64), bits))


def parted(
    read: str,
    *,
    wide_after: int | None = None,
    gap: int = BETWEEN_WORDS,
    heard: float = LEAST_HEARD,
    sure: float = 0.99,
    lexicon: Lexicon | None = None,
    stray: tuple[int, int] | None = None,
    loose_from: int | None = None,
) -> str:
    """How a line reads whose ink has a gap after its letter number `wide_after`.

    Letters from number `loose_from` on are spaced by five pixels more.
    There a blank was heard with the probability `heard`; `stray` is ink from above that covers the
    gap, from one height to another.
    """
    x, glyphs, boxes = 0, [], []
    blanks = np.full(2000, 1e-5, np.float32)
    for at, letter in enumerate(read):
        if letter == " ":
            x += BETWEEN_WORDS - BETWEEN_LETTERS
            step = round(x / STEP)
            glyphs.append(Glyph(SPACE, step - 1, step, 0.9))
            blanks[step - 1] = 0.9
            continue
        boxes.append((x, 10, x + LETTER, 30))
        start = round(x / STEP)
        glyphs.append(Glyph(IDS[letter], start, start + 2, sure))
        x += LETTER + BETWEEN_LETTERS
        x += 5 if loose_from is not None and at >= loose_from else 0
        if at == wide_after:
            blanks[start + 2] = heard
            if stray:
                boxes.append((x - BETWEEN_LETTERS, stray[0], x + gap, stray[1]))
            x += gap - BETWEEN_LETTERS
    ink = np.array(boxes, np.int32).reshape(-1, 4)
    found = part_words(glyphs, blanks, ink, (HEIGHT, STEP), ALPHABET, lexicon)
    steps = [(glyph.start, glyph.end) for glyph in found]
    assert steps == sorted(steps)
    return "".join(NAMES[glyph.character] for glyph in found)


def listing_all(*words: str) -> Lexicon:
    """What holds these words and no others."""
    return cast("Lexicon", [[IDS[letter] for letter in word] for word in words])


def test_two_listed_words_are_parted_beside_a_letter_spaced_word():
    line = {"wide_after": 9, "gap": 7, "loose_from": 13}
    assert parted("on a vu nevous semelabe", **line) == "on a vu nevous semelabe"
    listed = listing_all("ne", "vous")
    assert parted("on a vu nevous semelabe", **line, lexicon=listed) == "on a vu ne vous semelabe"


@pytest.mark.parametrize(
    ("gap", "expected"), [(12, "on a vu ne vous la"), (8, "on a vu nevous la")]
)
def test_a_listed_pair_of_listed_words_is_parted_at_a_whole_space(gap: int, expected: str):
    listed = listing_all("ne", "vous", "nevous")
    assert parted("on a vu nevous la", wide_after=9, gap=gap, lexicon=listed) == expected


@pytest.mark.parametrize(
    ("read", "after", "expected"),
    [("on a vu una la", 9, "on a vu un a la"), ("on a vu avu la", 8, "on a vu a vu la")],
)
def test_a_listed_letter_beside_a_listed_word_is_a_word_at_a_whole_space(read, after, expected):
    listed = listing_all("a", "un", "vu", "una", "avu")
    assert parted(read, wide_after=after, heard=0.002, lexicon=listed) == expected
    assert parted(read, wide_after=after, heard=0.0009, lexicon=listed) == read
    assert parted(read, wide_after=after, heard=0.002, gap=10, lexicon=listed) == read
    assert parted(read, wide_after=after, heard=0.002, lexicon=listing_all("un", "vu")) == read
    assert parted(read, wide_after=after, heard=0.002, sure=0.6, lexicon=listed) == read


def test_a_gap_as_wide_as_the_others_parts_a_word_where_a_blank_was_heard():
    assert parted("on a vu commeceux la", wide_after=12) == "on a vu comme ceux la"


def test_no_wide_gap_parts_a_word_where_nothing_was_heard():
    assert parted("on a vu commeceux la", wide_after=12, heard=1e-4) == "on a vu commeceux la"


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(BETWEEN_LETTERS, "on a vu nevous la"), (5, "on a vu nevous la"), (7, "on a vu ne vous la")],
)
def test_a_narrow_gap_parts_no_word_whatever_was_heard(gap: int, expected: str):
    assert parted("on a vu nevous la", wide_after=9, gap=gap) == expected


def test_a_listed_word_stays_whole():
    line = "on a vu ceux la"
    assert parted(line, wide_after=9) == "on a vu ce ux la"
    assert parted(line, wide_after=9, lexicon=listing("ceux")) == line
    assert parted(line, wide_after=9, lexicon=listing("cela")) == "on a vu ce ux la"


def test_a_misread_word_stays_whole():
    assert parted("on a vu nevous la", wide_after=9, sure=0.5) == "on a vu nevous la"


@pytest.mark.parametrize("line", ["on a vu 1111 la", "on a vu on.a la"])
def test_numbers_and_marks_are_parted_nowhere(line: str):
    assert parted(line, wide_after=9) == line


def test_a_line_with_hardly_a_blank_tells_not_how_wide_one_is():
    assert parted("on nevous la", wide_after=4) == "on nevous la"
    assert parted("nevous", wide_after=1) == "nevous"
    assert parted("") == ""


def test_ink_of_the_line_above_hides_no_gap():
    line, expected = "on a vu nevous la", "on a vu ne vous la"
    assert parted(line, wide_after=9, stray=(0, 8)) == expected
    assert parted(line, wide_after=9, stray=(15, 25)) == line


def test_a_line_whose_ink_has_no_gaps_stays_as_it_is():
    glyphs = [Glyph(IDS["a"] if at % 2 else SPACE, 2 * at, 2 * at + 1, 0.9) for at in range(9)]
    nothing = np.zeros((0, 4), np.int32)
    blanks = np.full(20, 0.5, np.float32)
    assert part_words(glyphs, blanks, nothing, (HEIGHT, STEP), ALPHABET, None) == glyphs
