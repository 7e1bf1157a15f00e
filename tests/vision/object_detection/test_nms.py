import numpy as np
import pytest

from vision.object_detection.nms import suppress

# Two boxes that share half of their union: 10 x 10 and its left two thirds moved out by a third.
WHOLE = (0, 0, 30, 10)
THIRD = (10, 0, 40, 10)  # shares 20 of 40 columns: IoU 0.5
APART = (100, 100, 110, 110)


def run(boxes, scores, labels, iou=0.5, most=10):
    return suppress(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.array(labels, np.intp),
        iou,
        most,
    ).tolist()


@pytest.mark.parametrize(
    ("boxes", "scores", "labels", "iou", "kept"),
    [
        pytest.param([], [], [], 0.5, [], id="nothing"),
        pytest.param([WHOLE], [0.9], [0], 0.5, [0], id="one"),
        pytest.param([WHOLE, WHOLE], [0.4, 0.9], [0, 0], 0.5, [1], id="the better twin stays"),
        pytest.param([WHOLE, WHOLE], [0.9, 0.9], [0, 0], 0.5, [0], id="of equals the first"),
        pytest.param([WHOLE, WHOLE], [0.4, 0.9], [0, 1], 0.5, [1, 0], id="classes do not compete"),
        pytest.param([WHOLE, THIRD], [0.9, 0.8], [0, 0], 0.5, [0, 1], id="at the threshold"),
        pytest.param([WHOLE, THIRD], [0.9, 0.8], [0, 0], 0.49, [0], id="above the threshold"),
        pytest.param([WHOLE, APART], [0.1, 0.8], [0, 0], 0.0, [1, 0], id="apart, best first"),
        pytest.param([(5, 5, 5, 5)] * 2, [0.9, 0.8], [0, 0], 0.5, [0, 1], id="boxes of no area"),
    ],
)
def test_a_box_goes_when_a_better_one_of_its_class_covers_it(boxes, scores, labels, iou, kept):
    assert run(boxes, scores, labels, iou) == kept


def test_a_suppressed_box_suppresses_nothing():
    chain = [(0, 0, 30, 10), (8, 0, 38, 10), (16, 0, 46, 10)]
    assert run(chain, [0.9, 0.8, 0.7], [0, 0, 0], iou=0.5) == [0, 2]


def test_boxes_below_zero_do_not_meet_those_of_another_class():
    assert run([(-50, -50, 0, 0), (-50, -50, 0, 0)], [0.9, 0.8], [0, 1]) == [0, 1]


@pytest.mark.parametrize("most", [0, 1, 3])
def test_no_more_than_the_best_few_are_kept(most):
    boxes = [(i * 20, 0, i * 20 + 10, 10) for i in range(5)]
    assert run(boxes, [0.1, 0.2, 0.3, 0.4, 0.5], [0] * 5, most=most) == [4, 3, 2, 1, 0][:most]


def test_it_agrees_with_the_plain_definition_on_random_boxes():
    rng = np.random.default_rng(7)
    corners = rng.uniform(0, 80, (200, 2))
    boxes = np.hstack([corners, corners + rng.uniform(5, 40, (200, 2))])
    scores, labels = rng.permutation(200) / 200, rng.integers(0, 3, 200)

    def iou(a, b):
        width = min(a[2], b[2]) - max(a[0], b[0])
        height = min(a[3], b[3]) - max(a[1], b[1])
        shared = max(width, 0) * max(height, 0)
        return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)

    kept = []
    for i in np.argsort(-scores):
        if all(labels[j] != labels[i] or iou(boxes[j], boxes[i]) <= 0.45 for j in kept):
            kept.append(int(i))
    assert run(boxes, scores, labels, iou=0.45, most=200) == kept
