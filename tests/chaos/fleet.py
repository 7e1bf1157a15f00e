"""Processes that are started again when they die, as a supervisor would, and what befell them."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from random import Random
from typing import Self

from jobs.domain.job import PageRow
from jobs.domain.states import FINAL_PAGE_STATES, JobState, PageState
from tests.support.workplace import TENANT, Workplace, answers, await_true

RESTART_S = 0.5  # a supervisor's shortest pause
Start = Callable[[], "subprocess.Popen[bytes]"]


@dataclass(frozen=True)
class Blow:
    """Something done on purpose; `at` in seconds of the epoch."""

    at: float
    what: str


@dataclass
class _Member:
    start: Start
    process: "subprocess.Popen[bytes]"
    died_at: float | None = None


class Fleet:
    """Keeps its members alive while the `with` lasts; ends with the workplace."""

    def __init__(self, place: Workplace, seed: int = 0) -> None:
        self.place = place
        self.chance = Random(seed)
        self.blows: list[Blow] = []
        self.exit_codes: list[int] = []
        self._members: dict[str, _Member] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def add(self, name: str, start: Start) -> "subprocess.Popen[bytes]":
        """Start a member under a name and keep it alive."""
        process = start()
        with self._lock:
            self._members[name] = _Member(start, process)
        return process

    def add_workers(self, readers: int, builder: str = "", control_workers: int = 1) -> None:
        """Start readers (real ones, or with an engine of doubles) and control workers; wait."""
        for number in range(control_workers):
            self.add(f"control-{number}", lambda: self.place.start_worker("control"))
        for number in range(readers):
            self.add(f"pages-{number}", lambda: self.place.start_worker("pages", builder))
        self.await_ready()

    def add_api(self) -> None:
        """Start an API that comes back on its port."""
        self.place.url = self.place.start_api()
        self._members["api"] = _Member(self.place.launch_api, self.place.processes[-1])

    def await_api(self) -> None:
        """Wait until the API answers again."""
        await_true(lambda: answers(f"{self.place.url}/healthz"), "the API")

    def key(self) -> str:
        """A new API key of the tenant."""
        scopes = ("jobs:read", "jobs:write", "webhooks")
        return self.place.ledger.keys.create(TENANT, scopes, "chaos")[1]

    def forget(self) -> None:
        """Begin a new scenario: what befell the members before is not its concern."""
        self.blows.clear()
        self.exit_codes.clear()

    def pages_in_hand(self) -> list[PageRow]:
        """Pages that some reader has, or had when it died."""
        jobs, _ = self.place.ledger.jobs.list(TENANT, state=JobState.RUNNING)
        rows = [row for job in jobs for row in self.place.ledger.pages.list(job.id)]
        return [row for row in rows if row.state is PageState.RUNNING]

    def pages_of(self, name: str) -> list[PageRow]:
        """Pages in hand of one reader."""
        pid = self.pid(name)
        ids = {report.id for report in self.place.reports() if report.pid == pid}
        return [row for row in self.pages_in_hand() if row.worker in ids]

    def moved_on(self, page: PageRow) -> bool:
        """Whether the page has ended since, or another attempt at it has begun."""
        now = self.place.ledger.pages.list(page.job_id)[page.number - 1]
        return now.state in FINAL_PAGE_STATES or now.attempts > page.attempts

    def holder(self, jobs: Container[str] | None = None) -> str | None:
        """A reader that has a page in hand at this moment: of these jobs, or of any."""
        for name in self.names("pages"):
            if any(jobs is None or page.job_id in jobs for page in self.pages_of(name)):
                return name
        return None

    def await_holder(self, jobs: Container[str] | None = None) -> str:
        """The first reader that has a page in hand: of these jobs, or of any."""
        await_true(lambda: self.holder(jobs), "a page to be claimed")
        return self.holder(jobs) or self.await_holder(jobs)

    def await_end_of_holder(self, jobs: Container[str]) -> float:
        """Seconds until the process of the reader that has a page of these jobs in hand ends."""
        process = self.processes(self.await_holder(jobs))[0]
        since = time.time()
        await_true(lambda: process.poll() is not None, "the process to be ended")
        return time.time() - since

    def await_ready(self) -> None:
        """Wait until every worker is there again."""
        for name in [*self.names("control"), *self.names("pages")]:
            await_true(lambda name=name: self._members[name].process.poll() is None, name)
            self.place.await_ready(self._members[name].process)

    def names(self, prefix: str = "") -> Sequence[str]:
        """Members whose names begin so."""
        return [name for name in self._members if name.startswith(prefix)]

    def processes(self, prefix: str = "") -> Sequence["subprocess.Popen[bytes]"]:
        """The processes of these members as they are now."""
        with self._lock:
            return [self._members[name].process for name in self.names(prefix)]

    def pid(self, name: str) -> int:
        """The pid of a member's latest process."""
        return self._members[name].process.pid

    def note(self, what: str) -> float:
        """Remember a blow that was dealt elsewhere; return when."""
        self.blows.append(Blow(time.time(), what))
        return self.blows[-1].at

    def kill(self, name: str) -> float:
        """SIGKILL a member; return when."""
        return self.send(name, signal.SIGKILL)

    def send(self, name: str, number: signal.Signals) -> float:
        """Send a member a signal; return when."""
        self._members[name].process.send_signal(number)
        return self.note(f"{number.name} {name}")

    def kill_one_at_work(self) -> bool:
        """SIGKILL a random worker of those that are ready; False when all are still starting.

        On a slow machine starting takes longer than the pause between two blows, and killing what
        does not work yet would show nothing.
        """
        ready = {report.pid for report in self.place.reports() if report.ready}
        names = [*self.names("pages"), *self.names("control")]
        at_work = [name for name in names if self.pid(name) in ready]
        if at_work:
            self.kill(self.chance.choice(at_work))
        return bool(at_work)

    def _watch(self) -> None:
        while not self._ending.wait(0.05):
            with self._lock:
                for member in self._members.values():
                    self._revive(member)

    def _revive(self, member: _Member) -> None:
        code = member.process.poll()
        if code is None:
            return
        now = time.monotonic()
        if member.died_at is None:
            member.died_at = now
            self.exit_codes.append(code)
        elif now - member.died_at >= RESTART_S:
            member.process, member.died_at = member.start(), None
