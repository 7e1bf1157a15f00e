import numpy as np
import pytest

from benchmarks.coco_ap import Found, Truth, average_precision

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
