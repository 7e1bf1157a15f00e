"""Floors under accuracy and calibration on drawn pages, which every machine can draw for itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration import calibration_error
from benchmarks.judged_words import with_truth
from benchmarks.made_pages import MAKERS, MadePage, scanned
from benchmarks.scoring import character_error_rate, score_words
from benchmarks.true_pages import TruePage, TrueUnit
from jobs.settings import Settings
from tests.support.ledgers import at_once
from vision.core.options import ReadOptions, with_profile
from vision.core.protocols import Recogniser
from vision.core.stages import LineCrop, LineReading, PageImage
from vision.pipeline import read_page
from vision.preprocessing.prepare import prepare
from vision.recognition.calibration import calibrated
from vision.recognition.cascade import recognise_lines
from vision.text_detection.crops import cut_lines
from workers.engine.batching import BatchingRecogniser
from workers.engine.engine import Engine, build_engine

LETTER, RECEIPT, TABLE = MAKERS[0], MAKERS[1], MAKERS[3]
PAGES = (LETTER(5), scanned(RECEIPT(5), 5), scanned(TABLE(5), 5))
RECOGNISERS = ("tesseract", "lstm", "ppocr")
THREADS = 4


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    made = build_engine(Settings(_env_file=None, data_dir=folder, device="cpu"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def crops(engine: Engine) -> list[list[LineCrop]]:
    """The lines of each page as the learned finder finds them."""
    return [list(_lines(engine, page)) for page in PAGES]


def _lines(engine: Engine, page: MadePage) -> Sequence[LineCrop]:
    prepared = prepare(PageImage(1, page.pixels), ReadOptions(), None)
    found = engine.stages.finders["learned"].find(prepared.working, ("eng",))
    return cut_lines(prepared, found.lines, ("eng",))


@pytest.mark.parametrize("profile", ["fast", "balanced", "accurate"])
def test_every_profile_reads_drawn_pages_nearly_without_errors(
    engine: Engine, profile: str
) -> None:
    options = ReadOptions(**with_profile({"profile": profile, "detectors": ()}))
    for page in PAGES:
        read = read_page(PageImage(1, page.pixels), engine.stages, options, engine.orienter).page
        # `fast` loses some decimal points of small print on the speckled receipt.
        floor = 0.96
        assert score_words(read.text, page.text).f1 > floor, page.name
        assert character_error_rate(read.text, page.text) < 0.08, page.name


@pytest.mark.parametrize("name", RECOGNISERS)
def test_words_of_drawn_pages_are_right_as_often_as_their_confidence_says(
    engine: Engine, crops: list[list[LineCrop]], name: str
) -> None:
    chances, right = [], []
    for page, lines in zip(PAGES, crops, strict=True):
        texts = recognise_lines(lines, engine.stages.recognisers[name], None, 0.0)
        for crop, reading in zip(texts.crops, calibrated(texts.readings), strict=True):
            for word, is_right in with_truth(crop, reading, _truth(page)):
                chances.append(word.confidence)
                right.append(is_right)
    assert len(right) > 300
    assert np.mean(right) > 0.98
    assert calibration_error(np.array(chances), np.array(right, float)) < 0.03


def _truth(page: MadePage) -> TruePage:
    units = tuple(TrueUnit(line.text, line.box) for line in page.lines)
    return TruePage("made", page.name, "even", Path(), "eng", page.text, units)


@pytest.mark.parametrize("batched", [False, True], ids=["shared", "batched"])
@pytest.mark.parametrize("name", RECOGNISERS)
def test_a_recogniser_that_threads_share_reads_as_it_does_alone(
    engine: Engine, crops: list[list[LineCrop]], name: str, batched: bool
) -> None:
    """Each thread has lines of its own, so that an answer to another's would be seen."""
    recogniser: Recogniser = engine.stages.recognisers[name]
    shares = [crops[1][number::THREADS] for number in range(THREADS)]
    alone = [_texts(recogniser.recognise(share)) for share in shares]
    merged = BatchingRecogniser(recogniser, 8, 0.02) if batched else None
    shared = merged or recogniser
    try:
        together = at_once(lambda number: _texts(shared.recognise(shares[number])), THREADS)
    finally:
        if merged:
            merged.close()
    assert together == alone
    assert len({tuple(texts) for texts in alone}) == THREADS


def _texts(readings: Sequence[LineReading]) -> list[str]:
    return [reading.text for reading in readings]
