import shutil

import pytesseract
import pytest

from tests.support.lines import written
from tests.support.parts import require
from vision.core.errors import BadInput, EngineFailure
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_program import TesseractProcess


@pytest.fixture(scope="module")
def program():
    require(shutil.which("tesseract"), "the tesseract program")
    return TesseractProcess(find_tessdata(None))


def test_one_run_reads_many_lines_and_keeps_their_order(program):
    texts = ["twelve boxes of paper", "Delivery", "to be paid by Friday"]
    readings = program.read_lines([written(text) for text in texts], ["eng"])
    assert [reading.text for reading in readings] == texts
    assert all(0.5 < reading.confidence <= 1 for reading in readings)
    assert [word.text for word in readings[2].words] == ["to", "be", "paid", "by", "Friday"]


def test_no_images_start_no_program(tmp_path, monkeypatch, program):
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", str(tmp_path / "absent"))
    assert program.read_lines([], ["eng"]) == []


def test_an_unknown_language_is_the_callers_mistake(program):
    with pytest.raises(BadInput, match="eng"):
        program.read_lines([written("text")], ["xyz"])


def test_a_missing_program_names_its_package(tmp_path, monkeypatch, program):
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", str(tmp_path / "absent"))
    with pytest.raises(EngineFailure, match="tesseract-ocr") as caught:
        program.read_lines([written("text")], ["eng"])
    assert caught.value.code == "tesseract_missing"


def test_a_program_that_fails_is_an_engine_failure(tmp_path):
    require(shutil.which("tesseract"), "the tesseract program")
    (tmp_path / "eng.traineddata").write_bytes(b"not a model")
    with pytest.raises(EngineFailure) as caught:
        TesseractProcess(tmp_path).read_lines([written("text")], ["eng"])
    assert caught.value.code == "tesseract_failed"


def test_the_receipt_tells_the_program_from_the_library(program):
    (use,) = program.models(["eng"])
    assert use.provider == "tesseract-process"
    assert use.version.startswith(("4.", "5."))
