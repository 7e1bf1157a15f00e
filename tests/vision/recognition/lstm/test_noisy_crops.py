"""Line images with far more pieces of ink than letters."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.loaders.tesseract_lstm import open_lstm_recogniser
from vision.core.arrays import Image
from vision.core.stages import LineCrop
from vision.engines.tessdata import find_tessdata
from vision.recognition.lstm.recogniser import LstmRecogniser
from vision.recognition.tesseract import native_recogniser


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> LstmRecogniser:
    cache: Path = tmp_path_factory.mktemp("converted")
    return open_lstm_recogniser(find_tessdata(None), cache, "cpu", native=native_recogniser(None))


def headline(height: int, width: int) -> Image:
    line = np.full((height, width), 255, np.uint8)
    font, scale, thickness = cv2.FONT_HERSHEY_SIMPLEX, height / 50, height // 8
    cv2.putText(line, "HEADLINE", (height // 8, height * 3 // 4), font, scale, 0, thickness)
    return line


def over_halftone(line: Image) -> Image:
    """A raster of light grey dots, all apart, behind the letters."""
    dots = np.full_like(line, 255)
    for row in (0, 1):
        for column in (0, 1, 2):
            dots[row::3, column::4] = 140
    return np.minimum(line, dots)


@pytest.mark.parametrize("noise", ["halftone", "salt"])
def test_a_large_noisy_line_is_read_with_boxes_inside_it(
    noise: str, recogniser: LstmRecogniser
) -> None:
    line = headline(442, 3115)
    if noise == "halftone":
        line = over_halftone(line)
    else:
        specks = np.random.default_rng(3).random(line.shape) < 0.2
        line = np.where(specks, np.uint8(0), line)
    pixels = np.repeat(line[:, :, None], 3, axis=2)
    (reading,) = recogniser.recognise([LineCrop(pixels, np.eye(2, 3), ("eng",), 442.0)])
    assert reading.text
    for word in reading.words:
        assert 0 <= word.box.x0 < word.box.x1 <= 3115
        assert 0 <= word.box.y0 < word.box.y1 <= 442
