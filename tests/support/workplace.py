"""A whole service for one test: redis-server, ledger, blobs and worker processes in a folder."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import httpx
from PIL import Image, ImageDraw

from jobs.domain.ids import new_id
from jobs.domain.job import Job, NewJob
from jobs.domain.states import FINAL_JOB_STATES
from jobs.ledger import open_ledger
from jobs.settings import Settings
from jobs.storage.blob_keys import input_key, result_key
from jobs.storage.blob_store import open_blobs
from jobs.storage.result_index import page_of_result
from tests.support import template
from tests.support.http import NO_TLS
from tests.support.migrations import create_tables
from tests.support.parts import require
from tests.support.patience import PATIENCE_S
from tests.support.redis import RedisServer
from vision.core.options import ReadOptions

ROOT = Path(__file__).resolve().parents[2]
TENANT = "tenant-a"
QUICK = {"lease_s": 1.5, "reconcile_s": 0.2, "republish_s": 1.0}
PLAIN: dict[str, Any] = asdict(ReadOptions()) | {
    "lines": "learned",
    "recogniser": "tesseract",
    "second_reader": "off",
    "detectors": [],
    "orientation": "off",
    "deskew": "off",
    "illumination": "off",
    "upscale": "off",
    "barcodes": "off",
    "dpi": 72,
}


class Workplace:
    """Starts and ends only what it started itself; use as a context manager."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        values = {**QUICK, **settings, "data_dir": folder}
        self.environment = {
            f"PAGESIGHT_{name.upper()}": value if isinstance(value, str) else _text(value)
            for name, value in values.items()
        }
        self.settings = Settings(_env_file=None, **values)
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.url = ""
        self._reader: subprocess.Popen[bytes] | None = None
        create_tables(self.settings)
        self.ledger = open_ledger(self.settings)
        self.blobs = open_blobs(self.settings.blob_store_url)
        require(shutil.which("redis-server"), "redis-server")
        self.redis = RedisServer(folder)
        self.redis.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
        self.redis.kill()
        self.ledger.close()

    def lose_redis(self) -> None:
        """Kill Redis and let it come back with nothing of what it kept."""
        self.redis.kill()
        shutil.rmtree(self.folder / "appendonlydir")
        self.redis.start()

    def start_api(self) -> str:
        """A real API process; return its address once it answers."""
        url = self.choose_address()
        self.launch_api()
        await_true(lambda: answers(f"{url}/healthz"), lambda: f"the API\n{self.log('api')}")
        return url

    def choose_address(self) -> str:
        """An address that is free, for APIs that are launched from now on."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.environment["PAGESIGHT_PORT"] = str(port)
        return f"http://127.0.0.1:{port}"

    def choose_metrics_address(self) -> str:
        """An address that is free, for the metrics of the worker that is started next."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.environment["PAGESIGHT_METRICS_PORT"] = str(port)
        return f"http://127.0.0.1:{port}"

    def start_another_api(self, **environment: str) -> tuple[str, subprocess.Popen[bytes]]:
        """A second API of the same ledger with other settings; its address and process."""
        kept = dict(self.environment)
        try:
            self.environment.update(environment)
            return self.start_api(), self.processes[-1]
        finally:
            self.environment = kept

    def launch_api(self) -> subprocess.Popen[bytes]:
        """An API process at the address that was chosen, which may still be starting."""
        return self.launch([sys.executable, "-m", "cli.main", "api"], "api.log")

    def start_worker(
        self, role: str, builder: str = "", prefix: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        """A real worker process; `builder` names an engine of tests/doubles.py.

        `prefix` begins the command, to run it in a network namespace.
        """
        command = [sys.executable, "-m", "tests.support.worker_child", role, builder]
        return self.launch([*prefix, *command], f"{role}.log")

    def reader(self) -> subprocess.Popen[bytes]:
        """A pages worker with the double engine that is ready: a living one, or a new one."""
        process = self._reader
        if process is None or process.poll() is not None:
            process = self._reader = self.start_worker("pages", "build_double_engine")
        self.await_ready(process)
        return process

    def await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the worker reports that it takes pages."""
        await_true(
            lambda: any(each.ready and each.pid == process.pid for each in self.reports()),
            lambda: f"worker {process.pid} to be ready\n{self.log('pages')}",
        )

    def reports(self) -> Sequence[Any]:
        """What the live workers say of themselves."""
        return self.ledger.workers.live()

    def submit(self, document: bytes, options: Mapping[str, Any] = PLAIN, **job: Any) -> Job:
        """Accept a job as the API does: blob first, then row and step in one transaction."""
        new = NewJob(id=new_id("job"), tenant=TENANT, options=options)
        self.blobs.put(input_key(new), document)
        values = {
            "input_blob": input_key(new),
            "input_sha256": sha256(document).hexdigest(),
            "input_bytes": len(document),
            **job,
        }
        return self.ledger.jobs.create(NewJob(**{**asdict(new), **values}))[0]

    def await_final(self, job: Job, patience_s: float = PATIENCE_S) -> Job:
        """The job once it is final."""
        await_true(
            lambda: self.ledger.jobs.load(job.id).state in FINAL_JOB_STATES,
            lambda: (
                f"{job.id} to end; it is {self.ledger.jobs.load(job.id)}, pages "
                f"{self.ledger.pages.list(job.id)}\n{self.log('pages')}\n{self.log('control')}"
            ),
            patience_s,
        )
        return self.ledger.jobs.load(job.id)

    def result(self, job: Job) -> dict[str, Any]:
        """The stored result."""
        document: dict[str, Any] = json.loads(self.blobs.get(result_key(job)))
        return document

    def page(self, job: Job, number: int) -> str | None:
        """A page's reading: of the ledger while the job runs, of the stored result later."""
        reading = self.ledger.pages.result(job.id, number)
        return page_of_result(self.blobs, job, number) if reading is None else reading

    def log(self, name: str) -> str:
        """What the processes of this name wrote, for the message of a failing test."""
        file = self.folder / f"{name}.log"
        return file.read_text() if file.exists() else ""

    def launch(self, command: Sequence[str], log: str) -> subprocess.Popen[bytes]:
        """Start a process of the service; its output goes to the end of a file of the folder."""
        ours = list(command[:2]) == [sys.executable, "-m"]
        kind = template.Process if ours else subprocess.Popen
        with (self.folder / log).open("ab") as output:
            process = kind(
                command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process


def await_true(
    holds: Callable[[], object],
    what: str | Callable[[], str],
    patience_s: float = PATIENCE_S,
) -> None:
    """Look until it holds; the patience only bounds how long a failing test takes."""
    until = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"waited in vain for {what if isinstance(what, str) else what()}")
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Say whether a GET succeeds."""
    try:
        return httpx.get(url, verify=NO_TLS, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def pages_pdf(*colours: tuple[int, int, int]) -> bytes:
    """A PDF of small pages, each of a colour and with its number drawn in a corner."""
    pages = []
    for number, colour in enumerate(colours, 1):
        page = Image.new("RGB", (120, 60), colour)
        ImageDraw.Draw(page).text((4, 4), f"page {number}", "grey")
        pages.append(page)
    file = BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=72)
    return file.getvalue()


def _text(value: object) -> str:
    return json.dumps(list(value)) if isinstance(value, list | tuple) else str(value)
