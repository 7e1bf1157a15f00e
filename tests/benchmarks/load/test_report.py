import json
from pathlib import Path

from PIL import Image

from benchmarks.load.open_loop import Step
from benchmarks.load.report import Row, panel, write_report

ROWS = [
    Row(Step(1.0, 1.0, 0, 0.5, 0.9, 1.0), 0.6, 0.4),
    Row(Step(2.0, 1.5, 0, 2.0, 4.0, 5.0), 3.0, 0.5),
]


def test_each_quantile_is_a_line_over_the_offered_rates() -> None:
    shown = panel(ROWS)
    assert [list(each.times) for each in shown.series] == [[1.0, 2.0]] * 4
    assert {each.name: each.last for each in shown.series} == {
        "p50": 2.0, "p95": 4.0, "p99": 5.0, "p95 of an ideal queue": 3.0
    }  # fmt: skip
    assert shown.ends == ("1/s", "2/s")


def test_the_report_has_every_step_with_its_conditions_and_a_picture(tmp_path: Path) -> None:
    write_report(ROWS, tmp_path / "load")
    content = json.loads((tmp_path / "load" / "load.json").read_text())
    assert [each["offered"] for each in content["steps"]] == [1.0, 2.0]
    assert [each["processor_s"] for each in content["steps"]] == [0.4, 0.5]
    assert "cores" in content["conditions"]
    with Image.open(tmp_path / "load" / "load.png") as picture:
        assert picture.width > picture.height
