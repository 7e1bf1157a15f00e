"""What the processes of a whole service cost: at rest, under a backlog, and per empty job.

    python -m benchmarks.processes --seconds 60 --jobs 1000

API, control worker, Redis and a pages worker are real; the engine is a double that reads nothing,
so what is left is the service itself. CPU time is that of each process and its children. At rest
nothing is queued. In the backlog no reader is up and `--jobs` documents wait. Then a reader starts
and the rate is that of jobs which end. Run it from an older checkout as well to compare the two on
one machine: it uses nothing but the processes.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.doubles import WHITE
from tests.support.workplace import PLAIN, TENANT, Workplace, await_true, pages_pdf

# Those of the service, where those of tests are shorter.
DEFAULTS = {"lease_s": 30.0, "reconcile_s": 5.0, "republish_s": 30.0}
LIMITS = {"max_queued_jobs_per_tenant": 50_000, "rate_per_s": 0.0}
SENDERS = 8
HERTZ = os.sysconf("SC_CLK_TCK")
CHOSEN = ("lines", "recogniser", "second_reader", "detectors", "orientation", "barcodes", "dpi")


def main() -> int:
    """Run the three phases and print what each process took."""
    options = _parse()
    with (
        tempfile.TemporaryDirectory(prefix="pagesight-bench-") as folder,
        Workplace(Path(folder), **DEFAULTS, **LIMITS) as place,
    ):
        _measure(place, options)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="at rest, and in the backlog")
    parser.add_argument("--jobs", type=int, default=1000)
    return parser.parse_args()


def _measure(place: Workplace, options: argparse.Namespace) -> None:
    url = place.start_api()
    named = {"api": place.processes[-1].pid, "redis": _redis_pid(place)}
    named["control"] = place.start_worker("control").pid
    reader = place.start_worker("pages", "build_double_engine")
    place.await_ready(reader)
    time.sleep(20)  # what follows a start is over
    with _shown("at rest", named | {"pages": reader.pid}):
        time.sleep(options.seconds)
    reader.terminate()
    reader.wait()
    key = place.ledger.keys.create(TENANT, ("jobs:read", "jobs:write"), "benchmark")[1]
    _submit(url, key, options.jobs)
    await_true(lambda: _opened(place) == options.jobs, "all documents to be opened", 600)
    with _shown(f"{options.jobs} documents wait", named):
        time.sleep(options.seconds)
    reader = place.start_worker("pages", "build_double_engine")
    place.await_ready(reader)
    before = _ended(place)
    with _shown("a reader works through them", named | {"pages": reader.pid}) as took:
        await_true(lambda: _ended(place) == options.jobs, "all jobs to end", 1200)
    print(f"jobs a second: {(options.jobs - before) / took():.0f}")


def _redis_pid(place: Workplace) -> int:
    with place.redis.client() as client:
        return int(client.info()["process_id"])


def _submit(url: str, key: str, count: int) -> None:
    document = pages_pdf(WHITE)
    options = {"options": json.dumps({name: PLAIN[name] for name in CHOSEN})}
    headers = {"Authorization": f"Bearer {key}"}
    with (
        httpx.Client(base_url=url, headers=headers, timeout=60) as client,
        ThreadPoolExecutor(SENDERS) as senders,
    ):

        def send(_number: int) -> int:
            return client.post("/v1/jobs", files={"file": document}, data=options).status_code

        statuses = set(senders.map(send, range(count)))
    if statuses != {202}:
        sys.exit(f"uploads were answered {statuses}")


def _opened(place: Workplace) -> int:
    return _count(place, "SELECT count(*) FROM jobs WHERE state <> 'queued'")


def _ended(place: Workplace) -> int:
    return _count(place, "SELECT count(*) FROM jobs WHERE finished_at IS NOT NULL")


def _count(place: Workplace, query: str) -> int:
    with place.ledger.database.read() as connection:
        return int(connection.exec_driver_sql(query).scalar_one())


@contextmanager
def _shown(phase: str, pids: Mapping[str, int]) -> Iterator[Callable[[], float]]:
    """Print the CPU time of each process in a phase, as a share of one core."""
    began, before = time.monotonic(), {name: cpu_seconds(pid) for name, pid in pids.items()}
    yield lambda: time.monotonic() - began
    took = time.monotonic() - began
    shares = {name: (cpu_seconds(pid) - before[name]) / took for name, pid in pids.items()}
    each = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
    print(f"{phase}: {sum(shares.values()):.1%} of a core for {took:.0f} s ({each})", flush=True)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time so far of a process and of its children, ended ones included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    own = sum(map(int, fields[11:15])) / HERTZ  # utime, stime, cutime, cstime (proc(5))
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = (child for task in tasks for child in (task / "children").read_text().split())
    return own + sum(cpu_seconds(int(child)) for child in children)


if __name__ == "__main__":
    sys.exit(main())
