"""Whether a processor multiplies int8 exactly is found out with a file that is shipped."""

from types import SimpleNamespace

import numpy as np
import onnx
import pytest

from models.onnx_edit import int8_support
from models.onnx_edit.int8_probe import build_probe
from models.onnx_edit.int8_support import INT8_MAX, LENGTH, PROBE, UINT8_MAX, int8_is_exact

_EXACT = LENGTH * UINT8_MAX * INT8_MAX
_SATURATED = LENGTH // 2 * np.iinfo(np.int16).max


@pytest.fixture(autouse=True)
def forgotten():
    int8_is_exact.cache_clear()
    yield
    int8_is_exact.cache_clear()


@pytest.mark.parametrize(("product", "exact"), [(_EXACT, True), (_SATURATED, False)])
def test_a_processor_is_exact_only_if_no_sum_saturates(monkeypatch, product, exact):
    def run(feeds):
        return [np.full((len(feeds["x"]), LENGTH), product, np.int32)]

    monkeypatch.setattr(int8_support, "open_session", lambda *_, **__: SimpleNamespace(run=run))
    assert int8_is_exact() is exact


def test_this_processor_computes_the_product_exactly_or_saturated():
    session = int8_support.open_session(
        PROBE, name="p", version="1", sha256="", device="cpu", trial_shapes={"x": (1, LENGTH)}
    )
    (product,) = session.run({"x": np.full((1, LENGTH), UINT8_MAX, np.uint8)})
    assert set(np.unique(product)) in ({_EXACT}, {_SATURATED})
    assert int8_is_exact() == (product[0, 0] == _EXACT)


def test_the_shipped_file_is_the_one_that_the_script_builds():
    assert onnx.load(PROBE) == onnx.load_model_from_string(build_probe())
