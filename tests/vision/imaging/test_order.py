import numpy as np
import pytest

from vision.imaging.order import median, percentile, percentile_of_levels


@pytest.mark.parametrize("length", [1, 2, 3, 10, 11, 248])
@pytest.mark.parametrize("share", [0.0, 5.0, 50.0, 90.0, 99.5, 100.0])
def test_percentiles_are_those_of_numpy(length: int, share: float) -> None:
    values = np.random.default_rng(length).normal(size=length) * 1000

    assert percentile(values, share) == np.percentile(values, share)
    assert percentile(values.astype(np.int32), share) == np.percentile(
        values.astype(np.int32), share
    )


def test_medians_are_those_of_numpy() -> None:
    values = np.random.default_rng(3).integers(0, 90, (17, 2))

    assert median(values) == np.median(values)


@pytest.mark.parametrize("share", [0.0, 33.3, 70.0, 90.0, 100.0])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (40, 31)])
def test_percentiles_of_levels_are_those_of_numpy(size: tuple[int, int], share: float) -> None:
    grey = np.random.default_rng(4).integers(0, 255, size, np.uint8)

    assert percentile_of_levels(grey, share) == np.percentile(grey, share)


def test_of_nothing_there_is_no_median_and_no_percentile() -> None:
    assert np.isnan(median(np.zeros(0)))
    assert np.isnan(percentile(np.zeros((0, 3)), 50.0))
    assert np.isnan(percentile_of_levels(np.zeros((0, 4), np.uint8), 50.0))
