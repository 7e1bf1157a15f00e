from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.calibration import calibration_error, fit, least_error
from benchmarks.judged_words import is_right, profile_of, with_truth
from benchmarks.reliability_plot import draw
from benchmarks.true_pages import TruePage, TrueUnit
from tests.support.lines import crop_of
from vision.core.document import Box
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import CropWord, LineReading

HERE, ELSEWHERE = Box(10, 10, 90, 30), Box(10, 200, 90, 220)


def page_of(text: str, collection: str, *, boxes: bool = True) -> TruePage:
    units = (TrueUnit(text, (0, 8, 200, 32)),) if boxes else ()
    return TruePage(collection, "one", "even", Path("one.png"), "eng", text, units)


@pytest.mark.parametrize(
    ("chances", "right", "error"),
    [
        ([0.75] * 4, [1, 1, 1, 0], 0.0),
        ([1.0] * 4, [1, 1, 1, 0], 0.25),
        ([0.05, 0.95], [0, 1], 0.05),
        ([0.0, 1.0], [1, 0], 1.0),
    ],
)
def test_the_error_is_how_far_confidence_is_from_truth(
    chances: list[float], right: list[float], error: float
) -> None:
    assert calibration_error(np.array(chances), np.array(right)) == pytest.approx(error)


def test_a_fit_finds_the_curve_that_made_the_answers() -> None:
    random = np.random.default_rng(1)
    values = np.column_stack([np.ones(20_000), random.normal(size=20_000)])
    true = np.array([0.7, -1.3])
    right = (random.random(20_000) < 1 / (1 + np.exp(-values @ true))).astype(float)
    fitted = fit(values, right)
    assert fitted == pytest.approx(true, abs=0.06)
    told = 1 / (1 + np.exp(-values @ fitted))
    assert calibration_error(told, right) < 0.02


@pytest.mark.parametrize(
    ("word", "box", "page", "right"),
    [
        ("Paper,", HERE, page_of("twelve boxes of paper", "sroie"), True),
        ("ofpaper", HERE, page_of("twelve boxes of paper", "sroie"), True),
        ("papre", HERE, page_of("twelve boxes of paper", "sroie"), False),
        ("paper", ELSEWHERE, page_of("twelve boxes of paper", "sroie"), False),
        ("paper", ELSEWHERE, page_of("twelve boxes of paper", "omnidoc"), None),
        ("--", HERE, page_of("twelve boxes of paper", "sroie"), None),
        ("x2", HERE, page_of("$x^2$ and more", "omnidoc"), None),
        ("Höhe", HERE, page_of("die H\ue644he", "hist_de"), True),
        ("Hohe", HERE, page_of("die H\ue644he", "hist_de"), False),
        ("ofpaper", HERE, page_of("boxes of paper", "lines", boxes=False), True),
        ("paper", HERE, page_of("boxes\nof paper", "pages", boxes=False), True),
        ("ofpaper", HERE, page_of("boxes\nof paper", "pages", boxes=False), False),
    ],
)
def test_a_word_is_right_where_the_truth_has_it(
    word: str, box: Box, page: TruePage, right: bool | None
) -> None:
    assert is_right(word, box, page) is right


@pytest.mark.parametrize(
    ("collection", "judged"),
    [
        ("sroie", [("No", True), ("19", True)]),
        ("funsd", [("No", True), ("19", True), (",", None), ("Jalan,", False), ("19", True)]),
    ],
)
def test_what_a_truth_cuts_off_behind_a_comma_is_not_judged(
    collection: str, judged: list[tuple[str, bool | None]]
) -> None:
    boxes = (Box(10 + 40 * at, 10, 45 + 40 * at, 30) for at in range(5))
    texts = ("No", "19", ",", "Jalan,", "19")
    words = tuple(CropWord(text, 0.9, box) for text, box in zip(texts, boxes, strict=True))
    crop = crop_of(np.zeros((40, 250, 3), np.uint8))
    line = LineReading(" ".join(texts), 0.9, words)
    told = [
        (word.text, right) for word, right in with_truth(crop, line, page_of("No 19", collection))
    ]
    assert told == [each for each in judged if each[1] is not None]


def test_true_confidences_of_few_words_show_some_error_and_of_many_hardly_any() -> None:
    few, many = (least_error(np.full(count, 0.8)) for count in (20, 5_000))
    assert few > 0.03
    assert many < 0.01
    assert least_error(np.ones(20)) == 0


def test_a_reliability_plot_has_a_panel_for_each_profile(tmp_path: Path) -> None:
    curve = [(0.05, 0.1, 40), (0.55, 0.5, 3), (0.95, 0.9, 400)]
    panels = {"fast": {"seen": curve, "unseen": curve}, "accurate": {"seen": []}}
    draw(panels, tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.width > 1.5 * picture.height
        assert len(picture.convert("RGB").getcolors(1 << 16) or []) > 3


@pytest.mark.parametrize(
    ("engine", "profile"), [("lstm", "balanced"), ("ppocr", "balanced"), ("ppocr_tiny", "fast")]
)
def test_an_engine_is_compared_with_another_in_a_profile_that_has_both(engine, profile):
    options = ReadOptions(**with_profile({"profile": profile}))
    assert profile_of(engine) == profile
    assert engine in {options.recogniser, options.second_reader}
