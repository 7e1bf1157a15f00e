import numpy as np
import pytest

from benchmarks.calibration import calibration_error, fit


@pytest.mark.parametrize(
    ("chances", "right", "error"),
    [
        ([0.75] * 4, [1, 1, 1, 0], 0.0),
        ([1.0] * 4, [1, 1, 1, 0], 0.25),
        ([0.05, 0.95], [0, 1], 0.05),
        ([0.0, 1.0], [1, 0], 1.0),
    ],
)
def test_the_error_is_how_far_confidence_is_from_truth(
    chances: list[float], right: list[float], error: float
) -> None:
    assert calibration_error(np.array(chances), np.array(right)) == pytest.approx(error)


def test_a_fit_finds_the_curve_that_made_the_answers() -> None:
    random = np.random.default_rng(1)
    values = np.column_stack([np.ones(20_000), random.normal(size=20_000)])
    true = np.array([0.7, -1.3])
    right = (random.random(20_000) < 1 / (1 + np.exp(-values @ true))).astype(float)
    fitted = fit(values, right)
    assert fitted == pytest.approx(true, abs=0.06)
    told = 1 / (1 + np.exp(-values @ fitted))
    assert calibration_error(told, right) < 0.02
