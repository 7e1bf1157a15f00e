"""The step that puts a job's pages together, taken up by one worker at a time and not for ever."""

from datetime import timedelta

from sqlalchemy import Update, or_, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.mappers import to_job
from jobs.domain.job import Fault, Job
from jobs.domain.states import JobState
from jobs.lifecycle.transitions import close_job, moved, moving_job
from jobs.settings import Settings

PER_PAGE_S = 0.1  # a page of a result takes some milliseconds; a slow disk and a busy machine more
NEVER_FINISHED = Fault(
    "result_failed",
    "The pages were read, but putting their result together failed as often as it may be tried. "
    "Each page can still be had by itself.",
    "operator",
)

_JOBS = tables.jobs.c


class Finishing:
    """Who finishes which job, and how often that was tried."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def begin(self, job_id: str, worker: str) -> Job | None:
        """Take up a job whose pages have all ended; None when it is not to be had.

        Counts the attempt; a job that was begun too often fails with `result_failed` instead.
        """
        now = self._clock()
        settings = self._settings
        pages = _JOBS.pages_succeeded + _JOBS.pages_failed
        free = or_(_JOBS.open_until.is_(None), _JOBS.open_until <= now)
        ready = (_JOBS.state == JobState.RUNNING) & (_JOBS.pages_total == pages) & free
        left = _JOBS.finish_attempts < settings.max_attempts
        with self._database.write() as connection:
            begin = _of(job_id).where(ready, left)
            row = moved(
                connection, begin.values(opener=worker, finish_attempts=_JOBS.finish_attempts + 1)
            )
            if row is None:
                spent = moving_job(job_id, JobState.FAILED).where(ready, ~left)
                close_job(connection, spent, now, settings, NEVER_FINISHED)
                return None
            until = now + timedelta(seconds=settings.lease_s + PER_PAGE_S * row.pages_total)
            connection.execute(_of(job_id).values(open_until=until, wake_at=until))
        return to_job(row)

    def put_off(self, job_id: str, worker: str) -> None:
        """Give a job back uncounted: what it waits for is not its own doing.

        Nothing happens where another worker has taken it up since.
        """
        later = self._clock() + timedelta(seconds=self._settings.republish_s)
        mine = (_JOBS.opener == worker) & (_JOBS.finish_attempts > 0)
        back = _of(job_id).where(_JOBS.state == JobState.RUNNING, mine)
        back = back.values(
            open_until=None, wake_at=later, finish_attempts=_JOBS.finish_attempts - 1
        )
        with self._database.write() as connection:
            connection.execute(back)


def _of(job_id: str) -> Update:
    return update(tables.jobs).where(_JOBS.id == job_id)
