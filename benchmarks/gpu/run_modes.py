"""Other ways to run a model on the device than the one in use: their rates and their errors.

The service calls `run` with arrays and gets arrays. Measured beside it, at a shape that pages have:

- `bound`: inputs and outputs stay in buffers on the device, which are filled and read by copies.
- `graph`: the same, replayed as a CUDA graph; only for a fixed shape.
- `half`: weights and sums in 16 bits, inputs and outputs as before.
- `tensorrt`, `tensorrt half`: TensorRT's provider before CUDA's. Its libraries are not among the
  requirements: `pip install tensorrt-cu13-libs` of major version 10, which ONNX Runtime 1.31 loads.

No rate is judged: the figures say which of them is worth building into the service.
"""

import ctypes
import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from benchmarks.gpu.models import Arrays, BenchModel, bench_models
from benchmarks.gpu.reading import Bench, Given
from benchmarks.gpu.report import rate
from vision.engines.onnx_session import (
    CPU_PROVIDER,
    CUDA_PROVIDER,
    cuda_options,
    session_options,
)

TENSORRT_PROVIDER = "TensorrtExecutionProvider"

Call = Callable[[], list[NDArray[Any]]]
Provider = tuple[str, dict[str, str]]

_MEMORY_BYTES = 4 << 30
_TENSORRT_LIBRARIES = ("libnvinfer.so.10", "libnvonnxparser.so.10")
# No mode of a model is begun after so many seconds, or after half of the part's time if that is
# more: building TensorRT's engines may take minutes.
_LEAST_S = 10.0


@dataclass(frozen=True)
class RunMode:
    """A way to run a model: the providers to open it with, and how it is called."""

    providers: tuple[Provider, ...]
    half: bool = False
    bound: bool = False

    def open(self, model: BenchModel) -> Call:
        """A call that runs the model once on its feeds. Raises what ONNX Runtime raises."""
        content = in_half_precision(model.content) if self.half else model.content
        session = ort.InferenceSession(
            content, session_options(1), providers=list(self.providers), enable_fallback=0
        )
        session.disable_fallback()
        if self.bound:
            return bound_call(session, model.feeds, device_of(self.providers[0][0]))
        return lambda: session.run(None, dict(model.feeds))


def run_modes(bench: Bench) -> Mapping[str, object]:
    """By model and mode: calls a second, their ratio to the mode in use, and the largest error."""
    limit_s = max(_LEAST_S, bench.given.part_s / 2)
    found: dict[str, object] = {}
    for model in bench_models(bench.cache, small=bench.given.device == "cpu"):
        found[model.name] = modes_of(model, bench.given, time.perf_counter() + limit_s)
    return found


def modes_of(model: BenchModel, given: Given, ends: float) -> Mapping[str, object]:
    """The figures of one model, or why a mode has none; `ends` by the performance counter."""
    modes = modes_on(given.device)
    usual = modes.pop("in use").open(model)
    expected, base = usual(), rate(usual, given.part_s / 20)
    found: dict[str, object] = {"in use, calls a second": base}
    for name, mode in modes.items():
        if time.perf_counter() > ends:
            found[name] = "not measured: the time of this model is over"
            continue
        try:
            call = mode.open(model)
            error = largest_error(call(), expected)
            speed = rate(call, given.part_s / 20)
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors share no other class
            found[name] = f"does not run: {error}"[:300]
        else:
            found[name] = {"calls a second": speed, "ratio": speed / base, "error": error}
    return found


def modes_on(device: str) -> dict[str, RunMode]:
    """The modes that a device may have, the one in use first."""
    if device == "cpu":
        cpu: tuple[Provider, ...] = ((CPU_PROVIDER, {}),)
        return {
            "in use": RunMode(cpu),
            "bound": RunMode(cpu, bound=True),
            "half": RunMode(cpu, half=True),
        }
    options = cuda_options(_MEMORY_BYTES)
    cuda: Provider = (CUDA_PROVIDER, options)
    graph: Provider = (CUDA_PROVIDER, options | {"enable_cuda_graph": "1"})
    modes = {
        "in use": RunMode((cuda,)),
        "bound": RunMode((cuda,), bound=True),
        "graph": RunMode((graph,), bound=True),
        "half": RunMode((cuda,), half=True),
        "half, bound": RunMode((cuda,), half=True, bound=True),
    }
    if tensorrt_loads():
        modes["tensorrt"] = RunMode(((TENSORRT_PROVIDER, tensorrt_options()), cuda))
        half = tensorrt_options() | {"trt_fp16_enable": "1"}
        modes["tensorrt half"] = RunMode(((TENSORRT_PROVIDER, half), cuda))
    return modes


def tensorrt_options() -> dict[str, str]:
    """Options of TensorRT's provider; a lower level of optimisation builds engines in less time."""
    return {"trt_max_workspace_size": str(_MEMORY_BYTES), "trt_builder_optimization_level": "3"}


def tensorrt_loads() -> bool:
    """Whether TensorRT's libraries load, from its wheel or the system's folders."""
    if TENSORRT_PROVIDER not in ort.get_available_providers():
        return False
    wheel = importlib.util.find_spec("tensorrt_libs")
    folders = [*(wheel.submodule_search_locations or ())] if wheel else []
    try:
        for name in _TENSORRT_LIBRARIES:
            held = [Path(folder) / name for folder in folders]
            ctypes.CDLL(str(next((file for file in held if file.is_file()), name)))
    except OSError:
        return False
    return True


def device_of(provider: str) -> str:
    """Where ONNX Runtime keeps the buffers of a provider."""
    return "cpu" if provider == CPU_PROVIDER else "cuda"


def bound_call(session: ort.InferenceSession, feeds: Arrays, device: str) -> Call:
    """A call that copies the feeds into fixed buffers, runs, and copies the outputs back."""
    binding = session.io_binding()
    inputs = {
        name: ort.OrtValue.ortvalue_from_numpy(array, device) for name, array in feeds.items()
    }
    for name, value in inputs.items():
        binding.bind_ortvalue_input(name, value)
    for output, array in zip(session.get_outputs(), _shapes_of(session, feeds), strict=True):
        value = ort.OrtValue.ortvalue_from_shape_and_type(array.shape, array.dtype.type, device)
        binding.bind_ortvalue_output(output.name, value)

    def call() -> list[NDArray[Any]]:
        for name, value in inputs.items():
            value.update_inplace(feeds[name])
        session.run_with_iobinding(binding)
        return list(binding.copy_outputs_to_cpu())

    return call


def _shapes_of(session: ort.InferenceSession, feeds: Arrays) -> list[NDArray[Any]]:
    """The outputs of one run, whose shapes the buffers get."""
    binding = session.io_binding()
    for name, array in feeds.items():
        binding.bind_cpu_input(name, array)
    for output in session.get_outputs():
        binding.bind_output(output.name)
    session.run_with_iobinding(binding)
    return list(binding.copy_outputs_to_cpu())


def in_half_precision(content: bytes) -> bytes:
    """The model with weights and sums in 16 bits; its inputs and outputs keep their types."""
    import onnx  # noqa: PLC0415 - loads slowly, and only this mode needs it
    from onnxruntime.transformers.float16 import convert_float_to_float16  # noqa: PLC0415

    model = convert_float_to_float16(onnx.load_from_string(content), keep_io_types=True)
    return bytes(model.SerializeToString())


def largest_error(found: list[NDArray[Any]], expected: list[NDArray[Any]]) -> float:
    """The largest absolute difference of any output."""
    pairs = zip(found, expected, strict=True)
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in pairs)
