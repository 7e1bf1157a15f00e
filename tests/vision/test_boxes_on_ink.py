"""Word boxes of a page that was rotated, tilted or photographed lie on the ink that they name."""

import cv2
import numpy as np
import pytest

from benchmarks.drawn_photographs import photograph
from models.loaders.tesseract_lstm import open_lstm_recogniser
from tests.support.documents import text_page
from vision.core.arrays import Image
from vision.core.document import Page, Word
from vision.core.geometry import corners
from vision.core.options import ReadOptions
from vision.core.protocols import Stages
from vision.core.stages import Letters, Orientation, PageImage
from vision.engines.tessdata import find_tessdata
from vision.pipeline import read_page
from vision.preprocessing.page_outline import OutlineRectifier
from vision.recognition.lstm.recogniser import LstmRecogniser
from vision.recognition.tesseract import native_recogniser
from vision.text_detection.morphology import ClassicalLineFinder

OPTIONS = ReadOptions(
    lines="classical", recogniser="lstm", second_reader="off", detectors=(), barcodes="off"
)


class KnownTurn:
    """An orienter that knows by how many degrees its page must be rotated."""

    def __init__(self, turn: int) -> None:
        self._turn = turn

    def turn_needed(self, text: Letters) -> Orientation:
        return Orientation(self._turn, 1.0)


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> LstmRecogniser:
    cache = tmp_path_factory.mktemp("converted")
    return open_lstm_recogniser(find_tessdata(None), cache, "cpu", native=native_recogniser(None))


def tilted(image: Image, degrees: float) -> Image:
    """The page rotated counter-clockwise by `degrees` about its centre."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    size, paper = (width, height), (255, 255, 255)
    rotated = cv2.warpAffine(image, turn, size, flags=cv2.INTER_CUBIC, borderValue=paper)
    return np.asarray(rotated, np.uint8)


def read(image: Image, turn: int, recogniser: LstmRecogniser) -> Page:
    stages = Stages(
        {"classical": ClassicalLineFinder()},
        {"lstm": recogniser},
        {},
        rectifiers={"outline": OutlineRectifier()},
    )
    return read_page(PageImage(1, image), stages, OPTIONS, KnownTurn(turn)).page


def words_of(page: Page) -> list[Word]:
    return [word for block in page.blocks for line in block.lines for word in line.words]


def share_outside(page: Page, upright: Image) -> float:
    """The share of the page's ink that no word's box holds."""
    ink = upright[:, :, 0] < 128
    outside = ink.copy()
    for word in words_of(page):
        x0, y0, x1, y1 = (round(edge) for edge in word.box)
        outside[max(0, y0 - 2) : y1 + 2, max(0, x0 - 2) : x1 + 2] = False
    return float(outside.sum() / ink.sum())


@pytest.mark.parametrize(("turn", "degrees"), [(0, 4), (90, -3), (180, 5), (270, 2)])
def test_boxes_of_a_rotated_and_tilted_page_hold_its_ink_as_those_of_a_level_one_do(
    turn: int, degrees: float, recogniser: LstmRecogniser
) -> None:
    level = np.asarray(text_page(1000, 800, 28, 8))
    upright = tilted(level, degrees)
    page = read(np.ascontiguousarray(np.rot90(upright, turn // 90)), turn, recogniser)
    assert (page.rotation, page.width, page.height) == (turn, 1000, 800)
    assert page.skew == pytest.approx(degrees, abs=0.3)
    assert len(words_of(page)) > 40
    for word in words_of(page):
        x0, y0, x1, y1 = (round(edge) for edge in word.box)
        assert (upright[y0:y1, x0:x1] < 128).any(), word
    usual = share_outside(read(level, 0, recogniser), level)
    assert share_outside(page, upright) < usual + 0.02
    for line in (line for block in page.blocks for line in block.lines):
        assert line.polygon is not None
        contour = np.array(line.polygon, np.float32)
        for word in line.words:
            x, y = np.mean(corners(word.box), axis=0).tolist()
            assert cv2.pointPolygonTest(contour, (x, y), False) >= 0


@pytest.mark.parametrize(("turn", "degrees"), [(0, 8), (90, 16)])
def test_boxes_of_a_photographed_page_hold_its_ink_as_those_of_a_scan_do(
    turn: int, degrees: float, recogniser: LstmRecogniser
) -> None:
    level = np.asarray(text_page(1000, 800, 28, 8))
    drawn = photograph(level, 3, degrees, "light")
    page = read(np.ascontiguousarray(np.rot90(drawn.pixels, turn // 90)), turn, recogniser)
    height, width = drawn.pixels.shape[:2]
    assert (page.rotation, page.width, page.height) == (turn, width, height)
    usual = read(level, 0, recogniser)
    assert page.text == usual.text
    assert share_outside(page, drawn.pixels) < share_outside(usual, level) + 0.02
    for line in (line for block in page.blocks for line in block.lines):
        contour = np.array(line.polygon or corners(line.box), np.float32)
        for word in line.words:
            x, y = np.mean(corners(word.box), axis=0).tolist()
            assert cv2.pointPolygonTest(contour, (x, y), False) >= 0
