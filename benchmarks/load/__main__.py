"""How many documents a second the service reads, and how long each takes, until it falls behind.

    python -m benchmarks.load --seconds 30          # open loop, rates doubled until saturation
    python -m benchmarks.load --compare             # service against reading in one process

API, control worker, Redis and reader are real processes, the engine is the real one. Every document
is one page. `--compare` prints three ratios: pages a second of the service to those of the same
threads in one process; the milliseconds that the service adds to a single page, read by both in
turns, so that what else the machine does slows both alike and both find its caches cold; pages a
second of two readers with one thread each to those of one. It needs a machine that does nothing
else.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pypdfium2

from benchmarks.load.open_loop import Step, arrivals, quantile, send_on_time, simulate, summarise
from benchmarks.load.report import Row, write_report
from jobs.settings import Settings
from tests.support.serving import tree_of
from tests.support.workplace import TENANT, Workplace, await_true
from vision.core.options import ReadOptions
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine
from workers.inputs.decoders import open_decoders
from workers.inputs.read_options import read_options

SAMPLE = Path(__file__).parents[2] / "samples" / "invoice.pdf"
DEFAULTS = {"lease_s": 30.0, "reconcile_s": 5.0, "republish_s": 30.0, "rate_per_s": 0.0}
SENDERS = 64
PATIENCE_S = 900.0
SEED = 7


def main() -> int:
    """Run what was asked for."""
    options = _parse()
    with tempfile.TemporaryDirectory(prefix="pagesight-load-") as folder:
        page = Path(folder) / "page.png"
        _render(page)
        if options.compare:
            _compare(Path(folder), page, options)
        else:
            with _service(Path(folder) / "service", options.threads) as place:
                rows = list(_until_saturation(place, page.read_bytes(), options))
            if options.report:
                write_report(rows, options.report)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--profile", default="balanced")
    parser.add_argument("--rate", type=float, default=0.5, help="documents a second to begin with")
    parser.add_argument("--factor", type=float, default=2, help="of a rate to the one before")
    parser.add_argument("--seconds", type=float, default=30, help="of arrivals at each rate")
    parser.add_argument("--threads", type=int, default=2, help="of the reader")
    parser.add_argument("--pages", type=int, default=40, help="of each comparison")
    parser.add_argument("--report", type=Path, help="folder for load.json and load.png")
    return parser.parse_args()


def _render(file: Path) -> None:
    with pypdfium2.PdfDocument(SAMPLE) as pdf:
        pdf[0].render(scale=150 / 72).to_pil().save(file)


@contextmanager
def _service(folder: Path, threads: int, readers: int = 1) -> Iterator[Workplace]:
    folder.mkdir()
    with Workplace(folder, **DEFAULTS, worker_threads=threads) as place:
        place.url = place.start_api()
        place.start_worker("control")
        for reader in [place.start_worker("pages") for _ in range(readers)]:
            place.await_ready(reader)
        yield place


def _until_saturation(place: Workplace, page: bytes, options: argparse.Namespace) -> Iterator[Row]:
    """A row for each rate; rates rise by the factor."""
    chance = random.Random(SEED)
    print("offered/s  ended/s  refused  p50 s  p95 s  p99 s  ideal p95 s  CPU s")
    rate = options.rate
    service_s = 0.0
    while True:
        offsets = arrivals(rate, options.seconds, chance) or [0.0]
        before_s = _processor_s(place)
        step = _offer(place, page, rate, offsets, options.profile)
        processor_s = (_processor_s(place) - before_s) / len(offsets)
        service_s = service_s or step.p50_s  # at the lowest rate nothing waits
        ideal = sorted(simulate(offsets, service_s, options.threads))
        ideal_s = quantile(ideal, 0.95)
        row = Row(step, ideal_s, processor_s)
        _print_row(row)
        yield row
        if step.saturated:
            return
        rate *= options.factor


def _processor_s(place: Workplace) -> float:
    """Processor seconds so far of the service's processes, and of helpers that ended."""
    ticks = 0
    for process in place.processes:
        for pid in tree_of(process.pid):
            with suppress(FileNotFoundError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))  # proc(5): utime, stime, cutime, cstime
    return ticks / os.sysconf("SC_CLK_TCK")


def _print_row(row: Row) -> None:
    step = row.step
    latencies = f"{step.p50_s:5.2f}  {step.p95_s:5.2f}  {step.p99_s:5.2f}"
    rates = f"{step.offered:9.2f}  {step.completed:7.2f}  {step.refused:7d}"
    print(f"{rates}  {latencies}  {row.ideal_s:11.2f}  {row.processor_s:5.2f}", flush=True)


def _offer(place: Workplace, page: bytes, rate: float, offsets: list[float], profile: str) -> Step:
    with _client(place) as client:
        sent = send_on_time(offsets, lambda: _submit(client, page, profile), SENDERS)
    jobs = [each.job_id for each in sent]
    ids = [job_id for job_id in jobs if job_id is not None]
    await_true(lambda: all(_ended(place, each) for each in ids), "all jobs to end", PATIENCE_S)
    return summarise(rate, sent, [None if each is None else _ended(place, each) for each in jobs])


@contextmanager
def _client(place: Workplace) -> Iterator[httpx.Client]:
    key = place.ledger.keys.create(TENANT, ("jobs:read", "jobs:write"), "benchmark")[1]
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=SENDERS)
    with httpx.Client(base_url=place.url, headers=headers, timeout=120, limits=limits) as client:
        yield client


def _submit(client: httpx.Client, page: bytes, profile: str, **headers: str) -> str | None:
    answer = client.post(
        "/v1/jobs",
        files={"file": ("page.png", page)},
        data={"options": json.dumps({"profile": profile})},
        headers=headers,
    )
    job: dict[str, Any] = answer.json()
    return str(job["id"]) if answer.is_success else None


def _ended(place: Workplace, job_id: str) -> float | None:
    finished = place.ledger.jobs.load(job_id).finished_at
    return None if finished is None else finished.timestamp()


def _compare(folder: Path, page: Path, options: argparse.Namespace) -> None:
    with _in_process(folder, page, options) as read:
        in_process = _rate_of(read, options)
    with _service(folder / "one", options.threads) as place, _client(place) as client:
        with _in_process(folder, page, options) as read:
            data = page.read_bytes()
            served = lambda: _waited(client, data, options.profile)  # noqa: E731
            alone_s, served_s = _medians(20, read, served)
        service = _rate(place, client, data, options)
    print(f"service / in-process: {service:.2f} / {in_process:.2f} pages/s = "
          f"{service / in_process:.2f} (floor .8)")  # fmt: skip
    print(f"p50 of one page: {served_s * 1000:.0f} - {alone_s * 1000:.0f} = "
          f"{(served_s - alone_s) * 1000:.0f} ms added (floor 60)")  # fmt: skip
    rates = []
    for readers in (1, 2):
        with _service(folder / f"readers-{readers}", 1, readers) as place, _client(place) as client:
            rates.append(_rate(place, client, page.read_bytes(), options))
    print(f"two readers / one: {rates[1]:.2f} / {rates[0]:.2f} pages/s = "
          f"{rates[1] / rates[0]:.2f} (floor 1.7)")  # fmt: skip


@contextmanager
def _in_process(
    folder: Path, page: Path, options: argparse.Namespace
) -> Iterator[Callable[[], None]]:
    """Reads the page in this process, as often as it is called, with the reader's decoders."""
    settings = Settings(_env_file=None, data_dir=folder / "engine", worker_threads=options.threads)
    engine, chosen = build_engine(settings), read_options({"profile": options.profile})
    with open_decoders(settings, options.threads) as decoders:

        def read() -> None:
            _read(engine, decoders.decode(page, 1, chosen.dpi), chosen)

        yield read
    engine.close()


def _rate_of(read: Callable[[], None], options: argparse.Namespace) -> float:
    """Pages a second with the threads of the reader."""
    pages: int = options.pages
    read()
    began = time.perf_counter()
    with ThreadPoolExecutor(options.threads) as pool:
        list(pool.map(lambda _: read(), range(pages)))
    return pages / (time.perf_counter() - began)


def _read(engine: Engine, page: Any, options: ReadOptions) -> None:
    read_page(page, engine.stages, options, engine.orienter)


def _medians(times: int, *calls: Callable[[], object]) -> list[float]:
    """The median time of each call, made in turns; the first time is not counted."""
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(times + 1):
        for times_of, call in zip(found, calls, strict=True):
            began = time.perf_counter()
            call()
            times_of.append(time.perf_counter() - began)
    return [statistics.median(each[1:]) for each in found]


def _waited(client: httpx.Client, page: bytes, profile: str) -> None:
    if _submit(client, page, profile, Prefer="wait=60") is None:
        sys.exit("a page was refused")


def _rate(
    place: Workplace, client: httpx.Client, page: bytes, options: argparse.Namespace
) -> float:
    """Jobs that end a second while more wait than are read."""
    ids = [_submit(client, page, options.profile) for _ in range(options.pages)]
    jobs = [each for each in ids if each is not None]
    await_true(lambda: all(_ended(place, each) for each in jobs), "all jobs to end", PATIENCE_S)
    ends = sorted(end for each in jobs if (end := _ended(place, each)) is not None)
    # From the first end to the last: the start of the queue is not part of the rate.
    return (len(ends) - 1) / (ends[-1] - ends[0])


if __name__ == "__main__":
    sys.exit(main())
