"""The confidence at which a class is balanced lies between its true and its false boxes."""

import math

import numpy as np
import pytest

from models.evaluation.average_precision import NOTHING, Found, one_class_found
from models.evaluation.thresholds import best_threshold

A, B, ELSEWHERE = (0, 0, 10, 10), (20, 0, 30, 10), (60, 60, 70, 70)
TRUTH = np.array([A, B], np.float32)


def found(*rows: tuple[tuple[int, int, int, int], float]) -> Found:
    boxes = np.array([box for box, _ in rows], np.float32).reshape(-1, 4)
    return one_class_found(boxes, np.array([score for _, score in rows], np.float32))


@pytest.mark.parametrize(("false_at", "low", "high"), [(0.31, 0.31, 0.61), (0.71, 0.02, 0.61)])
def test_the_threshold_keeps_true_boxes_and_drops_false_ones_where_it_can(
    false_at: float, low: float, high: float
) -> None:
    page = found((A, 0.9), (B, 0.61), (ELSEWHERE, false_at))
    assert low <= best_threshold([(page, TRUTH)]) <= high


def test_a_class_without_labels_has_no_threshold() -> None:
    assert math.isnan(best_threshold([(NOTHING, np.zeros((0, 4), np.float32))]))


def test_a_false_box_above_all_true_ones_costs_less_than_losing_them() -> None:
    pages = [
        (found((ELSEWHERE, 0.95)), np.zeros((0, 4), np.float32)),
        (found((A, 0.5), (B, 0.4)), TRUTH),
    ]
    assert best_threshold(pages) <= 0.4
