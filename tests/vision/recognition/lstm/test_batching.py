"""Lines are read together where that is cheaper than apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.recognition.lstm.batching import batches

widths_of_lines = st.lists(st.integers(0, 30_000), max_size=80)


@given(widths_of_lines)
def test_every_line_of_a_readable_width_is_read_once(widths):
    read = [at for batch in batches(widths, 3) for at in batch]
    assert sorted(read) == [at for at, width in enumerate(widths) if 3 <= width <= 20_000]


@given(widths_of_lines)
def test_batches_are_bounded_and_the_widest_line_leads(widths):
    for batch in batches(widths, 3):
        assert widths[batch[0]] == max(widths[at] for at in batch)
        assert len(batch) <= 16
        assert len(batch) == 1 or len(batch) * widths[batch[0]] <= 8000


@given(widths_of_lines)
def test_no_batch_is_padded_by_more_than_a_call_of_its_own_costs(widths):
    for batch in batches(widths, 3):
        widest, narrowest = widths[batch[0]], widths[batch[-1]]
        padding = sum(widest - widths[at] for at in batch)
        assert padding <= 60 + 0.45 * narrowest


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
