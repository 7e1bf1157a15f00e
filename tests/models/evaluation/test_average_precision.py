import numpy as np
import pytest

from models.evaluation.average_precision import (
    Found,
    Truth,
    average_precision,
    curve,
    hits_at,
    one_class_found,
    score,
)

BOX = (0, 0, 10, 10)
HALF = (0, 0, 10, 5)  # covers half of BOX: IoU 0.5
AWAY = (50, 50, 60, 60)


def truth(*boxes, labels=None, crowd=None):
    count = len(boxes)
    return Truth(
        np.array(boxes, float).reshape(-1, 4),
        np.array(labels or [0] * count, np.intp),
        np.array(crowd or [False] * count, bool),
    )


def found(*boxes, scores=None, labels=None):
    count = len(boxes)
    return Found(
        np.array(boxes, float).reshape(-1, 4),
        np.array(labels or [0] * count, np.intp),
        np.array(scores or [0.9] * count, float),
    )


@pytest.mark.parametrize(
    ("images", "map50"),
    [
        pytest.param([], 0.0, id="no images"),
        pytest.param([(truth(), found(BOX))], 0.0, id="nothing to find"),
        pytest.param([(truth(BOX), found())], 0.0, id="nothing found"),
        pytest.param([(truth(BOX), found(BOX))], 1.0, id="found"),
        pytest.param([(truth(BOX), found(HALF))], 1.0, id="at the threshold"),
        pytest.param([(truth(BOX), found(AWAY))], 0.0, id="elsewhere"),
        pytest.param([(truth(BOX), found(BOX, labels=[1]))], 0.0, id="under another name"),
        pytest.param([(truth(BOX), found(BOX, BOX, scores=[0.9, 0.8]))], 1.0, id="a late twin"),
        pytest.param(
            [(truth(BOX), found(AWAY, BOX, scores=[0.9, 0.8]))], 0.5, id="a false one before"
        ),
        pytest.param(
            [(truth(BOX, AWAY), found(BOX))], 51 / 101, id="half found, at 51 of 101 recalls"
        ),
        pytest.param(
            [(truth(BOX), found(BOX)), (truth(labels=[]), found(AWAY, scores=[0.1]))],
            1.0,
            id="a false one ranked last costs nothing",
        ),
    ],
)
def test_precision_is_what_coco_counts(images, map50):
    assert average_precision(images, 2)["map50"] == pytest.approx(map50)


def test_classes_are_averaged_over_those_that_occur():
    image = truth(BOX, AWAY, labels=[0, 2]), found(BOX)
    assert average_precision([image], 5)["map50"] == pytest.approx(0.5)


def test_a_crowd_absorbs_detections_that_would_else_be_false():
    crowd = truth(BOX, AWAY, crowd=[False, True])
    inside = found(BOX, AWAY, (50, 50, 55, 55), scores=[0.5, 0.9, 0.8])
    assert average_precision([(crowd, inside)], 1)["map50"] == pytest.approx(1.0)


def test_the_mean_over_thresholds_falls_with_the_overlap():
    scores = average_precision([(truth(BOX), found(HALF))], 1)
    assert scores["map"] == pytest.approx(0.1)  # one of ten thresholds
    assert scores["map75"] == 0.0


A, B = (0, 0, 10, 10), (20, 0, 30, 10)


def boxes(*rows):
    return np.array(rows, np.float32).reshape(-1, 4)


def detections(*rows):
    """Boxes of one class with their confidence last."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return one_class_found(table[:, :4], table[:, 4])


@pytest.mark.parametrize(
    ("seen", "truths", "hits"),
    [
        pytest.param(detections(), boxes(A), 0, id="nothing found"),
        pytest.param(detections((*A, 0.9)), boxes(), 0, id="nothing to find"),
        pytest.param(detections((*A, 0.9), (*A, 0.8)), boxes(A), 1, id="found twice"),
        pytest.param(detections((*B, 0.3), (*A, 0.8)), boxes(A, B), 2, id="both found"),
        pytest.param(detections((0, 0, 10, 5, 0.9)), boxes(A), 1, id="at the threshold"),
        pytest.param(detections((0, 0, 10, 4.9, 0.9)), boxes(A), 0, id="below the threshold"),
    ],
)
def test_a_box_hits_the_free_one_that_it_overlaps_most(seen, truths, hits):
    assert hits_at(seen, truths, 0.5) == hits


def test_the_most_confident_detection_is_matched_first():
    # Both overlap A enough; the less confident one overlaps it more and still counts as false.
    wide, inside = (0, 0, 12, 10), (0, 0, 9, 10)
    seen = detections((*inside, 0.4), (*wide, 0.9))
    recall, precision = curve([(seen, boxes(A))])
    assert recall.tolist() == [1.0, 1.0]
    assert precision.tolist() == [1.0, 0.5]


def test_one_class_is_scored_as_among_many():
    pages = [(detections((*A, 0.9), (*B, 0.8)), boxes(A)), (detections((*A, 0.7)), boxes(A, B))]
    many = average_precision(
        [
            (Truth(t.astype(float), np.zeros(len(t), int), np.zeros(len(t), bool)), f)
            for f, t in pages
        ],
        3,
    )
    row = score(pages)
    assert (row["ap"], row["ap50"], row["ap75"]) == (many["map"], many["map50"], many["map75"])


def test_even_and_odd_pages_are_also_scored_separately():
    hit, miss = (detections((*A, 0.9)), boxes(A)), (detections(), boxes(A))
    row = score([hit, miss, hit, miss])
    assert (row["ap50_even"], row["ap50_odd"], row["boxes"]) == (1.0, 0.0, 4.0)
    assert np.isnan(score([hit])["ap50_odd"])


def test_a_class_without_labelled_boxes_has_no_score():
    row = score([(detections((*A, 0.5)), boxes())])
    assert np.isnan(row["ap"])
    assert row["boxes"] == 0
