"""A page in another language than it was read in does not go unnoticed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.settings import Settings
from tests.support.lines import crop_of
from vision.core.document import ModelUse
from vision.core.options import ReadOptions
from vision.core.stages import NEVER, LineCrop, LineReading, PageImage, Reread
from vision.pipeline import read_page
from vision.recognition.language_check import check_language
from workers.engine.engine import Engine, build_engine

USE = ModelUse("arabic", "1", "", "CPUExecutionProvider")


class TwoLanguages:
    """Reads Arabic with confidence, and nothing with English."""

    name = "two"

    def __init__(self, installed: Sequence[str]) -> None:
        self._installed = tuple(installed)

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        arabic = LineReading("في من على إلى هذا", 0.93, models=(USE,))
        return [arabic if crop.languages == ("ara",) else LineReading("", 0.4) for crop in crops]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        return ()

    def languages(self) -> tuple[str, ...]:
        return self._installed


def line(width: int) -> LineCrop:
    return crop_of(np.full((40, width, 3), 255, np.uint8))


def readings(*confidences: float) -> list[LineReading]:
    return [LineReading("text" if each >= 0.6 else "", each) for each in confidences]


@pytest.mark.parametrize(
    ("confidences", "codes"),
    [
        ((0.4, 0.4, 0.4), ["other_language"]),
        ((0.4, 0.4, 0.9), ["other_language"]),
        ((0.4, 0.9, 0.9), []),
        ((0.9, 0.9, 0.9), []),
        ((), []),
    ],
)
def test_a_page_is_doubted_where_most_of_it_was_read_with_low_confidence(confidences, codes):
    crops = [line(600) for _ in confidences]
    found = check_language(crops, readings(*confidences), ("eng",), TwoLanguages(["ara", "eng"]))
    assert [warning.code for warning in found.warnings] == codes
    assert found.models == ((USE,) if codes else ())


def test_a_long_line_weighs_more_than_a_short_one():
    crops = [line(1600), line(200), line(200), line(200)]
    recogniser = TwoLanguages(["ara", "eng"])
    (warning,) = check_language(crops, readings(0.4, 0.9, 0.9, 0.9), ("eng",), recogniser).warnings
    assert "'ara'" in warning.message
    assert check_language(crops, readings(0.9, 0.4, 0.4, 0.4), ("eng",), recogniser).warnings == ()


def test_a_word_or_two_may_be_anything():
    found = check_language([line(200)], readings(0.3), ("eng",), TwoLanguages(["ara", "eng"]))
    assert found.warnings == ()


def test_where_no_installed_language_fits_better_the_page_is_called_doubtful():
    found = check_language([line(900)], readings(0.3), ("eng",), TwoLanguages(["eng"]))
    assert [warning.code for warning in found.warnings] == ["low_confidence"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("engine")
    return build_engine(Settings(_env_file=None, device="cpu", data_dir=folder))


def read(engine: Engine, path: Path, *languages: str):
    with Image.open(path) as image:
        page = PageImage(1, np.asarray(image.convert("RGB")))
    options = ReadOptions(languages=languages, detectors=(), barcodes="off")
    return read_page(page, engine.stages, options, engine.orienter)


def test_a_chinese_page_read_as_english_names_chinese_which_needs_no_package(
    engine: Engine, data_dir: Path
) -> None:
    path = data_dir / "omnidoc" / "images" / "omni_839d98cd.jpg"
    warnings = read(engine, path, "eng").page.warnings
    assert [warning.code for warning in warnings] == ["other_language"]
    assert "'chi_sim'" in warnings[0].message
    chinese = read(engine, path, "chi_sim")
    assert chinese.page.warnings == ()
    assert "天气与气候" in chinese.page.text
    assert set(chinese.receipt.lines_read) == {"ppocr"}


@pytest.mark.parametrize("name", ["sroie_230.jpg", "sroie_033.jpg"])
def test_a_poor_english_receipt_is_not_doubted(engine: Engine, data_dir: Path, name: str) -> None:
    assert read(engine, data_dir / "sroie" / "images" / name, "eng").page.warnings == ()
