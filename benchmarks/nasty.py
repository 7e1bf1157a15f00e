"""Odd and broken files through the real service: each must end as a result or a typed error.

    python -m benchmarks.nasty --data ../shared/data

Starts a service of its own (API, workers, private Redis), uploads every file of nasty_images and
nasty_pdfs by HTTP, and reports how each ended, the slowest page, the most memory a reading process
held and whether any process died. The exit status says whether all held.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from cli.bootstrap_key import key_file
from cli.serve.command import running
from cli.serve.single_host import StopSignals
from cli.serve.supervisor import Supervisor
from jobs.settings import Settings

_SETS = ("nasty_images", "nasty_pdfs")
_PAGE_LIMIT_MS = 10_000
_MEMORY_LIMIT_MB = 2048
_PATIENCE_S = 1800


@dataclass(frozen=True, slots=True)
class Ending:
    """How one file ended: `answer` is the upload's status, `codes` the faults of job and pages."""

    name: str
    answer: int
    state: str
    codes: tuple[str, ...]
    slowest_page_ms: float


def main() -> int:
    """Send every file and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1, help="send only each n-th file")
    options = parser.parse_args()
    files = _files(options.data)[:: options.every]
    with TemporaryDirectory(prefix="pagesight-nasty-") as folder:
        settings = Settings(data_dir=Path(folder), port=0)
        log = Path(folder) / "processes.log"
        with running(settings, StopSignals(), log) as (supervisor, base_url):
            before = supervisor.pids()
            endings = _send_all(base_url, key_file(settings).read_text().strip(), files)
            died = {name for name, pid in before.items() if supervisor.pids().get(name) != pid}
            memory_mb = _peak_memory_mb(supervisor)
    return _report(endings, died, memory_mb)


def _files(data: Path) -> list[Path]:
    found = [path for each in _SETS for path in sorted((data / each).iterdir())]
    return [path for path in found if path.name != "expect.json"]


def _send_all(base_url: str, key: str, files: list[Path]) -> list[Ending]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False) as client:
        sent = [(path, _send(client, path)) for path in files]
        return [_ending(client, path, answer) for path, answer in sent]


def _send(client: httpx.Client, path: Path) -> httpx.Response:
    with path.open("rb") as file:
        return client.post("/v1/jobs", files={"file": (path.name, file)})


def _ending(client: httpx.Client, path: Path, answer: httpx.Response) -> Ending:
    name = f"{path.parent.name}/{path.name}"
    if answer.status_code != httpx.codes.ACCEPTED:
        return Ending(name, answer.status_code, "refused", (answer.json()["code"],), 0.0)
    job = _wait(client, answer.json()["id"])
    codes = [job["fault"]["code"]] if job["fault"] else []
    slowest = 0.0
    if job["state"] in {"succeeded", "partial"}:
        result = client.get(f"/v1/jobs/{job['id']}/result").json()
        codes += [failure["code"] for failure in result["failures"]]
        slowest = max(sum(page["stage_ms"].values()) for page in result["receipt"]["pages"])
    return Ending(name, answer.status_code, job["state"], tuple(codes), slowest)


def _wait(client: httpx.Client, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        job: dict[str, Any] = client.get(f"/v1/jobs/{job_id}").json()
        if job["state"] not in {"queued", "running"}:
            return job
        time.sleep(0.2)
    raise TimeoutError(f"{job_id} did not end: {json.dumps(job)}")


def _peak_memory_mb(supervisor: Supervisor) -> float:
    """Most resident memory that the reading process or a helper of it alive now ever held."""
    pages = supervisor.pids()["pages"]
    return max(_peak_mb(pid) for pid in _family(pages))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return int(kilobytes) / 1024


def _report(endings: list[Ending], died: set[str], memory_mb: float) -> int:
    counts = Counter((end.state, end.answer, ", ".join(sorted(set(end.codes)))) for end in endings)
    for (state, answer, codes), count in sorted(counts.items()):
        print(f"{count:4d}  {answer}  {state:10} {codes}")
    slowest = max(endings, key=lambda end: end.slowest_page_ms)
    print(f"slowest page {slowest.slowest_page_ms / 1000:.1f} s ({slowest.name})")
    print(f"most memory of a reading process {memory_mb:.0f} MB")
    print(f"processes that died: {', '.join(sorted(died)) or 'none'}")
    untyped = [end.name for end in endings if end.answer >= 500 or _is_untyped(end)]
    print(f"without a result or a typed error: {', '.join(untyped) or 'none'}")
    held = slowest.slowest_page_ms < _PAGE_LIMIT_MS and memory_mb < _MEMORY_LIMIT_MB
    return 0 if held and not died and not untyped else 1


def _is_untyped(end: Ending) -> bool:
    return end.state in {"failed", "refused"} and not end.codes


if __name__ == "__main__":
    sys.exit(main())
