"""What the benchmark of orientation counts as an error."""

from collections.abc import Mapping

import numpy as np
import pytest

from benchmarks.made_pages import letter
from benchmarks.orientation import Source, Tally, disturbed_pages, four_ways, table
from vision.core.arrays import Image


class Always:
    """Two judges of one fixed opinion each."""

    def __init__(self, opinions: Mapping[str, int]) -> None:
        self._opinions = dict(opinions)

    def turns(self, pixels: Image) -> dict[str, int]:
        return self._opinions


@pytest.mark.parametrize(("needs", "upset"), [(0, (0, 1)), (2, (1, 1))])
def test_an_error_that_turns_an_upright_page_counts_twice(
    needs: int, upset: tuple[int, int]
) -> None:
    source = Source("made", "letter", 0, np.zeros((8, 6, 3), np.uint8), needs)
    tally = Tally()
    four_ways(
        source, "none", source.pixels, Always({"pagesight": needs, "page network": 1}), [tally]
    )
    assert tally.cases == 4
    assert (tally.wrong["pagesight"], tally.wrong["page network"]) == (3, 3)
    assert (tally.upset["pagesight"], tally.upset["page network"]) == upset
    assert f"| all | 4 | 3 ({upset[0]}) | 3 ({upset[1]}) |" in table("Pages", {"made": tally})


def test_a_page_comes_clean_and_under_the_same_disturbances_each_time() -> None:
    source = Source("made", "letter", 1, letter(3).pixels)
    first, again = (dict(disturbed_pages(source, 3)) for _ in range(2))
    assert source.half == "held-out"
    assert len(first) == 4
    assert np.array_equal(first["none"], source.pixels)
    assert first.keys() == again.keys()
    assert all(np.array_equal(first[name], again[name]) for name in first)
