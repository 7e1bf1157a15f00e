"""What became of accepted jobs, by the ledger's rows, the stored results and the receiver's log."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Table, select

from jobs.db import tables
from jobs.domain.errors import NotFound
from jobs.domain.states import FINAL_JOB_STATES, JobState
from tests.chaos.load import Accepted, Load
from tests.support.ledger_view import open_jobs
from tests.support.patience import PATIENCE_S
from tests.support.receiver import Received
from tests.support.workplace import Workplace, await_true

Text = Callable[[int], str]
_PAGE_ENDS = {"page.succeeded", "page.failed"}


@dataclass(frozen=True)
class Books:
    """The figures of one scenario.

    Done is a job that succeeded with its own text as result; failed one that ended otherwise: with
    a typed fault, or because it was cancelled. Lost is an accepted job without its row, its end or
    its result. Double is a second job for one document, a second end of a job, a second reading of
    a page or a second message about one end. `again` counts attempts at pages beyond the first.
    The longest gap is the longest time in which an open job waited and none ended.
    """

    accepted: int
    done: int
    failed: int
    lost: int
    double: int
    again: int
    longest_gap_s: float
    faults: Mapping[str, str] = field(default_factory=dict)  # of those that failed, by job
    ends: Sequence[float] = ()
    accepts: Sequence[float] = ()

    @property
    def are_clean(self) -> bool:
        """Nothing lost and nothing double."""
        return not self.lost and not self.double


def await_all_ended(place: Workplace, patience_s: float = PATIENCE_S) -> None:
    """Wait until no job is open."""
    await_true(
        lambda: open_jobs(place.ledger) == 0,
        lambda: (
            f"{open_jobs(place.ledger)} jobs to end\n{place.log('pages')[-3000:]}"
            f"\n{place.log('control')[-3000:]}"
        ),
        patience_s,
    )


def judge(
    place: Workplace, load: Load, text: Text | None = None, calls: Sequence[Received] = ()
) -> Books:
    """Read the books of a load. `text` says what each document's result must hold."""
    handed = list(load.accepted.values())
    rows = _rows(place, tables.jobs)
    jobs = {row.id: row for row in rows if row.metadata.get("run") == load.run}
    pages = [row for row in _rows(place, tables.pages) if row.job_id in jobs]
    mine = [jobs[each.job_id] for each in handed if each.job_id in jobs]
    done = [each for each in handed if _is_done(place, jobs.get(each.job_id), each, text)]
    failed = [row for row in mine if _ended_otherwise(row)]
    ends = sorted(row.finished_at.timestamp() for row in mine if row.finished_at)
    accepts = sorted(row.created_at.timestamp() for row in mine)
    return Books(
        accepted=len(handed),
        done=len(done),
        failed=len(failed),
        lost=len(handed) - len(done) - len(failed),
        double=_doubles(place, jobs) + _beyond_one(told_about(calls)),
        again=sum(max(0, row.attempts - 1) for row in pages),
        longest_gap_s=longest_gap(accepts, ends),
        faults={row.id: f"{row.fault_code}: {row.fault_message}" for row in failed},
        ends=ends,
        accepts=accepts,
    )


def longest_gap(accepts: Sequence[float], ends: Sequence[float]) -> float:
    """The longest time without an end while a job was open; both sorted, one end for each.

    Between two ends the wait begins with the earlier end, or with the next acceptance where
    nothing was open.
    """
    gaps = [0.0]
    last = float("-inf")
    for number, end in enumerate(ends):
        opened = accepts[number] if number < len(accepts) else end
        gaps.append(end - max(last, opened))
        last = end
    return max(gaps)


def resumed_after(books: Books, blow_at: float) -> float:
    """Seconds from a blow to the next end of a job; 0 where none was left."""
    return min((end - blow_at for end in books.ends if end > blow_at), default=0.0)


def told_about(calls: Sequence[Received]) -> Counter[str]:
    """How many different messages (by webhook-id) came about each job."""
    by_job: defaultdict[str, set[str]] = defaultdict(set)
    for call in calls:
        by_job[json.loads(call.body)["data"]["job_id"]].add(call.headers["webhook-id"])
    return Counter({job_id: len(ids) for job_id, ids in by_job.items()})


def _is_done(place: Workplace, row: Row[Any] | None, each: Accepted, text: Text | None) -> bool:
    if row is None or row.state != JobState.SUCCEEDED:
        return False
    try:
        document = json.loads(place.blobs.get(row.result_blob))
    except NotFound:
        return False
    read = " ".join(page["text"] for page in document["pages"])
    # A space that was not seen makes a page no other: the engine reads "Order01111" in any run.
    return text is None or text(each.number).replace(" ", "") == read.replace(" ", "")


def _ended_otherwise(row: Row[Any]) -> bool:
    """Cancelled, expired, or failed with a typed fault."""
    said = row.fault_code is not None or row.state in {JobState.CANCELLED, JobState.EXPIRED}
    return row.state in FINAL_JOB_STATES and said


def _doubles(place: Workplace, jobs: Mapping[str, Row[Any]]) -> int:
    def mine(table: Table) -> list[Row[Any]]:
        return [row for row in _rows(place, table) if row.job_id in jobs]

    events = mine(tables.events)
    finals = {f"job.{state}" for state in FINAL_JOB_STATES}
    numbers = Counter(row.metadata["number"] for row in jobs.values())
    ends = Counter(row.job_id for row in events if row.kind in finals)
    reads = Counter((row.job_id, row.data["number"]) for row in events if row.kind in _PAGE_ENDS)
    results = Counter((row.job_id, row.number) for row in mine(tables.page_results))
    return sum(map(_beyond_one, (numbers, ends, reads, results)))


def _beyond_one(counts: Mapping[Any, int]) -> int:
    return sum(count - 1 for count in counts.values() if count > 1)


def _rows(place: Workplace, table: Table) -> Sequence[Row[Any]]:
    with place.ledger.database.read() as connection:
        return connection.execute(select(table)).all()
