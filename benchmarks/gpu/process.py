"""What surrounds the device: a pipeline that keeps it busy, and the end of a kernel that hangs."""

import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.gpu.reading import Bench
from tests.doubles import YELLOW, FixedRecogniser
from tests.support.workplace import PLAIN, Workplace, await_true, pages_pdf
from vision.core.protocols import Stages
from vision.core.stages import NEVER, LineCrop, LineReading, Reread
from vision.pipeline import read_page
from workers.engine.batching import BatchingRecogniser
from workers.inputs.read_options import read_options

BUSY = 0.95
LIMIT_S = 5.0  # of a page, before its process is ended
_TOO_LATE_S = 20.0
_BATCH_S = 0.2  # what the stand-in computes for a batch
_PAGES = 60
_BATCH_LINES = 64


class StandIn(FixedRecogniser):
    """A device that computes for a fixed time without the processor, and notes when."""

    name = "lstm"

    def __init__(self) -> None:
        self.spans: list[tuple[float, float]] = []
        self.batches: list[int] = []

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        """The same word for each line, after the time of a batch."""
        began = time.perf_counter()
        time.sleep(_BATCH_S)
        self.spans.append((began, time.perf_counter()))
        self.batches.append(len(crops))
        return super().recognise(crops, reread)

    @property
    def busy_share(self) -> float:
        """The share of the time from its first to its last batch in which it computed."""
        computed = sum(ended - began for began, ended in self.spans)
        return computed / (self.spans[-1][1] - self.spans[0][0])


def pipeline(bench: Bench) -> Mapping[str, object]:
    """The share of the time for which files that are decoded and prepared keep a device busy.

    The device is a stand-in that sleeps, so this holds for any device that is no faster.
    """
    device = StandIn()
    recogniser = BatchingRecogniser(device, _BATCH_LINES, 0.0)
    stages = Stages({"classical": bench.cpu.stages.finders["classical"]}, {"lstm": recogniser}, {})
    options = read_options(PLAIN | {"lines": "classical", "recogniser": "lstm"})
    files = (list(bench.files) * (_PAGES // len(bench.files) + 1))[:_PAGES]

    def read(file: Path) -> None:
        read_page(bench.decoders.decode(file, 1, 150), stages, options, None)

    with ThreadPoolExecutor(bench.given.threads) as pool:
        list(pool.map(read, files))
    recogniser.close()
    share = device.busy_share
    bench.report.check_speed(f"a stand-in was busy for {share:.2f} of the time", share >= BUSY)
    return {
        "busy_share": share,
        "pages_a_second": len(files) / (device.spans[-1][1] - device.spans[0][0]),
        "lines_a_batch": sum(device.batches) / len(device.batches),
    }


def hung_kernel(bench: Bench) -> Mapping[str, object]:
    """Seconds until a reader whose session hangs on the device is ended, and its exit status."""
    settings = {"page_timeout_s": LIMIT_S, "device": bench.given.device}
    with (
        tempfile.TemporaryDirectory(prefix="pagesight-hung-") as folder,
        Workplace(Path(folder), **settings) as place,
    ):
        place.start_worker("control")
        reader = place.start_worker("pages", "build_session_engine")
        place.await_ready(reader)
        place.submit(pages_pdf(YELLOW))
        began = time.perf_counter()
        await_true(lambda: reader.poll() is not None, lambda: f"its end\n{place.log('pages')}")
        took_s = time.perf_counter() - began
    code = reader.returncode
    bench.report.check(f"a hung kernel ended its process with {code}", code == -signal.SIGKILL)
    bench.report.check_speed(f"after {took_s:.1f} s", took_s <= LIMIT_S + _TOO_LATE_S)
    return {"limit_s": LIMIT_S, "ended_after_s": took_s, "exit_status": code}
