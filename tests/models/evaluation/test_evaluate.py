import tomllib

import numpy as np
import pytest
from PIL import Image

from models.evaluation.average_precision import NOTHING, one_class_found
from models.evaluation.evaluate import (
    SETS,
    Mapped,
    alone,
    as_served,
    mapping,
    mistakes,
    report,
    run_set,
    score_set,
    write_out,
)
from models.evaluation.evidence import fit, write
from models.evaluation.served import regions_of
from models.training.labels import CLASSES
from tests.support.onnx_graphs import write_colour_detector
from vision.core.document import Box, Page, Region
from vision.engines.onnx_session import open_session
from vision.object_detection.yolo import YoloDetector


def boxes(*rows):
    return np.array(rows, np.float32).reshape(-1, 4)


def found(*rows):
    """Boxes with their confidence last."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return one_class_found(table[:, :4], table[:, 4])


A, B = (0, 0, 10, 10), (20, 0, 30, 10)


def test_a_page_counts_missed_and_false_boxes_at_the_usual_confidence():
    truth = {"text": boxes(A, B), "title": boxes()}
    seen = {"text": found((*A, 0.9), (*B, 0.1)), "title": found((*A, 0.5))}
    assert mistakes(seen, truth) == 2
    assert mistakes({}, truth) == 2
    assert mistakes({"text": NOTHING}, {"text": boxes()}) == 0


def test_the_scores_as_served_leave_out_what_a_job_does_not_report():
    pages = [(found((*A, 0.9), (*B, 0.1)), boxes(A, B)), (found((*B, 0.6)), boxes(A))]
    scores = as_served(pages)
    assert (scores["precision"], scores["recall"]) == (1 / 2, 1 / 3)
    assert 0.3 < scores["served_ap50"] < 0.4
    assert np.isnan(as_served([(NOTHING, boxes(A))])["precision"])
    assert np.isnan(as_served([(NOTHING, boxes())])["recall"])


def test_every_label_that_is_scored_is_one_of_ours():
    for mapped in SETS.values():
        assert set(mapped.found) <= set(CLASSES)
        assert set(mapped.found.values()) <= set(mapped.truth.values())


def test_the_mapping_is_a_table_of_labels():
    written = mapping(["omnidoc"])
    assert "| omnidoc | text | text_block | text, list, handwriting |" in written
    assert "| omnidoc | formula | equation_isolated | formula |" in written


@pytest.fixture
def small_set(tmp_path):
    """Three pages of 64 pixels with a red square each; the label of the last is elsewhere."""
    for folder in ("images", "labels"):
        (tmp_path / "set" / folder).mkdir(parents=True)
    (tmp_path / "set" / "classes.txt").write_text("rot\nleer\n")
    for number, centre in enumerate((0.25, 0.25, 0.75)):
        pixels = np.zeros((64, 64, 3), np.uint8)
        pixels[:32, :32, 0] = 255
        Image.fromarray(pixels).save(tmp_path / "set" / "images" / f"p{number}.png")
        label = f"0 {centre} {centre} 0.5 0.5\n"
        (tmp_path / "set" / "labels" / f"p{number}.txt").write_text(label)
    return tmp_path / "set"


def test_a_set_is_scored_reported_and_shown(small_set, tmp_path, monkeypatch):
    path = write_colour_detector(tmp_path / "m.onnx", names="['red', 'green', 'blue']")
    session = open_session(path, name="m", version="1", sha256="", device="cpu")
    mapped = Mapped({"rot": "red", "leer": "empty"}, {"red": "red"})
    monkeypatch.setitem(SETS, "small", mapped)
    pages = run_set(alone(YoloDetector(session)), small_set, mapped)
    scores = score_set(pages)
    assert set(scores) == {"red"}
    assert (scores["red"]["boxes"], scores["red"]["ap50_odd"]) == (3.0, 1.0)
    assert 0.5 < scores["red"]["ap50"] < 0.8
    text = report({"small": scores})
    assert "| small | red | 3 |" in text
    write_out(tmp_path / "out", text, {"small": pages})
    assert "| small | empty | leer | none |" in (tmp_path / "out" / "report.md").read_text()
    plot = np.asarray(Image.open(tmp_path / "out" / "small-curves.png"))
    sheet = np.asarray(Image.open(tmp_path / "out" / "small-worst.jpg"), int)
    assert plot.std() > 5
    greens = (sheet[..., 1] > sheet[..., 0] + 60) & (sheet[..., 1] > sheet[..., 2] + 60)
    assert greens.sum() > 500


@pytest.mark.parametrize(
    ("rotation", "box"),
    [
        (0, (10, 20, 40, 60)),
        (90, (20, 160, 60, 190)),
        (180, (60, 240, 90, 280)),
        (270, (240, 10, 280, 40)),
    ],
)
def test_regions_of_a_turned_page_are_placed_on_the_image_as_it_came(rotation, box):
    """The page is 100 x 300 or 200 x 300 pixels once it is upright."""
    width = 200 if rotation in {90, 270} else 100
    region = Region("r1", "text", 0.5, Box(10, 20, 40, 60), "doc")
    page = Page(1, width, 300, None, rotation, 0.0, (), "", (region,))
    assert regions_of(page)[0].box == pytest.approx(box)


def test_weights_of_evidence_part_rows_and_can_be_read(tmp_path):
    values = np.array([[0.0, 5], [1, 5], [2, 7], [3, 5], [4, 7], [5, 5]])
    wanted = np.array([0, 0, 0, 1, 1, 1.0])
    fitted = fit(values, wanted, 0.01)
    assert (fitted.chances(values).round() == wanted).all()
    write(fitted, ("size", "noise"), tmp_path / "w.toml", "# from a test")
    table = tomllib.loads((tmp_path / "w.toml").read_text())
    assert table["features"]["size"] == pytest.approx(
        [2.5, np.std(range(6)), fitted.weight[0]], abs=1e-3
    )
    assert table["bias"] == pytest.approx(fitted.bias, abs=1e-3)
