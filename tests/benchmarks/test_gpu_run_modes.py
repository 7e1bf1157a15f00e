import time
from types import SimpleNamespace

import numpy as np
import onnxruntime as ort
import pytest

from benchmarks.gpu.models import BenchModel
from benchmarks.gpu.run_modes import (
    TENSORRT_PROVIDER,
    RunMode,
    largest_error,
    modes_of,
    modes_on,
    tensorrt_loads,
)
from tests.support import onnx_graphs as onnx
from vision.engines.onnx_session import CUDA_PROVIDER


@pytest.fixture
def doubler(tmp_path):
    content = onnx.write_doubler(tmp_path / "doubler.onnx", {}).read_bytes()
    return BenchModel("doubler", content, {"x": np.ones((2, 4), np.float32)})


@pytest.mark.parametrize("name", list(modes_on("cpu")))
def test_every_mode_of_the_processor_gives_the_same_outputs_for_inputs_that_change(doubler, name):
    call = modes_on("cpu")[name].open(doubler)
    assert call()[0].tolist() == [[2] * 4] * 2
    doubler.feeds["x"][1] = 5
    (output,) = call()
    assert (output.dtype, output.tolist()) == (np.float32, [[2] * 4, [10] * 4])


def test_a_mode_that_does_not_run_is_reported_and_costs_the_others_nothing(doubler, monkeypatch):
    bad = RunMode((("NoSuchExecutionProvider", {}),))
    monkeypatch.setattr(
        "benchmarks.gpu.run_modes.modes_on", lambda _: modes_on("cpu") | {"bad": bad}
    )
    found = modes_of(doubler, SimpleNamespace(device="cpu", part_s=0.01), time.perf_counter() + 60)
    assert found["bad"].startswith("does not run: ")
    assert found["bound"]["error"] == 0
    assert found["bound"]["ratio"] > 0


def test_modes_beyond_the_time_of_a_model_are_named_as_not_measured(doubler):
    found = modes_of(doubler, SimpleNamespace(device="cpu", part_s=0.01), time.perf_counter())
    assert found["in use, calls a second"] > 0
    assert found["half"] == "not measured: the time of this model is over"


def test_graphs_replay_from_fixed_buffers_on_cuda():
    graph = modes_on("cuda")["graph"]
    ((provider, options),) = graph.providers
    assert (provider, options["enable_cuda_graph"], graph.bound) == (CUDA_PROVIDER, "1", True)


def test_tensorrt_comes_before_cuda_where_its_libraries_load(monkeypatch):
    monkeypatch.setattr("benchmarks.gpu.run_modes.tensorrt_loads", lambda: True)
    modes = modes_on("cuda")
    assert [provider for provider, _ in modes["tensorrt"].providers] == [
        TENSORRT_PROVIDER,
        CUDA_PROVIDER,
    ]
    assert modes["tensorrt half"].providers[0][1]["trt_fp16_enable"] == "1"


@pytest.mark.skipif(
    TENSORRT_PROVIDER in ort.get_available_providers(), reason="this machine may have TensorRT"
)
def test_without_its_provider_tensorrt_is_no_mode():
    assert not tensorrt_loads()
    assert "tensorrt" not in modes_on("cuda")


def test_the_largest_error_is_that_of_any_output():
    found = [np.zeros(2), np.array([1.0, -3.0])]
    assert largest_error(found, [np.zeros(2), np.array([1.0, 1.0])]) == 4.0
