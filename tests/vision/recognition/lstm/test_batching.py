"""Lines are read together where that is cheaper than apart."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.recognition.lstm import batching
from vision.recognition.lstm.batching import batches

widths_of_lines = st.lists(st.integers(0, 30_000) | st.integers(0, 900), max_size=80)


def fits(widths):
    """Whether lines of these widths, widest first, may be one batch."""
    padding = sum(widths[0] - width for width in widths)
    call = batching._CALL + batching._CALL_BY_WIDTH * widths[-1]
    pixels = len(widths) * widths[0]
    return (
        len(widths) <= batching._MOST_LINES and pixels <= batching._MOST_PIXELS and padding <= call
    )


@given(widths_of_lines)
def test_every_line_of_a_readable_width_is_read_once(widths):
    read = [at for batch in batches(widths, 3) for at in batch]
    assert sorted(read) == [at for at, width in enumerate(widths) if 3 <= width <= 20_000]


@given(widths_of_lines)
def test_a_batch_is_bounded_and_padded_by_no_more_than_a_call_costs(widths):
    for batch in batches(widths, 3):
        read = [widths[at] for at in batch]
        assert read == sorted(read, reverse=True)
        assert len(read) == 1 or fits(read)


@given(widths_of_lines)
def test_a_batch_ends_only_where_the_next_line_does_not_fit(widths):
    for batch, following in pairwise(batches(widths, 3)):
        assert not fits([*(widths[at] for at in batch), widths[following[0]]])


@pytest.mark.parametrize(
    ("widths", "read"),
    [
        ([], []),
        ([2], []),
        ([3], [[0]]),
        ([20_000], [[0]]),
        ([20_001], []),
        ([100, 100, 100], [[0, 1, 2]]),
        ([100, 400], [[1], [0]]),
        ([400, 330], [[0, 1]]),
        ([4000, 4000, 4000], [[0, 1], [2]]),
        ([50] * 17, [list(range(16)), [16]]),
        ([100, 96, 60, 1000], [[3], [0, 1, 2]]),
    ],
)
def test_lines_near_in_width_go_together(widths, read):
    assert list(batches(widths, 3)) == read
