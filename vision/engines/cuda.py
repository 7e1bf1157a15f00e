"""Why no CUDA session could be opened, in words that tell an operator what to install."""

import ctypes
import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_FLAVOURS = ("onnxruntime", "onnxruntime-gpu")
_DRIVER_LIBRARY = "libcuda.so.1"
_DRIVER_FOLDER = Path("/proc/driver/nvidia")


@dataclass(frozen=True, slots=True)
class CudaFacts:
    """Which requirements of CUDA sessions this machine meets.

    `flavours` are the installed distributions of ONNX Runtime, `driver` whether the NVIDIA kernel
    driver is loaded, `driver_library` whether its user library loads in this process,
    `missing_libraries` the shared objects that the CUDA provider needs and the loader cannot find.
    """

    flavours: tuple[str, ...]
    driver: bool
    driver_library: bool
    missing_libraries: tuple[str, ...]


def driver_loads() -> bool:
    """Whether the user library of the NVIDIA driver loads in this process."""
    return _loads(_DRIVER_LIBRARY)


def gather_facts() -> CudaFacts:
    """The facts of this process; libraries that it preloaded count as present."""
    return CudaFacts(
        flavours=tuple(name for name in _FLAVOURS if _is_installed(name)),
        driver=_DRIVER_FOLDER.exists(),
        driver_library=driver_loads(),
        missing_libraries=_missing_libraries(),
    )


def explain(facts: CudaFacts) -> str:
    """What is missing and what to do about it: the first cause only, which hides the later ones."""
    for cause in (_wrong_flavour(facts), _no_driver(facts), _no_libraries(facts)):
        if cause:
            return cause
    return (
        "the NVIDIA driver and the CUDA libraries are present, but ONNX Runtime did not start on"
        " them; its own log names the reason (a GPU too old for this build, or a driver older"
        " than the CUDA version it was built with)"
    )


def _wrong_flavour(facts: CudaFacts) -> str | None:
    if facts.flavours == ("onnxruntime-gpu",):
        return None
    if len(facts.flavours) > 1:
        return (
            "onnxruntime and onnxruntime-gpu are both installed and overwrite each other:"
            " uninstall both, then install requirements/gpu.txt alone"
        )
    have = (
        facts.flavours[0]
        if facts.flavours
        else "no distribution of ONNX Runtime that is known here"
    )
    return (
        f"the installed flavour is {have}, which has no CUDA provider: install"
        " requirements/gpu.txt (onnxruntime-gpu) in place of requirements/cpu.txt"
    )


def _no_driver(facts: CudaFacts) -> str | None:
    if facts.driver_library:
        return None
    if facts.driver:
        return (
            f"the NVIDIA kernel driver is loaded but {_DRIVER_LIBRARY} does not load: in a"
            " container, start it with the NVIDIA container toolkit (--gpus all); on a host,"
            " install the driver's user libraries"
        )
    return (
        f"no NVIDIA driver: {_DRIVER_FOLDER} does not exist and {_DRIVER_LIBRARY} does not load;"
        " install the driver, or set the device to cpu"
    )


def _no_libraries(facts: CudaFacts) -> str | None:
    if not facts.missing_libraries:
        return None
    return (
        f"CUDA libraries that do not load: {', '.join(facts.missing_libraries)}; install the CUDA"
        " and cuDNN version that this onnxruntime-gpu was built for (the GPU image has them)"
    )


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _missing_libraries() -> tuple[str, ...]:
    """What `ldd` cannot find for the CUDA provider and this process has not loaded either.

    The provider itself is never loaded here: its static initialisers need ONNX Runtime's host.
    """
    spec, ldd = importlib.util.find_spec("onnxruntime"), shutil.which("ldd")
    if spec is None or spec.origin is None or ldd is None:
        return ()
    provider = Path(spec.origin).parent / "capi" / "libonnxruntime_providers_cuda.so"
    if not provider.exists():
        return ()
    listing = subprocess.run(
        [ldd, str(provider)], capture_output=True, text=True, check=False, timeout=30
    )
    lines = (line.split() for line in listing.stdout.splitlines() if "not found" in line)
    return tuple(sorted({words[0] for words in lines if not _loads(words[0])}))
