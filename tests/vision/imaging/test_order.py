import numpy as np
import pytest

from vision.imaging.order import median, percentile


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
