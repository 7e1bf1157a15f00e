"""The styles that tables are drawn in; half of them are kept aside from tuning."""

from dataclasses import dataclass
from typing import Literal

from benchmarks.robustness.halves import Half

Rules = Literal["all", "inner", "rows", "columns", "booktabs", "none"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a table looks. Lengths are in ems of its type; `tilt` is in degrees, clockwise.

    `dash` are the pixels of a rule that are drawn and left out in turn. `heads` is how many rows
    the head has; with two, groups of columns share a cell. `groups` lets rows share a first cell,
    `wraps` breaks long cells, `blank` is the share of cells without text.
    """

    name: str
    ruled: bool
    half: Half
    rules: Rules
    ink: int = 0
    thick: int = 2
    dash: tuple[int, int] | None = None
    doubled: bool = False
    tilt: float = 0.0
    shaded: bool = False
    zebra: bool = False
    heads: int = 1
    groups: bool = False
    wraps: bool = False
    blank: float = 0.08
    pad: float = 0.5
    lead: float = 1.3
    row_pad: float = 0.35
    noise: float = 0.0
    gaps: float = 0.0


STYLES: tuple[Style, ...] = (
    Style("grid", True, "tuning", "all"),
    Style("grid-spans", True, "tuning", "all", heads=2, groups=True),
    Style("light-grey", True, "tuning", "all", ink=190, thick=1, wraps=True),
    Style("dotted", True, "tuning", "all", dash=(2, 3), thick=2),
    Style("tilted", True, "tuning", "all", tilt=0.9, heads=2, thick=1),
    Style("noisy-grid", True, "tuning", "all", gaps=0.015, noise=12.0, tilt=0.7),
    Style("inner", True, "held-out", "inner", heads=2),
    Style("doubled", True, "held-out", "all", doubled=True, groups=True),
    Style("broken", True, "held-out", "all", gaps=0.02, noise=12.0, tilt=-0.4),
    Style("grey-dashed", True, "held-out", "all", ink=120, dash=(7, 4), wraps=True, groups=True),
    Style("shaded-spans", True, "held-out", "all", shaded=True, heads=2, blank=0.3),
    Style("plain", False, "tuning", "none", pad=1.0),
    Style("booktabs", False, "tuning", "booktabs", pad=0.8),
    Style("rows", False, "tuning", "rows", pad=0.8, wraps=True, ink=150),
    Style("zebra", False, "tuning", "none", pad=0.9, zebra=True, shaded=True),
    Style("noisy-plain", False, "tuning", "none", pad=0.9, noise=12.0, tilt=-0.7, wraps=True),
    Style("booktabs-spans", False, "held-out", "booktabs", pad=0.9, heads=2),
    Style("close", False, "held-out", "none", pad=0.55, blank=0.04),
    Style("wrapped", False, "held-out", "none", pad=1.0, wraps=True, row_pad=0.5),
    Style("noisy-rows", False, "held-out", "rows", pad=0.9, noise=14.0, tilt=0.5),
)
