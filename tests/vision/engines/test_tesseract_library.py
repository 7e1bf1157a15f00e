import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.scoring import character_error_rate
from tests.support.lines import page_of_text, written
from tests.support.parts import require
from vision.core.errors import BadInput, EngineFailure
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_library import Tesseract


@pytest.fixture(scope="module")
def tesseract():
    return Tesseract(find_tessdata(None))


def test_a_line_is_read_with_its_words_in_order(tesseract):
    (reading,) = tesseract.read_lines([written("Total amount due 1250")], ["eng"])
    assert reading.text == "Total amount due 1250"
    assert [word.text for word in reading.words] == ["Total", "amount", "due", "1250"]
    lefts = [word.box.x0 for word in reading.words]
    assert lefts == sorted(lefts)


def test_a_clean_line_is_read_with_high_confidence(tesseract):
    (reading,) = tesseract.read_lines([written("Please find enclosed our offer")], ["eng"])
    assert 0.9 < reading.confidence <= 1
    assert all(0.5 < word.confidence <= 1 for word in reading.words)


def test_words_tell_whether_the_language_lists_them(tesseract):
    (reading,) = tesseract.read_lines([written("The quick brown Xqzvw, 2024", 40)], ["eng"])
    listed = {word.text: word.listed for word in reading.words}
    assert listed == {
        "The": True, "quick": True, "brown": True, "Xqzvw,": False, "2024": None,
    }  # fmt: skip


def test_grey_and_coloured_images_read_alike(tesseract):
    image = written("kindly confirm the delivery")
    colour, grey = tesseract.read_lines([image, image[:, :, 0]], ["eng"])
    assert colour.text == grey.text == "kindly confirm the delivery"


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 400, 3), (400, 3, 3), (40, 40, 3), (48, 1)])
def test_an_image_without_letters_reads_as_nothing_or_little(tesseract, shape):
    (reading,) = tesseract.read_lines([np.full(shape, 255, np.uint8)], ["eng"])
    assert len(reading.text) < 3


def test_no_images_give_no_readings(tesseract):
    assert tesseract.read_lines([], ["eng"]) == []


@pytest.mark.parametrize("languages", [["xyz"], ["eng", "xyz"], []])
def test_an_unknown_language_is_the_callers_mistake(tesseract, languages):
    with pytest.raises(BadInput, match="eng") as caught:
        tesseract.read_lines([written("text")], languages)
    assert caught.value.code == "unknown_language"


def test_many_threads_read_at_once_and_each_gets_its_own_line(tesseract):
    texts = [f"invoice {number} is paid" for number in range(1000, 1040)]
    with ThreadPoolExecutor(4) as pool:
        readings = pool.map(lambda text: tesseract.read_lines([written(text)], ["eng"])[0], texts)
    assert [reading.text for reading in readings] == texts


def test_odd_images_leave_standard_error_alone(tesseract, capfd):
    tesseract.read_lines([np.full((48, 1), 255, np.uint8), written(".", 10, 0)], ["eng"])
    tesseract.layout(np.full((2, 2, 3), 255, np.uint8))
    assert capfd.readouterr() == ("", "")


def test_reading_starts_no_thread_of_its_own(tesseract):
    tasks = Path("/proc/self/task")
    require(tasks.is_dir(), "Linux's list of threads")
    before = len(list(tasks.iterdir()))
    tesseract.read_lines([written("one thread is enough for this line")], ["eng"])
    assert len(list(tasks.iterdir())) <= before


def test_the_layout_of_a_page_has_a_fragment_for_every_line(tesseract):
    fragments = tesseract.layout(page_of_text(lines=12))
    assert len(fragments) == 12
    assert all(fragment.quarter_turns == 0 for fragment in fragments)
    assert all(15 < fragment.box.height < 40 < fragment.box.width for fragment in fragments)


def test_an_empty_page_has_no_fragments(tesseract):
    assert tesseract.layout(np.full((400, 300, 3), 255, np.uint8)) == []


def test_a_broken_model_is_the_operators_to_mend(tmp_path, capfd):
    (tmp_path / "eng.traineddata").write_bytes(b"not a model")
    with pytest.raises(EngineFailure) as caught:
        Tesseract(tmp_path).read_lines([written("text")], ["eng"])
    assert caught.value.code == "tesseract_model_unusable"
    capfd.readouterr()


def test_the_receipt_names_library_version_and_model_hash(tesseract):
    (use,) = tesseract.models(["eng"])
    assert use.name == "tesseract-eng"
    assert use.version.startswith("5.")
    assert len(use.sha256) == 64
    assert use.provider == "tesseract"


@pytest.mark.data
def test_letters_of_right_to_left_words_come_in_the_order_of_reading(tesseract, data_dir):
    require("ara" in tesseract.languages(), "tesseract-ocr-ara")
    errors = []
    for truth in sorted((data_dir / "lines_ara" / "gt").iterdir())[:10]:
        with Image.open(data_dir / "lines_ara" / "images" / f"{truth.stem}.png") as line:
            pixels = np.asarray(line.convert("RGB"))
        text = tesseract.read_lines([pixels], ["ara"])[0].text
        errors.append(character_error_rate(text, json.loads(truth.read_text())["text"]))
    assert np.mean(errors) < 0.25  # turned words score .7
