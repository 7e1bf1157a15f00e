"""The only module that uses ONNX Runtime: sessions whose execution provider is verified."""

import contextlib
import functools
import io
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.engines import cuda

Device = Literal["auto", "cpu", "cuda"]

CPU_PROVIDER = "CPUExecutionProvider"
CUDA_PROVIDER = "CUDAExecutionProvider"

_log = logging.getLogger(__name__)

# ONNX Runtime's exceptions share no base class but Exception, and its public package exports none
# of them: these are all that its compiled module defines.
_ORT_ERRORS: tuple[type[Exception], ...] = tuple(
    value
    for value in vars(ort_state).values()
    if isinstance(value, type) and issubclass(value, Exception)
)
_RUN_ERRORS: tuple[type[Exception], ...] = (*_ORT_ERRORS, ValueError)
_OPEN_ERRORS: tuple[type[Exception], ...] = (*_ORT_ERRORS, ValueError, RuntimeError)
_MODEL_ERRORS = (
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NoModel,
    ort_state.NoSuchFile,
    ort_state.NotImplemented,
)
_DTYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
# A trial run fills free dimensions like this: one image, and a side divisible by strides up to 64.
_TRIAL_BATCH = 1
_TRIAL_SIDE = 64


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a model; a free dimension of `shape` is None."""

    name: str
    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]


class Session:
    """An opened model. One Session may be run from several threads at once.

    `use` is what a receipt states. `provider` is where most operators were placed, `trial_ms` the
    duration of the first run, `fallback_reason` why `auto` does not use CUDA ("" where CUDA runs or
    was not requested).
    """

    def __init__(self, inference: ort.InferenceSession, use: ModelUse) -> None:
        self._inference = inference
        self.use = use
        self.provider = use.provider
        self.inputs = _ports(inference.get_inputs(), use.name)
        self.outputs = _ports(inference.get_outputs(), use.name)
        self.metadata: Mapping[str, str] = dict(inference.get_modelmeta().custom_metadata_map)
        self.trial_ms = 0.0
        self.fallback_reason = ""

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """All outputs in the model's order. EngineFailure `inference_failed` where it fails."""
        try:
            outputs: list[NDArray[Any]] = self._inference.run(None, dict(feeds))
        except _RUN_ERRORS as error:
            raise EngineFailure(
                "inference_failed",
                f"model {self.use.name} {self.use.version} failed on {self.provider}: {error}",
            ) from error
        return outputs

    def try_out(self, shapes: Mapping[str, Sequence[int]]) -> None:
        """Run once on zeros: it proves that the provider computes, and warms up its kernels."""
        feeds = {
            port.name: np.zeros(shapes.get(port.name) or _trial_shape(port), port.dtype)
            for port in self.inputs
        }
        started = time.perf_counter()
        self.run(feeds)
        self.trial_ms = (time.perf_counter() - started) * 1000


def open_session(  # noqa: PLR0913 - the properties of a session are named, not bundled
    path: Path,
    *,
    name: str,
    version: str,
    sha256: str,
    device: Device = "auto",
    threads: int = 1,
    gpu_memory_bytes: int = 4 << 30,
    trial_shapes: Mapping[str, Sequence[int]] | None = None,
    content: bytes | None = None,
) -> Session:
    """Open a model and run it once on the requested device. Call after any fork, never before.

    `path` is the model's source file, and `sha256` the hash of that file, which receipts state.
    `content` is opened instead of the file where the model was converted from it.

    `cuda` either runs on CUDA or raises EngineFailure `provider_missing` or `provider_failed`;
    `auto` uses CUDA where it is verified and the CPU otherwise, and the session reports which.
    `trial_shapes` gives the trial run's shape of an input for which free dimensions of 64 do not
    work. EngineFailure `model_missing`, `model_unreadable` or `model_unsupported` names the file.
    """
    if not path.is_file():
        raise EngineFailure(
            "model_missing", f"model {name} {version}: there is no file {path}; restore it"
        )
    use = functools.partial(ModelUse, name, version, sha256)
    opener = functools.partial(_open, path, content, use, threads, trial_shapes or {})
    if device == "cpu":
        return opener(CPU_PROVIDER, {})
    try:
        return _open_on_cuda(opener, gpu_memory_bytes)
    except EngineFailure as failure:
        if device == "cuda" or failure.code not in {"provider_missing", "provider_failed"}:
            raise
        session = opener(CPU_PROVIDER, {})
        session.fallback_reason = failure.message
        _report_cpu(failure.message)
        return session


@functools.cache
def _report_cpu(reason: str) -> None:
    """Log why models run on the CPU: once, not for each model."""
    _log.info("models run on the CPU: %s", reason)


def _open_on_cuda(opener: functools.partial[Session], gpu_memory_bytes: int) -> Session:
    # Without a driver it is not attempted: ONNX Runtime would log its errors for every model.
    if CUDA_PROVIDER not in ort.get_available_providers() or not cuda.driver_loads():
        raise _provider_missing()
    _preload_libraries()
    try:
        return opener(CUDA_PROVIDER, cuda_options(gpu_memory_bytes))
    except EngineFailure as failure:
        if failure.code != "inference_failed":
            raise
        raise EngineFailure("provider_failed", failure.message) from failure


def cuda_options(gpu_memory_bytes: int) -> dict[str, str]:
    """The options of the CUDA provider that every session uses."""
    # HEURISTIC: page sizes vary, and the default would benchmark every algorithm for each size.
    # kSameAsRequested: the default grows the arena by powers of two and never gives back.
    return {
        "gpu_mem_limit": str(gpu_memory_bytes),
        "arena_extend_strategy": "kSameAsRequested",
        "cudnn_conv_algo_search": "HEURISTIC",
    }


def _open(
    path: Path,
    content: bytes | None,
    used_on: Callable[[str], ModelUse],
    threads: int,
    trial_shapes: Mapping[str, Sequence[int]],
    provider: str,
    provider_options: Mapping[str, str],
) -> Session:
    use = used_on(provider)
    model = str(path) if content is None else content
    inference = _create(model, path, use, threads, provider_options)
    _verify_provider(inference, use.name, provider)
    session = Session(inference, use)
    session.try_out(trial_shapes)
    return session


def _create(
    model: bytes | str,
    path: Path,
    use: ModelUse,
    threads: int,
    provider_options: Mapping[str, str],
) -> ort.InferenceSession:
    provider = use.provider
    try:
        inference = ort.InferenceSession(
            model,
            sess_options=session_options(threads),
            providers=[(provider, dict(provider_options))],
            # Undocumented, but without it a failing CUDA provider is replaced by the CPU silently.
            # `disable_fallback` below is public, and covers the runs alone.
            enable_fallback=0,
        )
    except _OPEN_ERRORS as error:
        blame_model = provider == CPU_PROVIDER or isinstance(error, _MODEL_ERRORS)
        raise EngineFailure(
            "model_unreadable" if blame_model else "provider_failed",
            f"model {use.name} at {path} cannot be opened on {provider}: {error}",
        ) from error
    inference.disable_fallback()
    return inference


def session_options(threads: int) -> ort.SessionOptions:
    """The options that every session uses, with so many threads within an operator."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    # A memory plan is kept for each input shape, and pages come in many: without the plans 40
    # sizes of page left the line finder at 190 MB instead of 226, at the same speed.
    options.enable_mem_pattern = False
    options.log_severity_level = 3  # errors only: warnings would reach the terminal
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # What `get_provider_graph_assignment_info`, a public method, reports; off by default.
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    return options


def _verify_provider(inference: ort.InferenceSession, name: str, provider: str) -> None:
    """EngineFailure unless the provider comes first and runs at least half of the operators.

    The list of available providers proves nothing: a provider may be listed and run nothing.
    """
    if inference.get_providers()[0] != provider:
        raise _provider_missing()
    placed = Counter(
        part.ep_name for part in inference.get_provider_graph_assignment_info()
        for _ in part.get_nodes()
    )  # fmt: skip
    if placed[provider] * 2 < placed.total():
        raise EngineFailure(
            "provider_failed",
            f"only {placed[provider]} of {placed.total()} operators of model {name} run on"
            f" {provider}: use a model that this provider supports, or set the device to cpu",
        )


def _provider_missing() -> EngineFailure:
    reason = cuda.explain(cuda.gather_facts())
    return EngineFailure("provider_missing", f"CUDA does not run here: {reason}")


@functools.cache
def _preload_libraries() -> None:
    """Load the CUDA libraries of installed wheels, which the loader does not find by itself."""
    if not hasattr(ort, "preload_dlls"):
        return
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):  # it prints its errors, and stdout may be a result
        ort.preload_dlls()
    if printed.getvalue():
        _log.info("preloading CUDA libraries: %s", printed.getvalue().strip())


def _ports(infos: Sequence[Any], model: str) -> tuple[Port, ...]:
    return tuple(_port(info, model) for info in infos)


def _port(info: Any, model: str) -> Port:
    if info.type not in _DTYPES:
        raise EngineFailure(
            "model_unsupported", f"model {model}: {info.name} is a {info.type}, not a plain tensor"
        )
    shape = tuple(side if isinstance(side, int) and side > 0 else None for side in info.shape)
    return Port(info.name, shape, np.dtype(_DTYPES[info.type]))


def _trial_shape(port: Port) -> tuple[int, ...]:
    free = (_TRIAL_BATCH, *[_TRIAL_SIDE] * (len(port.shape) - 1))
    return tuple(
        fill if side is None else side for side, fill in zip(port.shape, free, strict=True)
    )
