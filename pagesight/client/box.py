"""Boxes as results have them."""

from typing import NamedTuple


class Box(NamedTuple):
    """An upright rectangle in pixels of the page, origin top-left; the far edges are exclusive."""

    x0: float
    y0: float
    x1: float
    y1: float
