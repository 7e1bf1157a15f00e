from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.readings import IDENTITY, blank_page, read_line
from vision.core.document import Box
from vision.core.geometry import compose, invert, translation
from vision.core.stages import CropWord, LineReading
from vision.layout.assemble import assemble
from vision.layout.gutters import split_at_gutters
from vision.layout.line_splitting import split_line, word_texts
from vision.layout.placed_line import place_lines

LEFT = (
    "the ferry left at nine",
    "and came before dark on",
    "days when the wind had",
    "gone over to the north",
)
RIGHT = (
    "nobody on board had any",
    "wish to stay for longer",
    "than the crew asked of",
    "them when they signed in",
)


def spaced(words, x, y, gaps, frame=IDENTITY):
    """A line whose words, ten pixels a letter, are as far apart as `gaps` say."""
    placed, at = [], 0.0
    for word, gap in zip(words, [*gaps, 0], strict=True):
        placed.append(CropWord(word, 0.9, Box(at, 0, at + 10 * len(word), 20)))
        at += 10 * len(word) + gap
    crop, _ = read_line(" ".join(words), x, y, width=at, to_frame=frame)
    return crop, LineReading(" ".join(words), 0.9, tuple(placed))


def across(left, right, y, gutter=20, start=300, frame=IDENTITY):
    """A line that runs over a gutter which ends at `start`, words 6 pixels apart before it."""
    words = left.split()
    width = sum(10 * len(word) for word in words) + 6 * (len(words) - 1)
    more = right.split()
    gaps = [6] * (len(words) - 1) + [gutter] + [6] * (len(more) - 1)
    return spaced([*words, *more], start - gutter - width, y, gaps, frame)


def rows(count=4, gutter=20, frame=IDENTITY):
    texts = list(zip(LEFT, RIGHT, strict=True)) * count
    return [
        across(left, right, 26 * at, gutter, frame=frame)
        for at, (left, right) in enumerate(texts[:count])
    ]


def split_texts(lines, frame=IDENTITY):
    placed = place_lines(*zip(*lines, strict=True), invert(frame))
    return [part.line.text for part in split_at_gutters(placed, invert(frame))]


def read(lines, page=None):
    crops, readings = zip(*lines, strict=True)
    return assemble(page or blank_page(), crops, readings, (), (), ("eng",))


def test_lines_across_a_gutter_are_read_column_by_column():
    assert read(rows()).text.split("\n") == [*LEFT, "", *RIGHT]


@pytest.mark.parametrize(("count", "split"), [(1, False), (3, False), (4, True), (9, True)])
def test_a_gutter_needs_several_rows(count, split):
    assert (len(split_texts(rows(count))) == 2 * count) == split


@pytest.mark.parametrize(("gutter", "split"), [(6, False), (8, False), (10, True), (40, True)])
def test_a_gutter_is_wider_than_a_space(gutter, split):
    assert (len(split_texts(rows(6, gutter))) == 12) == split


def test_one_line_across_is_split_where_the_other_rows_already_are():
    parts = [
        each
        for at, (left, right) in enumerate(zip(LEFT[:3], RIGHT[:3], strict=True))
        for each in (
            read_line(left, 280 - 10 * len(left), 26 * at),
            read_line(right, 300, 26 * at),
        )
    ]
    lines = [*parts, across(LEFT[3], RIGHT[3], 78)]
    assert read(lines).text.split("\n") == [*LEFT, "", *RIGHT]


def test_text_across_both_columns_ends_the_gutter():
    heading = read_line("a heading that runs on over both of the columns", 60, -40)
    assert heading[1].text in split_texts([heading, *rows()])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(["tea", "beans", "oil", "milk"], list(RIGHT), id="short items at the left"),
        pytest.param(list(LEFT), ["1.90", "2.40", "11.80", "9.09"], id="prices at the right"),
    ],
)
def test_rows_of_short_pieces_stay_whole(left, right):
    pairs = enumerate(zip(left, right, strict=True))
    lines = [across(one, other, 26 * at) for at, (one, other) in pairs]
    assert len(split_texts(lines)) == 4


def test_spaces_that_line_up_in_monospaced_print_are_no_gutter():
    lines = [spaced(["word"] * 14, 50, 26 * at, [10] * 13) for at in range(8)]
    assert len(split_texts(lines)) == 8


def test_three_columns_are_split_at_both_gutters():
    gaps = [6, 6, 6, 6, 24] * 2 + [6] * 4
    lines = [spaced(LEFT[0].split() * 3, 50, 26 * at, gaps) for at in range(4)]
    assert split_texts(lines) == [LEFT[0]] * 12


def test_a_tilted_line_keeps_its_direction_in_both_parts():
    cos, sin = np.cos(np.radians(5)), np.sin(np.radians(5))
    tilt = compose(np.array([[cos, -sin, 0.0], [sin, cos, 0.0]]), translation(100, 50))
    placed = place_lines(*zip(*rows(frame=tilt), strict=True), invert(tilt))
    parts = split_at_gutters(placed, invert(tilt))
    assert [part.line.text for part in parts[:2]] == [LEFT[0], RIGHT[0]]
    for part in parts:
        (x0, y0), (x1, y1) = part.line.polygon[:2]
        assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(5)
    assert parts[0].line.polygon[1][0] < parts[1].line.polygon[0][0]


def test_a_line_without_words_stays_whole():
    crop, reading = rows()[0]
    assert split_texts([(crop, LineReading(reading.text, 0.9)), *rows()[1:]])[0] == reading.text


@pytest.mark.parametrize(
    ("text", "words", "texts"),
    [
        ("a b", ["a", "b"], ["a ", "b"]),
        ("a,b", ["a,", "b"], ["a,", "b"]),
        ("春眠", ["春", "眠"], ["春", "眠"]),
        ("a b c", ["a", "c"], None),
        ("a b", ["a"], None),
        ("a b", ["b", "a"], None),
    ],
)
def test_words_that_make_up_the_text_cut_it(text, words, texts):
    crop, reading = spaced(words, 0, 0, [5] * (len(words) - 1))
    (placed,) = place_lines([crop], [LineReading(text, 0.9, reading.words)], IDENTITY)
    assert word_texts(placed.line) == texts


def test_a_line_whose_words_are_not_its_text_cannot_be_split():
    crop, reading = spaced(["a", "c"], 0, 0, [5])
    (placed,) = place_lines([crop], [LineReading("a b c", 0.9, reading.words)], IDENTITY)
    with pytest.raises(ValueError, match="words make up its text"):
        split_line(placed, [1], IDENTITY)


_rows = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["a", "of", "ferry", "northern", "12"]), min_size=1, max_size=9),
        st.lists(st.integers(0, 60), min_size=8, max_size=8),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=12,
)


@given(_rows)
def test_no_word_is_lost_doubled_or_moved_by_splitting(made):
    lines = [
        spaced(words, x, 26 * at, gaps[: len(words) - 1])
        for at, (words, gaps, x) in enumerate(made)
    ]
    placed = place_lines(*zip(*lines, strict=True), IDENTITY)
    parts = split_at_gutters(placed, IDENTITY)
    assert [w for part in parts for w in part.line.words] == [
        w for line in placed for w in line.line.words
    ]
    assert all(
        one.box.x1 <= other.box.x0 for one, other in pairwise(parts) if one.box.y0 == other.box.y0
    )
    whole = read(lines)
    words = Counter(word for words, *_ in made for word in words)
    assert Counter(whole.text.split()) == words
