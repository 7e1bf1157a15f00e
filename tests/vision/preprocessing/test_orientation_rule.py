"""What two witnesses together decide about a page's orientation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.preprocessing.orientation_rule import LineEvidence, Turns, judge, turns_by_lines

UPRIGHT = LineEvidence(0.95, 0.02)
UPSIDE_DOWN = LineEvidence(0.95, 0.98)
NEEDS_90 = LineEvidence(0.1, 0.02)
NEEDS_270 = LineEvidence(0.1, 0.98)
DOUBTFUL = LineEvidence(0.55, 0.5)
SPECKLE = LineEvidence(0.0, 0.55)  # neighbours of specks, and no line that means anything
FEW_LINES = LineEvidence(0.9, None)

probabilities = st.floats(0.0, 1.0)


def page(turn: int, probability: float) -> Turns:
    """A page witness of this opinion, the other turns alike."""
    turns = np.full(4, (1 - probability) / 3)
    turns[turn // 90] = probability
    return turns


@pytest.mark.parametrize(
    ("page_says", "lines", "turn"),
    [
        # Both agree: even weak opinions support each other.
        (page(0, 0.94), UPRIGHT, 0),
        (page(180, 0.94), UPSIDE_DOWN, 180),
        (page(90, 0.6), NEEDS_90, 90),
        (page(270, 0.6), NEEDS_270, 270),
        # One has an opinion, the other none.
        (page(180, 0.94), DOUBTFUL, 180),
        (page(180, 0.94), FEW_LINES, 180),
        (page(90, 0.94), SPECKLE, 90),
        (page(0, 0.25), UPSIDE_DOWN, 180),
        (page(0, 0.25), DOUBTFUL, 0),
        (page(180, 0.6), DOUBTFUL, 0),
        # Pictures without text are not pages.
        (page(180, 0.94), None, 0),
        # They disagree: the page stays as it came.
        (page(180, 0.94), UPRIGHT, 0),
        (page(0, 0.94), UPSIDE_DOWN, 0),
        (page(90, 0.94), UPRIGHT, 0),
        (page(90, 0.94), UPSIDE_DOWN, 0),
        (page(270, 0.94), NEEDS_90, 0),
        # The lines that turned an upright receipt: an axis, and hardly an opinion on which end.
        (page(0, 0.94), LineEvidence(0.77, 0.81), 0),
    ],
)
def test_a_page_is_turned_only_on_strong_evidence(
    page_says: Turns, lines: LineEvidence | None, turn: int
) -> None:
    assert judge(page_says, lines).turn == turn


@pytest.mark.parametrize(
    ("lines", "turn"), [(FEW_LINES, 0), (DOUBTFUL, 0), (SPECKLE, 0), (UPSIDE_DOWN, 180)]
)
def test_what_does_not_look_like_a_page_is_turned_only_with_its_lines(
    lines: LineEvidence, turn: int
) -> None:
    assert judge(page(180, 0.94), lines, alone=False).turn == turn


def test_a_page_left_as_it_came_states_what_each_witness_shows() -> None:
    left = judge(page(180, 0.6), UPRIGHT)
    assert left.turn == 0
    assert "180 degrees" not in judge(page(0, 0.94), UPRIGHT).detail
    contested = judge(page(0, 0.6), UPSIDE_DOWN)
    assert contested.turn == 0
    assert "weak evidence for 180 degrees" in contested.detail
    assert "the page shows 0 (0.60)" in contested.detail
    assert "its lines 180 (0.87)" in contested.detail
    assert "its lines nothing" in judge(page(180, 0.6), None).detail


@given(across=probabilities, upside_down=st.none() | probabilities)
def test_line_evidence_is_a_distribution_that_rules_nothing_out(
    across: float, upside_down: float | None
) -> None:
    turns = turns_by_lines(LineEvidence(across, upside_down))
    assert turns.sum() == pytest.approx(1.0)
    assert turns.min() > 0.001


@given(opinion=st.lists(st.floats(0.02, 1.0), min_size=4, max_size=4), across=probabilities,
       upside_down=probabilities)  # fmt: skip
def test_turning_the_page_and_its_evidence_turns_the_answer(
    opinion: list[float], across: float, upside_down: float
) -> None:
    """By 180 degrees, unless it stays: what one says of upright the other says of upside down."""
    turns = np.array(opinion) / sum(opinion)
    here = judge(turns, LineEvidence(across, upside_down))
    there = judge(np.roll(turns, 2), LineEvidence(across, 1 - upside_down))
    if here.turn and there.turn:
        assert (here.turn - there.turn) % 360 == 180
