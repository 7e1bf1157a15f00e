"""The rule that combines what two witnesses say about a page's orientation.

One witness sees the whole page (`orientation_by_page`), the other its letters and lines
(`orientation_by_lines`). Their probabilities are multiplied, each bounded so that neither outvotes
the other alone when both are confident. A page is turned only on strong evidence; else it stays as
it came.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Turns = NDArray[np.float64]
"""Probabilities [4] of the clockwise turns of 0, 90, 180 and 270 degrees, which sum to 1."""

# Bounds of what one witness alone may claim; the line classifier was not wrong beyond .9.
_LINES_BOUND = 0.03
# An axis whose lines have no top and no bottom is often that of specks or of a screen, whatever the
# share of neighbours along it.
_AXIS_BOUND, _DOUBTFUL_AXIS_BOUND = 0.1, 0.35
_DECIDED = 0.3  # from a half
# Of tuning pages turned four ways, clean and disturbed, no upright one was turned at this
# probability.
_STRONG = 0.8


class LineEvidence(NamedTuple):
    """What letters and lines show.

    `across` is the share of letters whose nearest neighbour is beside them, `upside_down` the
    probability that lines are upside down after a quarter turn clockwise where `across` is below a
    half; None where there are too few lines.
    """

    across: float
    upside_down: float | None

    @property
    def decided(self) -> bool:
        """Whether the lines clearly have a top and a bottom."""
        return self.upside_down is not None and abs(self.upside_down - 0.5) >= _DECIDED


class Judgement(NamedTuple):
    """The clockwise turn in degrees to apply, its probability, and what speaks against it."""

    turn: int
    confidence: float
    detail: str = ""


def turns_by_lines(lines: LineEvidence | None) -> Turns:
    """What the line evidence says of each turn; all alike where there is none."""
    if lines is None:
        return np.full(4, 0.25)
    upside_down = 0.5 if lines.upside_down is None else lines.upside_down
    across = _bounded(lines.across, _AXIS_BOUND if lines.decided else _DOUBTFUL_AXIS_BOUND)
    turns = np.array([across, 1 - across, across, 1 - across]) / 2
    upside_down = _bounded(upside_down, _LINES_BOUND)
    quarter = int(lines.across < 0.5)
    turns[[quarter, quarter + 2]] *= 2 * (1 - upside_down), 2 * upside_down
    return turns


def _bounded(probability: float, bound: float) -> float:
    return min(max(probability, bound), 1 - bound)


def judge(page: Turns, lines: LineEvidence | None, *, alone: bool = True) -> Judgement:
    """The turn that both witnesses together support strongly; 0 where there is none.

    `alone` allows a turn whose lines have no opinion on top and bottom. Without any line evidence,
    which is to say without text, nothing is turned.
    """
    by_lines = turns_by_lines(lines)
    both = page * by_lines
    both /= both.sum()
    best = int(both.argmax())
    if best == 0:
        return Judgement(0, float(both[0]))
    judged = lines is not None and (alone or lines.decided)
    if judged and both[best] >= _STRONG:
        return Judgement(best * 90, float(both[best]))
    return Judgement(
        0,
        float(both[0]),
        f"left as it came on weak evidence for {best * 90} degrees: the page shows"
        f" {_said(page)}, its lines {_said(by_lines)}",
    )


def _said(turns: Turns) -> str:
    if np.allclose(turns, turns[0]):
        return "nothing"
    return f"{int(turns.argmax()) * 90} ({turns.max():.2f})"
