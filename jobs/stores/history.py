"""The figures of the service, minute by minute: written by a control worker, kept for a week."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median, quantiles

from sqlalchemy import Connection, delete, func, select

from jobs.admission.queue_stats import BacklogReader
from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database, upsert
from jobs.db.statistics_tables import minutes
from jobs.domain.states import JobState, PageState
from jobs.stores.workers import WorkerStore

MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=7)
MOST_POINTS = 240
TIMED_JOBS = 2000  # of one minute; the times of more would tell no more

_JOBS = tables.jobs.c
_PAGES = tables.pages.c


@dataclass(frozen=True, slots=True)
class Figures:
    """The service in one minute, or in several that were added up.

    `oldest_s` is the age of the oldest open job; times of jobs are seconds from submission to end.
    """

    pages_waiting: int = 0
    oldest_s: float = 0.0
    workers_ready: int = 0
    pages_read: int = 0
    pages_failed: int = 0
    jobs_ended: int = 0
    jobs_failed: int = 0
    job_s_median: float | None = None
    job_s_p95: float | None = None
    faults: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of the minutes from `at` on."""

    at: datetime
    figures: Figures


class HistoryStore:
    """A bounded table with a row for each minute."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._backlog = BacklogReader(database, clock)
        self._workers = WorkerStore(database, clock)

    def record(self) -> int:
        """Write the minute that ended last, unless a worker has; return how many rows were written.

        Rows older than KEPT are deleted with it.
        """
        ended = self._clock().replace(second=0, microsecond=0)
        began = ended - MINUTE
        with self._database.read() as connection:
            if connection.execute(select(minutes.c.at).where(minutes.c.at == began)).first():
                return 0
            figures = _counted(connection, began, ended)
        now = self._now(figures)
        with self._database.write() as connection:
            connection.execute(delete(minutes).where(minutes.c.at < began - KEPT))
            row = upsert(connection, minutes).values(at=began, figures=asdict(now))
            written = row.on_conflict_do_nothing().returning(minutes.c.at)
            return len(connection.execute(written).all())

    def points(self, hours: int) -> tuple[int, Sequence[Point]]:
        """Return how many minutes a point sums up, and the points of the last hours, oldest first.

        There are at most MOST_POINTS of them; minutes without a row are left out.
        """
        step = -(-hours * 60 // MOST_POINTS)
        found = select(minutes).where(minutes.c.at >= self._clock() - timedelta(hours=hours))
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(minutes.c.at)).all()
        points = [Point(row.at, Figures(**row.figures)) for row in rows]
        return step, [_added(group) for _, group in groupby(points, lambda each: _slot(each, step))]

    def _now(self, figures: Figures) -> Figures:
        """With the queue and the workers of this moment."""
        backlog = self._backlog.read()
        ready = sum(each.ready for each in self._workers.live() if each.role == "pages")
        return replace(
            figures,
            pages_waiting=backlog.pages_waiting,
            oldest_s=round(backlog.oldest_s, 1),
            workers_ready=ready,
        )


def _counted(connection: Connection, began: datetime, ended: datetime) -> Figures:
    """What ended between two times."""
    pages = (_PAGES.finished_at >= began) & (_PAGES.finished_at < ended)
    by_code = select(_PAGES.state, _PAGES.fault_code, func.count()).where(pages)
    rows = connection.execute(by_code.group_by(_PAGES.state, _PAGES.fault_code)).all()
    faults = {code: count for state, code, count in rows if state == PageState.FAILED and code}
    jobs = (_JOBS.finished_at >= began) & (_JOBS.finished_at < ended)
    by_state = select(_JOBS.state, func.count()).where(jobs).group_by(_JOBS.state)
    states: Counter[JobState] = Counter()
    for state, count in connection.execute(by_state):
        states[state] += count
    times = select(_JOBS.created_at, _JOBS.finished_at).where(jobs).limit(TIMED_JOBS)
    took = [(end - begin).total_seconds() for begin, end in connection.execute(times)]
    return Figures(
        pages_read=sum(count for state, _, count in rows if state == PageState.SUCCEEDED),
        pages_failed=sum(faults.values()),
        jobs_ended=states.total(),
        jobs_failed=states[JobState.FAILED] + states[JobState.EXPIRED],
        job_s_median=round(median(took), 3) if took else None,
        job_s_p95=_p95(took),
        faults=faults,
    )


def _p95(times: Sequence[float]) -> float | None:
    if len(times) < 2:
        return round(times[0], 3) if times else None
    return round(quantiles(times, n=20, method="inclusive")[-1], 3)


def _slot(point: Point, step: int) -> int:
    """Which of the spans of `step` minutes a point is in, the same whenever it is asked for."""
    return int(point.at.timestamp()) // (60 * step)


def _added(points: Iterable[Point]) -> Point:
    some = list(points)
    figures = [each.figures for each in some]
    medians = [each.job_s_median for each in figures if each.job_s_median is not None]
    longest = [each.job_s_p95 for each in figures if each.job_s_p95 is not None]
    faults = sum((Counter(each.faults) for each in figures), Counter[str]())
    added = Figures(
        pages_waiting=max(each.pages_waiting for each in figures),
        oldest_s=max(each.oldest_s for each in figures),
        workers_ready=min(each.workers_ready for each in figures),
        pages_read=sum(each.pages_read for each in figures),
        pages_failed=sum(each.pages_failed for each in figures),
        jobs_ended=sum(each.jobs_ended for each in figures),
        jobs_failed=sum(each.jobs_failed for each in figures),
        job_s_median=round(sum(medians) / len(medians), 3) if medians else None,
        job_s_p95=max(longest, default=None),
        faults=dict(faults),
    )
    return Point(some[0].at, added)
