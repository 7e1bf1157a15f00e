import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime as ort
import pytest

from tests.support import onnx_graphs as onnx
from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.engines import cuda
from vision.engines.cuda import CudaFacts, explain, gather_facts
from vision.engines.onnx_session import CPU_PROVIDER, CUDA_PROVIDER, open_session

without_cuda = pytest.mark.skipif(
    CUDA_PROVIDER in ort.get_available_providers(), reason="this machine may have CUDA"
)


@pytest.fixture
def doubler(tmp_path):
    return onnx.write_doubler(tmp_path / "doubler.onnx", {"names": "{0: 'a'}"})


def opened(path, **options):
    return open_session(path, name="doubler", version="1", sha256="ab", **options)


def test_a_session_on_the_cpu_runs_and_reports_it(doubler):
    session = opened(doubler, device="cpu")
    assert session.provider == CPU_PROVIDER
    assert session.use == ModelUse("doubler", "1", "ab", CPU_PROVIDER)
    assert session.fallback_reason == ""
    assert session.trial_ms > 0
    assert session.run({"x": np.ones((2, 4), np.float32)})[0].tolist() == [[2] * 4] * 2


def test_a_session_lists_its_ports_and_metadata(doubler):
    session = opened(doubler, device="cpu")
    (port,) = session.inputs
    assert (port.name, port.shape, port.dtype) == ("x", (None, 4), np.float32)
    assert [output.name for output in session.outputs] == ["y"]
    assert session.metadata == {"names": "{0: 'a'}"}


def test_several_threads_share_a_session(doubler):
    session = opened(doubler, device="cpu")

    def double(number):
        return session.run({"x": np.full((3, 4), number, np.float32)})[0][0, 0]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(double, range(200))) == [2 * number for number in range(200)]


@without_cuda
def test_auto_without_cuda_runs_on_the_cpu_and_records_why(doubler):
    session = opened(doubler, device="auto")
    assert session.use.provider == CPU_PROVIDER
    assert "requirements/gpu.txt" in session.fallback_reason


@without_cuda
def test_cuda_requested_but_absent_is_an_error_that_names_what_is_missing(doubler):
    with pytest.raises(EngineFailure) as failure:
        opened(doubler, device="cuda")
    assert failure.value.code == "provider_missing"
    assert failure.value.actor == "operator"
    assert "onnxruntime, which has no CUDA provider" in failure.value.message


@without_cuda
@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.parametrize("device", ["cuda", "auto"])
def test_a_listed_provider_that_does_not_start_never_counts_as_running(
    doubler, monkeypatch, device
):
    monkeypatch.setattr(ort, "get_available_providers", lambda: [CUDA_PROVIDER, CPU_PROVIDER])
    monkeypatch.setattr(cuda, "driver_loads", lambda: True)
    if device == "auto":
        session = opened(doubler, device=device)
        assert session.use.provider == CPU_PROVIDER
        assert session.fallback_reason
        return
    with pytest.raises(EngineFailure) as failure:
        opened(doubler, device=device)
    assert failure.value.code == "provider_missing"


@pytest.mark.gpu
@pytest.mark.skipif(CUDA_PROVIDER not in ort.get_available_providers(), reason="no CUDA provider")
def test_cuda_is_verified_by_a_run_on_it(doubler):
    session = opened(doubler, device="cuda")
    assert session.provider == CUDA_PROVIDER
    assert session.run({"x": np.ones((1, 4), np.float32)})[0].tolist() == [[2] * 4]


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_a_missing_or_broken_file_is_named_whatever_the_device(tmp_path, device):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(EngineFailure, match=r"broken\.onnx") as failure:
        opened(broken, device=device)
    assert failure.value.code == "model_unreadable"
    with pytest.raises(EngineFailure, match=r"none\.onnx") as failure:
        opened(tmp_path / "none.onnx", device=device)
    assert failure.value.code == "model_missing"


@pytest.mark.parametrize(
    "feeds",
    [
        pytest.param({"x": np.ones((2, 5), np.float32)}, id="wrong shape"),
        pytest.param({"x": np.ones((2, 4), np.int64)}, id="wrong type"),
        pytest.param({"z": np.ones((2, 4), np.float32)}, id="wrong name"),
    ],
)
def test_inputs_that_the_model_refuses_are_an_engine_failure(doubler, feeds):
    with pytest.raises(EngineFailure, match="doubler") as failure:
        opened(doubler, device="cpu").run(feeds)
    assert failure.value.code == "inference_failed"


def test_a_free_dimension_gets_the_requested_trial_shape(tmp_path):
    # The graph's constant requires a width of 48, which is not the default of the trial run.
    path = onnx.write_model(
        tmp_path / "picky.onnx",
        [onnx.node("Add", ["x", "row"], "y")],
        [onnx.value("x", [1, "width"])],
        [onnx.value("y", [1, "width"])],
        [onnx.tensor("row", np.zeros((1, 48), np.float32))],
    )
    with pytest.raises(EngineFailure):
        opened(path, device="cpu")
    assert opened(path, device="cpu", trial_shapes={"x": (1, 48)}).provider == CPU_PROVIDER


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        pytest.param(CudaFacts(("onnxruntime",), True, True, ()), "is onnxruntime,", id="flavour"),
        pytest.param(CudaFacts((), True, True, ()), "no distribution", id="no flavour at all"),
        pytest.param(
            CudaFacts(("onnxruntime", "onnxruntime-gpu"), True, True, ()),
            "overwrite each other",
            id="both flavours",
        ),
        pytest.param(
            CudaFacts(("onnxruntime-gpu",), False, False, ("libcudnn.so.9",)),
            "no NVIDIA driver",
            id="no driver hides the rest",
        ),
        pytest.param(
            CudaFacts(("onnxruntime-gpu",), True, False, ()), "container toolkit", id="container"
        ),
        pytest.param(
            CudaFacts(("onnxruntime-gpu",), True, True, ("libcublas.so.13", "libcurand.so.10")),
            "libcublas.so.13, libcurand.so.10",
            id="libraries",
        ),
        pytest.param(
            CudaFacts(("onnxruntime-gpu",), True, True, ()), "its own log", id="none of these"
        ),
    ],
)
def test_the_first_cause_which_hides_the_others_is_reported(facts, cause):
    assert cause in explain(facts)


def test_this_machine_has_one_flavour_of_onnx_runtime():
    assert len(gather_facts().flavours) == 1


def test_opening_a_model_prints_nothing(doubler):
    # A command's standard output is its result; a library that prints there would break it.
    code = (
        "import sys, pathlib; from vision.engines.onnx_session import open_session;"
        "open_session(pathlib.Path(sys.argv[1]), name='d', version='1', sha256='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(doubler)], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert done.stdout == ""
