"""A table of PDF kinds: what a person sees is read, and what nobody sees is not."""

from pathlib import Path

import pytest

from benchmarks.scoring import score_words
from models.loaders.tesseract_lstm import open_lstm_recogniser
from tests.support.documents import save
from tests.support.pdf_kinds import KINDS
from vision.core.limits import Limits
from vision.core.options import ReadOptions
from vision.core.protocols import Stages
from vision.core.stages import Letters, Orientation
from vision.engines.tessdata import find_tessdata
from vision.input.pdf import count_pages, render_page
from vision.pipeline import read_page
from vision.recognition.tesseract import native_recogniser
from vision.text_detection.morphology import ClassicalLineFinder

OPTIONS = ReadOptions(
    lines="classical", recogniser="lstm", second_reader="off", detectors=(), barcodes="off"
)


class Upright:
    """An orienter for pages whose text layer is not believed."""

    def turn_needed(self, text: Letters) -> Orientation:
        return Orientation(0, 1.0)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    cache = tmp_path_factory.mktemp("converted")
    lstm = open_lstm_recogniser(find_tessdata(None), cache, "cpu", native=native_recogniser(None))
    return Stages({"classical": ClassicalLineFinder()}, {"lstm": lstm}, {})


@pytest.mark.parametrize("name", KINDS)
def test_of_every_kind_of_pdf_what_is_seen_is_read(
    name: str, stages: Stages, tmp_path: Path
) -> None:
    kind = KINDS[name]
    path = save(tmp_path, "a.pdf", kind.content)
    assert count_pages(path) >= 1
    text = read_page(render_page(path, 1, 200, Limits()), stages, OPTIONS, Upright()).page.text
    assert score_words(text, kind.seen).f1 > 0.98, text
    assert not kind.unseen or kind.unseen not in text
    assert all(mark in text for mark in "☐☑" if mark in kind.seen)
