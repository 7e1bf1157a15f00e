from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.dashboards.draw import Panel, draw, shown
from benchmarks.dashboards.prometheus import Series, named

PLACE = {"x": 0, "y": 0, "w": 12, "h": 7}
RED = (181, 48, 28)


def panel(*series: Series) -> Panel:
    return Panel("Pages", "timeseries", "ops", PLACE, series, ("0 s", "4 s"))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.25, "percentunit", "25%"),
        (2_097_152, "bytes", "2.1 MB"),
        (1234.5, "short", "1,234"),
        (0.0123, "s", "0.0123 s"),
    ],
)
def test_values_have_their_unit_and_three_digits(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_legend_is_filled_in_as_grafana_does() -> None:
    labels = {"role": "pages", "part": "helpers", "instance": "a"}
    assert named("{{role}} {{part}}", labels) == "pages helpers"


def test_a_panel_is_empty_where_no_series_has_a_value() -> None:
    nothing = Series("a", [0, 1], [None, None])
    assert panel().empty
    assert panel(nothing).empty
    assert not panel(nothing, Series("b", [0, 1], [None, 0.0])).empty


def test_each_series_is_drawn_and_breaks_where_it_has_no_value(tmp_path: Path) -> None:
    times = [float(at) for at in range(7)]
    broken = Series("b", times, [2.0, 2.0, None, None, None, 2.0, 2.0])
    draw("Service", [panel(Series("a", times, [1.0] * 7), broken)], tmp_path / "drawn.png")
    pixels = np.asarray(Image.open(tmp_path / "drawn.png").convert("RGB"), int)
    red = np.abs(pixels - RED).sum(axis=2) < 60
    row = red[:180].sum(axis=1).argmax()  # the line of the broken series, above its legend
    columns = np.flatnonzero(red[row])
    assert np.diff(columns).max() > (columns[-1] - columns[0]) / 2
