"""Tables and marks through the whole pipeline, without any detector."""

from collections.abc import Iterator

import numpy as np
import pytest

from jobs.settings import Settings
from tests.support.drawn_grids import TEXTS, cell_texts, drawn, strokes_of
from tests.vision.object_detection.test_checkboxes import form
from vision.core.document import Page
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    made = build_engine(Settings(_env_file=None, data_dir=folder, device="cpu"))
    yield made
    made.close()


def read(engine: Engine, pixels, *analyses: str) -> Page:
    options = ReadOptions(**with_profile({"profile": "fast", "analyses": analyses}))
    return read_page(PageImage(1, pixels), engine.stages, options, engine.orienter).page


def test_a_ruled_table_is_read_cell_by_cell_by_its_rules_alone(engine: Engine) -> None:
    page = read(engine, drawn(strokes_of(), cell_texts(TEXTS)))
    (table,) = page.tables
    texts = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        texts[cell.row][cell.column] = cell.text
    assert texts == [list(row) for row in TEXTS]
    assert table.header_rows == 1
    (region,) = page.regions
    assert (region.label, region.model, table.region) == ("table", "ruling-lines", region.id)
    blocks = {block.id: block for block in page.blocks}
    for cell in table.cells:
        words = [blocks[block].lines[line].words[word].text for block, line, word in cell.words]
        assert " ".join(words) == cell.text


def test_a_page_of_text_has_no_table_and_no_marks(engine: Engine) -> None:
    page = read(engine, drawn([]), "checkboxes", "mrz")
    assert page.tables == page.regions == ()
    assert page.analyses == {"checkboxes": [], "mrz": None}


def test_check_boxes_are_given_with_the_labels_that_were_read(engine: Engine) -> None:
    page = read(engine, np.asarray(form("crossed", "empty", "ticked")), "checkboxes")
    marks = page.analyses["checkboxes"]
    assert isinstance(marks, list)
    assert [(mark["state"], mark["label"]) for mark in marks] == [
        ("crossed", "Married"), ("empty", "Single"), ("ticked", "Has children"),
    ]  # fmt: skip
