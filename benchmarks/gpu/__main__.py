"""Everything that is claimed of GPUs, in one command of under eight minutes; for a host with one.

    .venv/bin/python -m benchmarks.gpu --report build/gpu
    .venv/bin/python -m benchmarks.gpu --dry        # tries the program itself, on the CPU

1. Providers: each model runs on CUDA, proven as the service proves it.
2. Parity: the text of drawn pages on the GPU and on the CPU, which may differ by rounding alone.
3. Lines a second of Tesseract's networks on the GPU, on the CPU and natively.
4. Pages a second of each profile, from file to text with the threads of a reader, on the GPU and on
   the CPU, with the use of the GPU and its memory, whose last third must not exceed the first by
   more than a tenth.
5. Detection beside ultralytics with the same file, where an environment has it.
6. The pipeline: a stand-in for a device that sleeps must be busy for 95% of the time.
7. A kernel that hangs: its process is ended, within the limit of its page.
8. Other ways to run each model: buffers on the device, CUDA graphs, half precision, TensorRT.

The floor of the speed is 20 times the host's CPU. Each part has a limit of time, and one that fails
is reported while the others go on. The exit status is 0 where every check holds. `--dry` reads a
few pages on the CPU; parity and rates then compare it with itself, and no rate is judged.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path

from benchmarks.conditions import machine_and_versions
from benchmarks.gpu.detection import detection
from benchmarks.gpu.process import hung_kernel, pipeline
from benchmarks.gpu.reading import Bench, Given, close_bench, open_bench
from benchmarks.gpu.report import Report
from benchmarks.gpu.run_modes import run_modes
from benchmarks.gpu.watch import gpu_name
from vision.core.errors import VisionError

FULL = Given(device="cuda", threads=8, part_s=45.0, rounds=2, lines=512)
DRY = Given(device="cpu", threads=2, part_s=1.0, rounds=1, lines=32)
ULTRALYTICS = Path(".training/bin/python")


def main() -> int:
    """Run every part and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="a few pages on the CPU")
    parser.add_argument("--threads", type=int, default=FULL.threads)
    parser.add_argument("--part-s", type=float, default=FULL.part_s, help="limit of a measurement")
    parser.add_argument("--ultralytics-python", type=Path, default=ULTRALYTICS)
    parser.add_argument("--report", type=Path, help="folder for gpu.json")
    asked = parser.parse_args()
    given = (
        DRY if asked.dry else Given("cuda", asked.threads, asked.part_s, FULL.rounds, FULL.lines)
    )
    name = "cpu" if asked.dry else gpu_name()
    report = Report(name, machine_and_versions(), speed=not asked.dry)
    with tempfile.TemporaryDirectory(prefix="pagesight-gpu-") as folder:
        run(report, Path(folder), given, asked.ultralytics_python)
    text = json.dumps(asdict(report), indent=2)
    print(text)
    if asked.report:
        asked.report.mkdir(parents=True, exist_ok=True)
        (asked.report / "gpu.json").write_text(text + "\n")
    return 1 if report.failed else 0


def run(report: Report, folder: Path, given: Given, ultralytics: Path) -> None:
    """Every part, each with its seconds; where the device's engine cannot be opened, none."""
    try:
        bench = open_bench(report, folder, given)
    except VisionError as error:
        report.failed.append(f"engine: {error.message}")
        return
    for name, part in parts_of(bench, ultralytics).items():
        began = time.perf_counter()
        try:
            report.figures[name] = part()
        except Exception as error:  # noqa: BLE001 - a part must not cost the others their figures
            report.failed.append(f"{name}: {getattr(error, 'message', repr(error))}")
        report.seconds[name] = round(time.perf_counter() - began, 1)
    close_bench(bench)


def parts_of(bench: Bench, ultralytics: Path) -> Mapping[str, Callable[[], object]]:
    """The measurements by name, in their order."""
    return {
        "providers": bench.providers,
        "parity": bench.parity,
        "lines": bench.lines,
        "pages": bench.pages_a_second,
        "detection": partial(detection, bench, ultralytics),
        "pipeline": partial(pipeline, bench),
        "hung kernel": partial(hung_kernel, bench),
        "run modes": partial(run_modes, bench),
    }


if __name__ == "__main__":
    sys.exit(main())
