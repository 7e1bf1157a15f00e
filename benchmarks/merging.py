"""Lines of several jobs read together against each job's alone: CPU time and time for each call.

    OMP_THREAD_LIMIT=1 python -m benchmarks.merging --data ../shared/data --callers 4 --lanes 2

Each caller reads pages of a few lines one after another, as a worker's thread does. Processor time
is what merging saves; a busy machine makes the clock's times mean little.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from benchmarks.recognition import printed_lines
from models.loaders.tesseract_lstm import open_lstm_recogniser
from vision.core.protocols import Recogniser
from vision.core.stages import LineCrop
from vision.engines.tessdata import find_tessdata
from workers.engine.batching import BatchingRecogniser

_MAX_LINES = 64


def main() -> None:
    """Command line."""
    arguments = _arguments()
    tessdata = find_tessdata(arguments.tessdata)
    crops = printed_lines(arguments.data / "omnidoc", "eng")
    print(f"{'lines a page':>12} {'merged':>7} {'CPU ms a line':>14} {'median ms a page':>17}")
    with tempfile.TemporaryDirectory(prefix="pagesight-models-") as cache:
        alone = open_lstm_recogniser(tessdata, Path(cache), "cpu", 1)
        alone.recognise(crops[:1])
        for lines in arguments.lines:
            pages = [crops[at : at + lines] for at in range(0, len(crops), lines)]
            merging = BatchingRecogniser(alone, _MAX_LINES, 0.0, arguments.lanes)
            rounds = [
                (
                    _measured(alone, pages, arguments.callers),
                    _measured(merging, pages, arguments.callers),
                )
                for _ in range(arguments.rounds)
            ]
            merging.close()
            for name, runs in zip(("no", "yes"), zip(*rounds, strict=True), strict=True):
                cpu, clock = map(min, zip(*runs, strict=True))
                print(f"{lines:12} {name:>7} {cpu:14.2f} {clock:17.1f}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tessdata", help="folder of the .traineddata files")
    parser.add_argument("--callers", type=int, default=4, help="threads that read pages")
    parser.add_argument("--lanes", type=int, default=2, help="batches that run side by side")
    parser.add_argument("--lines", type=int, nargs="+", default=[1, 3, 10, 40], help="of a page")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _measured(
    recogniser: Recogniser, pages: Sequence[Sequence[LineCrop]], callers: int
) -> tuple[float, float]:
    """CPU milliseconds for each line, and the median of the clock's for each page."""
    started = time.process_time()
    with ThreadPoolExecutor(callers) as threads:
        clocks = list(threads.map(_timed(recogniser), pages))
    lines = sum(map(len, pages))
    return 1000 * (time.process_time() - started) / lines, 1000 * median(clocks)


def _timed(recogniser: Recogniser) -> Callable[[Sequence[LineCrop]], float]:
    def read(crops: Sequence[LineCrop]) -> float:
        started = time.perf_counter()
        recogniser.recognise(crops)
        return time.perf_counter() - started

    return read


if __name__ == "__main__":
    main()
