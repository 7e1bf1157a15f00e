"""`pagesight serve` as a person runs it: one command, real processes, signals from outside."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from jobs.settings import Settings
from tests.support.http import http_client
from tests.support.parts import require
from tests.support.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
_LISTEN = "0A"  # TCP_LISTEN in Linux's include/net/tcp_states.h
SAMPLE = ROOT / "samples" / "invoice.pdf"


class Serving:
    """A running service and how to reach it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        chosen = Settings(_env_file=None, data_dir=folder, port=0, **settings)
        self.env = {**os.environ, **chosen.as_environment()}
        self.log = folder.with_suffix(".log")
        self.process = self.start(self.log)
        self.client = http_client(
            base_url=self._wait_for_address(),
            headers={"Authorization": f"Bearer {(folder / 'api-key').read_text().strip()}"},
            timeout=PATIENCE_S,
        )

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        with log.open("wb") as said:
            command = [sys.executable, "-m", "cli.main", "serve"]
            return subprocess.Popen(command, cwd=ROOT, env=self.env, stderr=said, stdout=said)

    def _wait_for_address(self) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"is ready: console (http://\S+:\d+)/", self.log.read_text())
            if found:
                return found[1]
            time.sleep(0.05)
        raise AssertionError(f"the service did not start: {self.log.read_text()}")

    def child(self, words: str) -> int:
        """The pid of the child whose command line has these words."""
        for pid in children_of(self.process.pid):
            if words in command_line(pid):
                return pid
        raise AssertionError(f"no child with {words!r}")

    def submit(self, path: Path = SAMPLE, **options: Any) -> str:
        with path.open("rb") as file:
            answer = self.client.post(
                "/v1/jobs",
                files={"file": (path.name, file)},
                data={"options": json.dumps(options)},
            )
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["id"]
        return job_id

    def finished(self, job_id: str, limit_s: float = PATIENCE_S) -> dict[str, Any]:
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.client.get(f"/v1/jobs/{job_id}").json()
            if job["state"] not in {"queued", "running"}:
                return job
            time.sleep(0.1)
        raise AssertionError(f"{job_id} did not finish: {job}\n{self.log.read_text()}")

    def end(self, number: int = signal.SIGINT) -> int:
        self.client.close()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def tree_of(pid: int) -> list[int]:
    """A process and all that descend from it, whichever of its threads started them."""
    found = [pid]
    with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += tree_of(int(child))
    return found


def listening(pid: int) -> list[str]:
    """Where a process and all that descend from it listen for TCP, as `address:port`.

    From /proc/net/tcp and tcp6, which write an address as 32-bit numbers of the machine's order.
    """
    inodes = {inode for each in tree_of(pid) for inode in _sockets_of(each)}
    found = []
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == _LISTEN and rest[5] in inodes:
                address, port = local.split(":")
                words = struct.unpack(f">{len(address) // 8}I", bytes.fromhex(address))
                packed = struct.pack(f"={len(words)}I", *words)
                found.append(f"{socket.inet_ntop(family, packed)}:{int(port, 16)}")
    return found


def _sockets_of(pid: int) -> list[str]:
    """Inodes of a process's open sockets; the process, or a file of its own, may just be gone."""
    links = []
    with suppress(FileNotFoundError):
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                links.append(str(each.readlink()))
    return [link[8:-1] for link in links if link.startswith("socket:[")]


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Serving]:
    """Start the service with its data in `folder`, and end it where the test did not."""
    require(Path("/proc/self/task").is_dir(), "Linux's /proc")
    running = Serving(folder, **settings)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()
