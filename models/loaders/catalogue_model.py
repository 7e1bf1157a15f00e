"""Opens models of the catalogue, from copies without subnormal weights."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from models.loaders.conversion_cache import cache_in
from models.registry.resolve import LocalModel, resolve
from vision.engines.onnx_session import Device, Session, open_session

# The number changes whenever the same file would give other bytes.
_RECIPE = "normal-1"


def open_model(
    name: str,
    *,
    models_dir: Path | None = None,
    cache_dir: Path | None = None,
    device: Device = "auto",
    threads: int = 1,
    gpu_memory_bytes: int = 4 << 30,
    trial_shapes: Mapping[str, Sequence[int]] | None = None,
) -> Session:
    """A session of the current version of a model, whose receipts state the source file's hash.

    `models_dir` is the operator's models folder, `cache_dir` where converted models are kept; None
    converts in memory. BadInput `unknown_model`; EngineFailure as `resolve` and `open_session`.
    """
    model = resolve(name, models_dir=models_dir)
    return open_session(
        model.path,
        name=model.entry.name,
        version=model.entry.version,
        sha256=model.entry.sha256,
        device=device,
        threads=threads,
        gpu_memory_bytes=gpu_memory_bytes,
        trial_shapes=trial_shapes,
        content=normal_content(model, cache_dir),
    )


def normal_content(model: LocalModel, cache_dir: Path | None) -> bytes | None:
    """The model without subnormal weights; None where its file has none."""

    def convert() -> bytes | None:
        from models.onnx_edit.subnormals import without_subnormals  # noqa: PLC0415 - loads `onnx`

        return without_subnormals(model.path.read_bytes())

    return cache_in(cache_dir).get(model.entry.sha256, _RECIPE, convert)
