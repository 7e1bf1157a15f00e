import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmarks import coco_ap
from models.evaluation.average_precision import NOTHING, Found, average_precision, match, score
from models.evaluation.evaluate import (
    SETS,
    Mapped,
    mapping,
    mistakes,
    report,
    run_set,
    score_set,
    write_out,
)
from models.training.labels import CLASSES
from tests.support.onnx_graphs import write_colour_detector
from vision.engines.onnx_session import open_session
from vision.object_detection.yolo import YoloDetector


def boxes(*rows):
    return np.array(rows, np.float32).reshape(-1, 4)


def found(*rows):
    """Boxes with their confidence last."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Found(table[:, :4], table[:, 4])


A, B = (0, 0, 10, 10), (20, 0, 30, 10)


@pytest.mark.parametrize(
    ("seen", "truth", "hits"),
    [
        pytest.param(found(), boxes(A), [], id="nothing found"),
        pytest.param(found((*A, 0.9)), boxes(), [False], id="nothing to find"),
        pytest.param(found((*A, 0.9), (*A, 0.8)), boxes(A), [True, False], id="found twice"),
        pytest.param(found((*A, 0.3), (*A, 0.8)), boxes(A), [False, True], id="surest first"),
        pytest.param(found((0, 0, 10, 5, 0.9)), boxes(A), [True], id="at the threshold"),
        pytest.param(found((0, 0, 10, 4.9, 0.9)), boxes(A), [False], id="below the threshold"),
    ],
)
def test_a_box_hits_the_free_one_that_it_covers_best(seen, truth, hits):
    assert match(seen, truth, 0.5).tolist() == hits


@pytest.mark.parametrize(
    ("scores", "hits", "truths", "precision"),
    [
        ([0.9], [True], 1, 1.0),
        ([0.9, 0.8], [False, True], 1, 0.5),
        ([0.9], [True], 2, 51 / 101),
        ([], [], 3, 0.0),
    ],
)
def test_average_precision_of_cases_worked_by_hand(scores, hits, truths, precision):
    made = average_precision(np.array(scores), np.array(hits, bool), truths)
    assert made == pytest.approx(precision)


def test_nothing_to_find_has_no_precision():
    assert np.isnan(average_precision(np.array([0.5]), np.array([False]), 0))


sides = st.integers(0, 30)
box = st.tuples(sides, sides, st.integers(1, 20), st.integers(1, 20)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
page = st.tuples(st.lists(box, max_size=4), st.lists(box, max_size=5))


@settings(max_examples=60, deadline=None)
@given(st.lists(page, min_size=1, max_size=4))
def test_both_evaluators_of_this_repository_agree(pages):
    ranks = iter(np.linspace(0.9, 0.1, sum(len(seen) for _, seen in pages) + 1))
    pairs = [(found(*((*b, next(ranks)) for b in seen)), boxes(*truth)) for truth, seen in pages]
    if not any(len(truth) for _, truth in pairs):
        return
    theirs = coco_ap.average_precision(
        [
            (
                coco_ap.Truth(truth.astype(float), np.zeros(len(truth), int),
                              np.zeros(len(truth), bool)),
                coco_ap.Found(seen.boxes.astype(float), np.zeros(len(seen.scores), int),
                              seen.scores.astype(float)),
            )
            for seen, truth in pairs
        ],
        1,
    )  # fmt: skip
    ours = score(pairs)
    assert ours["ap50"] == pytest.approx(theirs["map50"])
    assert ours["ap75"] == pytest.approx(theirs["map75"])
    assert ours["ap"] == pytest.approx(theirs["map"])


def test_even_and_odd_pages_are_scored_apart():
    hit, miss = (found((*A, 0.9)), boxes(A)), (found(), boxes(A))
    row = score([hit, miss, hit, miss])
    assert (row["ap50_even"], row["ap50_odd"], row["boxes"]) == (1.0, 0.0, 4.0)
    assert np.isnan(score([hit])["ap50_odd"])


def test_a_page_counts_what_was_missed_and_what_was_made_up_at_the_usual_confidence():
    truth = {"text": boxes(A, B), "title": boxes()}
    seen = {"text": found((*A, 0.9), (*B, 0.1)), "title": found((*A, 0.5))}
    assert mistakes(seen, truth) == 2
    assert mistakes({}, truth) == 2
    assert mistakes({"text": NOTHING}, {"text": boxes()}) == 0


def test_every_label_that_is_scored_is_one_of_ours():
    for mapped in SETS.values():
        assert set(mapped.found) <= set(CLASSES)
        assert set(mapped.found.values()) <= set(mapped.truth.values())


def test_the_mapping_is_written_for_people():
    written = mapping(["omnidoc"])
    assert "| omnidoc | text | text_block | text, list, handwriting |" in written
    assert "| omnidoc | formula | equation_isolated | formula |" in written


@pytest.fixture
def small_set(tmp_path):
    """Three pages of 64 pixels with a red square each; the marks of the last are elsewhere."""
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
    pages = run_set(YoloDetector(session), small_set, mapped)
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
