"""Random workers killed while the real engine reads pages, for as long as is asked.

`python -m tests.chaos.kills --pages 5000 --minutes 30` writes report.md, and exits 1 when a page
was lost or doubled, or failed for another reason than that its workers were killed three times.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.admission.queue_stats import BacklogReader
from jobs.domain.states import JobState
from tests.chaos.books import Books, await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import CHEAP, numbered, text_of
from tests.support.ledger_view import open_jobs
from tests.support.workplace import Workplace

MOST_OPEN = 200  # jobs under way at once: kills are to meet work, not a long queue
PATIENCE_S = 1200.0


@dataclass(frozen=True)
class Plan:
    """So many pages, a kill every so many seconds, but none before `step` pages ended since.

    On a slow machine starting a reader takes longer than the pause between two kills: nothing would
    ever be read, and nothing shown. No page is submitted after `minutes`.
    """

    pages: int
    every_s: float
    step: int
    minutes: float = 24 * 60


def kill_while_reading(fleet: Fleet, plan: Plan) -> tuple[Load, Books]:
    """Start a service in the fleet, submit the pages, kill workers until few pages are left."""
    fleet.add_api()
    fleet.add_workers(readers=2)
    place = fleet.place
    until = time.monotonic() + 60 * plan.minutes
    load = Load(place.url, fleet.key(), numbered, plan.pages, CHEAP, pace_s=0.1)
    load.gate = lambda: _gate(place, load, until)
    with load:
        while _await_some_more(fleet, load, plan.step):
            fleet.kill_one_at_work()
            time.sleep(plan.every_s)
    await_all_ended(place, PATIENCE_S)
    return load, judge(place, load, text_of)


def _gate(place: Workplace, load: Load, until: float) -> bool:
    """Wait until few enough jobs are open; False when the time is over."""
    while len(load.accepted) % 20 == 0 and open_jobs(place.ledger) > MOST_OPEN:
        time.sleep(0.2)
    return time.monotonic() < until


def _await_some_more(fleet: Fleet, load: Load, step: int) -> bool:
    """Wait for `step` more jobs to end; False when that many are not left."""
    begun = _ended(fleet)
    while (load.total if load.going_on else len(load.accepted)) - begun > step:
        if _ended(fleet) >= begun + step:
            return True
        time.sleep(0.2)
    return False


def _ended(fleet: Fleet) -> int:
    """Jobs that succeeded."""
    ledger = fleet.place.ledger
    return BacklogReader(ledger.database, ledger.clock).read().jobs[JobState.SUCCEEDED]


def main() -> int:
    """Run, report, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--minutes", type=float, default=30, help="submit no longer than so")
    parser.add_argument("--report", type=Path, default=Path("build/kills"))
    chosen = parser.parse_args()
    plan = Plan(chosen.pages, every_s=3.0, step=20, minutes=chosen.minutes)
    with (
        tempfile.TemporaryDirectory(prefix="pagesight-kills-") as folder,
        Workplace(Path(folder)) as place,
        Fleet(place, seed=1) as fleet,
    ):
        began = time.monotonic()
        _, books = kill_while_reading(fleet, plan)
        report = _report(books, _counts(fleet), (time.monotonic() - began) / 60)
    chosen.report.mkdir(parents=True, exist_ok=True)
    (chosen.report / "report.md").write_text(report)
    print(report)  # noqa: T201 - a command that reports
    chance = all(fault.startswith("worker_lost") for fault in books.faults.values())
    return 0 if books.are_clean and chance else 1


def _counts(fleet: Fleet) -> Mapping[str, int]:
    """Kills by the role of the worker."""
    killed = [blow.what.split()[-1].split("-")[0] for blow in fleet.blows]
    return {role: killed.count(role) for role in sorted(set(killed))}


def _report(books: Books, kills: Mapping[str, int], minutes: float) -> str:
    killed = ", ".join(f"{count} of a {role} worker" for role, count in kills.items())
    faults = "".join(f"\n- {job_id}: {fault}" for job_id, fault in books.faults.items())
    return (
        f"# {books.accepted} pages and {sum(kills.values())} kills\n\n"
        f"SIGKILL: {killed}. Accepted {books.accepted}, done {books.done}, failed {books.failed}, "
        f"lost {books.lost}, double {books.double}, read again {books.again}, longest gap "
        f"{books.longest_gap_s:.1f} s; {minutes:.0f} minutes, {os.cpu_count()} cores.\n{faults}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
