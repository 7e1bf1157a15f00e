"""A small service on this machine, and a load with everything that dashboards are read for."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image

from benchmarks.made_pages import MadePage, made_pages
from tests.support.ledger_view import open_jobs
from tests.support.receiver import Reply, receiver
from tests.support.serving import command_line, tree_of
from tests.support.workplace import Workplace, await_true

TENANTS = ("bakery", "museum")
SETTINGS = {"lease_s": 5.0, "egress_allow": ("127.0.0.1",), "worker_threads": 3}
PAUSE_S = 0.9  # between two documents: about what two cores read, so that some wait
FAULTY = 7  # every seventh document cannot be read
SEED = 11


@dataclass
class Service:
    """The workplace, where its metrics are, and the key of each tenant."""

    place: Workplace
    addresses: Mapping[str, Sequence[str]]
    keys: Mapping[str, str]

    def start_reader(self) -> None:
        """A reader at the address of the one before it."""
        self.place.start_worker("pages")


@contextmanager
def start_service(folder: Path) -> Iterator[Service]:
    """API, control worker and two readers, each with its metrics at an address of its own."""
    folder.mkdir()
    with Workplace(folder, **SETTINGS) as place:
        place.url = place.start_api()
        addresses = [place.choose_metrics_address()]
        place.start_worker("control")
        for _ in range(2):
            addresses.append(place.choose_metrics_address())
            place.await_ready(place.start_worker("pages"))
        scraped = {
            "pagesight-api": [place.url.removeprefix("http://")],
            "pagesight-workers": [each.removeprefix("http://") for each in addresses],
        }
        scopes = ("jobs:read", "jobs:write", "webhooks")
        keys = {name: place.ledger.keys.create(name, scopes, "load")[1] for name in TENANTS}
        yield Service(place, scraped, keys)


class Load:
    """Documents of two tenants at random times, with faults among them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._chance = random.Random(SEED)
        self._pages = [_png(page) for page in made_pages(1)]
        self._client = httpx.Client(base_url=service.place.url, timeout=60, trust_env=False)

    def run(self, seconds: float) -> None:
        """Send until the time is over, with two blows on the way; wait until all has ended."""
        half = [Reply(), Reply(status=503)] * 500
        with receiver(*half) as server, self._client:
            for tenant in TENANTS:
                body = {"url": f"{server.url}/{tenant}", "events": ["job.*"]}
                self._post("/v1/webhooks", tenant, json=body)
            blows = [
                threading.Timer(share * seconds, blow)
                for share, blow in ((0.3, self._kill_helper), (0.5, self._kill_reader))
            ]
            for timer in blows:
                timer.start()
            self._send(seconds)
            for timer in blows:
                timer.join()
            self._await_all(seconds)

    def _send(self, seconds: float) -> None:
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            number += 1
            tenant = self._chance.choices(TENANTS, (3, 1))[0]
            self._document(tenant, number)
            if number % FAULTY == 0:
                self._client.get("/v1/jobs/job_unknown", headers=self._headers(tenant))
                self._client.get("/v1/jobs", headers={"Authorization": "Bearer ps_wrong"})
            time.sleep(self._chance.expovariate(1 / PAUSE_S))

    def _document(self, tenant: str, number: int) -> None:
        page = self._pages[number % len(self._pages)]
        content = page[: len(page) // 3] if number % FAULTY == 0 else page
        options = {"profile": "fast" if number % 2 else "balanced"}
        self._post(
            "/v1/jobs",
            tenant,
            files={"file": ("page.png", content)},
            data={"options": json.dumps(options)},
        )

    def _post(self, path: str, tenant: str, **body: object) -> None:
        answer = self._client.post(path, headers=self._headers(tenant), **body)  # type: ignore[arg-type]
        answer.raise_for_status()

    def _headers(self, tenant: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._service.keys[tenant]}"}

    def _kill_helper(self) -> None:
        """A helper that opens documents ends as if it had used too much memory."""
        reader = self._service.place.processes[-1].pid
        helpers = [pid for pid in tree_of(reader) if "sandbox.child" in command_line(pid)]
        for pid in helpers[:1]:
            os.kill(pid, signal.SIGKILL)

    def _kill_reader(self) -> None:
        place = self._service.place
        place.processes[-1].kill()
        place.processes[-1].wait()
        self._service.start_reader()

    def _await_all(self, seconds: float) -> None:
        """Until no job is open, and a little longer, since counts are scraped each second."""
        ledger = self._service.place.ledger
        await_true(lambda: open_jobs(ledger) == 0, "all jobs to end", seconds * 4)
        time.sleep(5)


def _png(page: MadePage) -> bytes:
    with BytesIO() as file:
        Image.fromarray(page.pixels).save(file, "PNG")
        return file.getvalue()
