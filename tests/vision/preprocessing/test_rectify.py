import cv2
import numpy as np
import pytest

from benchmarks.drawn_photographs import photograph
from benchmarks.robustness.disturb_shape import black_borders, tilt
from tests.support.documents import text_page
from vision.core.arrays import Image
from vision.core.document import (
    Block,
    Box,
    Character,
    DoubtfulWord,
    Line,
    Page,
    Polygon,
    Preparation,
    Region,
    Table,
    TableCell,
    Word,
)
from vision.core.options import ReadOptions
from vision.core.projective import project_points
from vision.core.stages import Letters, Orientation, PageImage, PreparedPage
from vision.imaging.connected_components import find_letters
from vision.preprocessing.page_outline import OutlineRectifier
from vision.preprocessing.photograph_frame import in_photograph
from vision.preprocessing.prepare import prepare
from vision.preprocessing.rectify import Rectified, rectify

LETTER: Image = np.asarray(text_page(700, 1000, size=20))


class KnownOutline:
    """A rectifier with a fixed opinion."""

    name = "known"

    def __init__(self, outline: Polygon | None) -> None:
        self._outline = outline

    def find_outline(self, image: Image, text: Letters) -> Polygon | None:
        return self._outline


class KnownTurn:
    def __init__(self, turn: int) -> None:
        self._turn = turn

    def turn_needed(self, text: Letters) -> Orientation:
        return Orientation(self._turn, 1.0)


def rectified(image: Image) -> tuple[Rectified | None, Preparation]:
    return rectify(image, find_letters(image), OutlineRectifier())


def prepared(image: Image, turn: int = 0) -> PreparedPage:
    return prepare(PageImage(1, image), ReadOptions(), KnownTurn(turn), OutlineRectifier())


@pytest.mark.parametrize(("seed", "degrees"), [(1, 8), (2, 14), (6, 20)])
def test_a_photographed_page_becomes_the_page(seed: int, degrees: float) -> None:
    found, report = rectified(photograph(LETTER, seed, degrees, "grey").pixels)
    assert found is not None
    assert report.applied
    assert report.measured is not None
    assert report.measured >= 2
    height, width = found.pixels.shape[:2]
    shown = cv2.resize(LETTER, (width, height), interpolation=cv2.INTER_AREA)
    alike = np.corrcoef(evenly_lit(shown).ravel(), evenly_lit(found.pixels).ravel())[0, 1]
    assert alike > 0.8


def evenly_lit(image: Image) -> np.ndarray:
    """Ink relative to the paper around it, and blurred by a quarter of a letter."""
    soft = cv2.GaussianBlur(image, (0, 0), 4).astype(np.float32)
    return soft / cv2.GaussianBlur(image, (0, 0), 30)


def level_on_a_desk() -> Image:
    desk = np.full((1200, 900, 3), 60, np.uint8)
    desk[100:1100, 100:800] = LETTER
    return desk


@pytest.mark.parametrize(
    "image",
    [
        LETTER,
        level_on_a_desk(),
        np.ascontiguousarray(tilt(level_on_a_desk(), np.random.default_rng(1), 2)),
        *(
            np.ascontiguousarray(black_borders(LETTER, np.random.default_rng(n), n))
            for n in (1, 2, 3)
        ),
    ],
    ids=["page", "level", "tilted", "border 1", "border 2", "border 3"],
)
def test_scans_and_pages_seen_from_above_stay_as_they_are(image: Image) -> None:
    found, report = rectified(image)
    assert found is None
    assert not report.applied
    assert prepared(image).photograph is None


@pytest.mark.parametrize(
    ("image", "outline", "reason"),
    [
        (LETTER, None, "no outline"),
        (np.full((1000, 700, 3), 255, np.uint8), ((5, 5), (690, 60), (650, 990), (10, 930)), "lit"),
        (LETTER, ((5, 5), (690, 60), (690, 480), (10, 500)), "beside"),  # half of the text
        (LETTER, ((5, 150), (690, 5), (690, 990), (10, 860)), "as straight"),  # bends its lines
    ],
)
def test_an_outline_is_not_used_where_it_would_lose_or_bend_text(
    image: Image, outline: Polygon | None, reason: str
) -> None:
    found, report = rectify(image, find_letters(image), KnownOutline(outline))
    assert found is None
    assert reason in report.detail


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_page_lies_in_the_photograph_where_its_corners_are(turn: int) -> None:
    drawn = photograph(LETTER, 2, 14, "dark")
    stored = np.ascontiguousarray(np.rot90(drawn.pixels, turn // 90))  # so that `turn` undoes it
    page = prepared(stored, turn)
    assert page.photograph is not None
    assert page.photograph.upright.shape == drawn.pixels.shape
    assert np.array_equal(page.photograph.upright, drawn.pixels)
    height, width = page.upright.shape[:2]
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    seen = np.array(project_points(page.photograph.to_photograph, corners))
    assert np.abs(seen - drawn.corners).max() < 0.01 * max(drawn.pixels.shape)


def test_all_coordinates_of_a_page_are_given_in_the_photograph() -> None:
    page = prepared(photograph(LETTER, 2, 14, "dark").pixels)
    assert page.photograph is not None
    box = Box(100, 200, 300, 220)
    word = Word("word", 0.9, box, (Character("w", 0.9, box),))
    line = Line("word", 0.9, box, (word,))
    tilted = Line("word", 0.9, box, (), ((100, 200), (300, 210), (299, 230), (99, 220)))
    height, width = page.upright.shape[:2]
    read = Page(
        1, width, height, None, 0, 0.0, ("eng",), "word",
        regions=(Region("r1", "text", 0.9, box, "doc"),),
        blocks=(Block("b1", "text", (line, tilted)),),
        tables=(Table("t1", box, 1, 1, (TableCell(0, 0, "word", box),)),),
        doubtful=(DoubtfulWord("word", 0.1, box, left_out=False),),
    )  # fmt: skip
    seen = in_photograph(read, page.photograph)
    assert (seen.height, seen.width) == page.photograph.upright.shape[:2]
    corners = project_points(
        page.photograph.to_photograph, ((100, 200), (300, 200), (300, 220), (100, 220))
    )
    expected = (*np.min(corners, axis=0), *np.max(corners, axis=0))
    level, other = seen.blocks[0].lines
    boxes = [
        seen.regions[0].box, level.box, level.words[0].box, level.words[0].characters[0].box,
        seen.tables[0].box, seen.tables[0].cells[0].box, seen.doubtful[0].box,
    ]  # fmt: skip
    assert all(np.allclose(each, expected) for each in boxes)
    assert np.allclose(level.polygon or (), corners)
    assert tilted.polygon is not None
    assert np.allclose(
        other.polygon or (), project_points(page.photograph.to_photograph, tilted.polygon)
    )


def test_a_page_that_was_not_photographed_keeps_its_coordinates() -> None:
    read = Page(1, 10, 10, None, 0, 0.0, ("eng",), "")
    assert in_photograph(read, None) is read
