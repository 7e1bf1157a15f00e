from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont

from models.evaluation.tesseract_parity import (
    agreement,
    choose_font,
    compare_readings,
    render_column,
    render_line,
)
from tests.support.parts import require
from vision.core.errors import VisionError
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_library import Tesseract

FONT = Path(str(ImageFont.truetype("DejaVuSans.ttf").path))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("", "", 1), ("abcd", "abcd", 1), ("abcd", "abxd", 0.75), ("a", "b", 0)],
)
def test_agreement_is_the_share_of_equal_characters(one: str, other: str, share: float):
    assert agreement(one, other) == share


def test_a_converted_model_reads_its_own_words_as_native_tesseract_does(tmp_path: Path):
    try:
        folder = find_tessdata(None)
    except VisionError:
        folder = Path()
    path = folder / "eng.traineddata"
    require(path.is_file(), "Tesseract's English model")
    native = Tesseract(folder)
    found = compare_readings(
        path, [FONT], tmp_path, lambda image: native.read_lines([image], ["eng"])[0].text
    )
    assert found.rendered
    assert found.agreement >= 0.95


def test_a_font_is_chosen_for_the_words_it_draws():
    assert choose_font(["word", "\ue123"], [FONT]) == (FONT, ["word"])


@pytest.mark.parametrize(("words", "fonts"), [(["word"], []), (["\ue123"], [FONT]), ([], [FONT])])
def test_without_a_font_that_draws_anything_there_is_no_choice(words: list[str], fonts: list[Path]):
    with pytest.raises(ValueError, match="none of the given fonts"):
        choose_font(words, fonts)


def test_a_column_is_rotated_to_the_left():
    image = render_column("I-", FONT)
    upright = np.rot90(image, -1)[:, :, 0] < 128
    half = len(upright) // 2
    tall, flat = (part.any(axis=1).sum() for part in (upright[:half], upright[half:]))
    assert tall > 3 * flat


def test_a_rendered_line_has_ink_and_a_margin():
    image = render_line("Line", FONT)
    assert image.min() == 0
    assert image[:5].min() == 255
    assert image[:, :5].min() == 255
