"""Subnormal weights are set to zero, and nothing else changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.onnx_edit.writer import GraphWriter
from vision.engines.onnx_denormals import without_subnormals

_TINY = float(np.finfo(np.float32).tiny)


def _model(weights: np.ndarray) -> bytes:
    graph = GraphWriter("sum")
    x = graph.input("x", weights.dtype.type, weights.shape)
    total = graph.node("Add", x, graph.constant(weights))
    graph.output(total, weights.dtype.type, weights.shape)
    return graph.model("test", {})


@pytest.mark.parametrize(
    ("weights", "flushed"),
    [
        ([1.0, _TINY / 2, -_TINY / 4], [1.0, 0.0, 0.0]),
        ([_TINY, 1e-45, 2.0], [_TINY, 0.0, 2.0]),
    ],
)
def test_subnormal_weights_become_zero(weights, flushed):
    model = _model(np.array(weights, np.float32))
    assert without_subnormals(model) == _model(np.array(flushed, np.float32))


@pytest.mark.parametrize(
    "weights",
    [
        np.array([0.0, 1.0, -_TINY], np.float32),
        np.array([1, 2, 3], np.int32),
    ],
    ids=["normal", "integers"],
)
def test_a_model_without_subnormal_weights_stays_as_it_is(weights):
    assert without_subnormals(_model(weights)) is None


@given(st.binary(max_size=200))
def test_what_is_no_model_is_left_to_others_to_refuse(content):
    assert len(without_subnormals(content) or content) == len(content)


@given(st.integers(min_value=0, max_value=120))
def test_a_model_that_was_cut_short_is_left_to_others_to_refuse(kept):
    model = _model(np.array([1.0, _TINY / 2], np.float32))
    assert len(without_subnormals(model[:kept]) or b"") in {0, kept}
