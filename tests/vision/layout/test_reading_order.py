import json
import random
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box
from vision.layout.reading_order import merge_intervals, reading_order
from vision.layout.rows import rows_of

LINE, PITCH = 20, 26


def line(x0, y0, x1, height=LINE):
    return Box(x0, y0, x1, y0 + height)


def column(x0, x1, top, count, pitch=PITCH):
    """`count` lines of justified prose between x0 and x1."""
    return [line(x0, top + i * pitch, x1) for i in range(count)]


def order(boxes):
    return [index for flow in reading_order(boxes) for row in flow for index in row]


def read_in_turn(*parts):
    """Whether the parts of a page, shuffled together, are read one after the other."""
    boxes = list(chain(*parts))
    turned = boxes[::-1]
    return [turned[i] for i in order(turned)] == boxes


def test_no_boxes_have_no_order():
    assert reading_order([]) == []


def test_a_column_of_prose_is_one_flow_from_the_top():
    assert reading_order(column(100, 900, 50, 3)) == [[[0], [1], [2]]]


@pytest.mark.parametrize("columns", [2, 3, 4])
@pytest.mark.parametrize("shift", [0, 7, 13])
def test_columns_are_read_one_after_the_other_whether_their_lines_align_or_not(columns, shift):
    parts = [column(50 + 220 * i, 250 + 220 * i, 100 + shift * i, 12) for i in range(columns)]
    assert read_in_turn(*parts)
    assert len(reading_order(list(chain(*parts)))) == columns


def test_a_title_across_columns_comes_before_and_wide_text_below_comes_after():
    assert read_in_turn(
        [line(100, 20, 600, 40)],
        column(50, 330, 100, 8),
        column(370, 650, 100, 8),
        column(50, 650, 330, 3),
    )


def test_text_across_the_page_parts_columns_above_it_from_those_below():
    assert read_in_turn(
        column(50, 330, 0, 5),
        column(370, 650, 0, 5),
        [line(50, 150, 650)],
        column(50, 330, 190, 5),
        column(370, 650, 190, 5),
    )


def test_paragraph_gaps_that_meet_across_columns_do_not_interrupt_them():
    left = column(50, 330, 0, 5) + column(50, 330, 170, 5)
    right = column(370, 650, 0, 5) + column(370, 650, 170, 5)
    assert read_in_turn(left, right)


def test_a_short_heading_below_columns_belongs_to_the_wide_text_that_follows():
    assert read_in_turn(
        column(50, 330, 0, 6),
        column(370, 650, 0, 6),
        [line(50, 190, 200)],
        column(50, 650, 216, 3),
    )


def test_the_last_lines_of_an_uneven_left_column_stay_with_it():
    assert read_in_turn(column(50, 330, 0, 9), column(370, 650, 0, 6), column(50, 650, 250, 3))


def test_a_column_that_has_just_begun_is_a_column():
    assert read_in_turn(column(50, 330, 0, 9), column(370, 650, 0, 1))


def test_a_figure_beside_text_is_walked_round():
    figure = Box(370, 0, 650, 300)
    assert read_in_turn(column(50, 330, 0, 12), [figure])


def test_two_columns_beside_a_third_that_runs_past_a_figure():
    figure = Box(50, 0, 430, 200)
    assert read_in_turn(
        [figure],
        column(50, 230, 220, 6),
        column(250, 430, 220, 6),
        column(450, 630, 0, 14),
    )


def test_items_and_their_prices_are_read_row_by_row():
    items = [line(20, y, 250) for y in (0, 30, 60, 90)]
    prices = [line(400, y + 2, 450) for y in (0, 30, 60, 90)]
    boxes = items + prices
    assert reading_order(boxes) == [[[0, 4], [1, 5], [2, 6], [3, 7]]]


@pytest.mark.parametrize(
    ("labels", "flows"),
    [
        ((), [[[0], [1], [2], [3]], [[4], [5], [6], [7]]]),
        ((0,), [[[0], [1], [2], [3]], [[4], [5], [6], [7]]]),
        ((0, 3), [[[0, 4], [1, 5], [2, 6], [3, 7]]]),
        (range(4), [[[0, 4], [1, 5], [2, 6], [3, 7]]]),
        (range(4, 8), [[[0], [1], [2], [3]], [[4], [5], [6], [7]]]),
    ],
)
def test_a_column_of_labels_is_read_row_by_row_with_what_stands_beside_it(labels, flows):
    boxes = column(0, 200, 0, 4) + column(230, 430, 0, 4)
    assert reading_order(boxes, labels) == flows


def test_bullets_stay_with_their_text_in_columns():
    def bulleted(x0):
        rows = ([line(x0, y, x0 + 10), line(x0 + 20, y, x0 + 280)] for y in range(0, 208, PITCH))
        return list(chain(*rows))

    assert read_in_turn(bulleted(50), bulleted(370))


def test_short_pieces_among_prose_do_not_hide_a_column():
    def exam(x0):
        answers = [line(x0 + 40 * i, 104, x0 + 40 * i + 10) for i in range(6)]
        return column(x0, x0 + 280, 0, 4) + answers + column(x0, x0 + 280, 130, 3)

    assert read_in_turn(exam(50), exam(370))


@pytest.mark.parametrize(("gutter", "flows"), [(6, 1), (16, 2)])
def test_columns_need_a_gutter_that_is_wider_than_chance(gutter, flows):
    # Boxes are padded by .18 of a line height a side: 6 pixels leave too little, 16 enough.
    boxes = column(0, 200, 0, 6) + column(200 + gutter - 12, 400, 0, 6)
    assert len(reading_order(boxes)) == flows


def test_lines_that_overlap_a_little_stay_in_order():
    assert read_in_turn([line(50, i * 17, 650) for i in range(8)])


def test_order_does_not_depend_on_resolution():
    boxes = column(50, 330, 0, 8) + column(370, 650, 5, 8) + [line(50, 230, 650)]
    large = [Box(*(4.2 * edge for edge in box)) for box in boxes]
    assert reading_order(boxes) == reading_order(large)


@given(st.lists(st.tuples(*[st.integers(0, 300)] * 2, *[st.integers(0, 90)] * 2), max_size=25))
def test_every_box_is_read_exactly_once_however_they_lie(corners):
    boxes = [Box(x, y, x + w, y + h) for x, y, w, h in corners]
    assert sorted(order(boxes)) == list(range(len(boxes)))


@pytest.mark.parametrize(
    ("boxes", "rows"),
    [
        ([], []),
        ([line(0, 0, 10)], [[0]]),
        ([line(50, 0, 60), line(0, 3, 10)], [[1, 0]]),
        ([line(0, 0, 10), line(50, 9, 60)], [[0, 1]]),
        ([line(0, 0, 10), line(50, 10, 60)], [[0], [1]]),
        ([line(0, 0, 10), line(50, 6, 60, height=6)], [[0, 1]]),
        ([line(0, 20, 10), line(0, 0, 10)], [[1], [0]]),
        ([line(5, 0, 10), line(5, 0, 10)], [[0, 1]]),
    ],
)
def test_boxes_share_a_row_when_they_share_over_half_of_the_lower_one(boxes, rows):
    assert rows_of(boxes, range(len(boxes))) == rows


@pytest.mark.parametrize(
    ("intervals", "merged"),
    [
        ([], []),
        ([(1, 2)], [(1, 2)]),
        ([(3, 4), (1, 2)], [(1, 2), (3, 4)]),
        ([(1, 2), (2, 3)], [(1, 3)]),
        ([(1, 9), (2, 3), (8, 10)], [(1, 10)]),
    ],
)
def test_intervals_that_touch_become_one(intervals, merged):
    assert merge_intervals(intervals) == merged


@pytest.mark.data
@pytest.mark.parametrize(
    ("page", "share"),
    [
        ("omnidoc/gt/omni_c5f244e6", 0.99),  # three close-set columns with headings
        ("omnidoc/gt/omni_2d03c460", 0.99),  # a page of formulas
        ("hist_de/gt/nzz_18071120_0_0_a1_p1_1", 0.9),  # two columns under a masthead
        ("hist_fr/gt/gal_bpt6k6495917k_f21", 0.99),  # a page of a book
    ],
)
def test_lines_of_real_pages_follow_each_other_as_their_transcribers_ordered_them(
    data_dir, page, share
):
    lines = json.loads((data_dir / f"{page}.json").read_text())["lines"]
    boxes = [Box(*found["box"]) for found in lines if found["text"].strip()]
    shuffled = random.Random(0).sample(range(len(boxes)), len(boxes))
    read = [shuffled[i] for i in order([boxes[i] for i in shuffled])]
    kept = sum(after == before + 1 for before, after in pairwise(read))
    assert kept >= share * (len(boxes) - 1)
