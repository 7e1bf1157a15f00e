"""The last step of a job, assembling its result: claimed by one worker, with limited attempts."""

from datetime import timedelta

from sqlalchemy import Connection, Update, exists, or_, select, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.mappers import JobRow, to_fault, to_job
from jobs.domain.errors import NotFound
from jobs.domain.job import Fault, Job
from jobs.domain.states import JobState
from jobs.domain.topics import Topic
from jobs.lifecycle.transitions import close_job, job_transition, update_job
from jobs.queue.task_rows import end_unless, hold_task
from jobs.settings import Settings
from jobs.stores.checks import keep_doubtful

PER_PAGE_S = 0.1  # a page of a result takes some milliseconds; a slow disk and a busy machine more
NEVER_FINISHED = Fault(
    "result_failed",
    "The pages were read, but assembling the result failed at every attempt. "
    "Each page is still available by itself.",
    "operator",
)

_JOBS = tables.jobs.c
_PAGES = tables.pages.c


class FinishStore:
    """Which worker finishes which job, the attempts at it, and the job's end."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def begin(self, job_id: str, worker: str) -> Job | None:
        """Claim a job whose pages have all ended; None when it is not available.

        Counts the attempt; a job that used up its attempts fails with `result_failed` instead.
        """
        now = self._clock()
        settings = self._settings
        pages = _JOBS.pages_succeeded + _JOBS.pages_failed
        free = or_(_JOBS.open_until.is_(None), _JOBS.open_until <= now)
        ready = (_JOBS.state == JobState.RUNNING) & (_JOBS.pages_total == pages) & free
        left = _JOBS.finish_attempts < settings.max_attempts
        with self._database.write() as connection:
            begin = _of(job_id).where(ready, left)
            row = update_job(
                connection, begin.values(opener=worker, finish_attempts=_JOBS.finish_attempts + 1)
            )
            if row is None:
                spent = job_transition(job_id, JobState.FAILED).where(ready, ~left)
                close_job(connection, spent, now, settings, NEVER_FINISHED)
                runs = exists().where(_JOBS.id == job_id, _JOBS.state == JobState.RUNNING)
                end_unless(connection, Topic.FINISH_JOB, job_id, runs)
                return None
            lease_s = settings.lease_s + PER_PAGE_S * row.pages_total
            if settings.extractor_url is not None:
                lease_s += settings.extractor_timeout_s
            until = now + timedelta(seconds=lease_s)
            connection.execute(_of(job_id).values(open_until=until))
            hold_task(connection, Topic.FINISH_JOB, job_id, until)
        return to_job(row)

    def put_off(self, job_id: str, worker: str) -> None:
        """Release a job without counting the attempt: the cause is not the job's.

        Nothing happens where another worker has claimed it since.
        """
        later = self._clock() + timedelta(seconds=self._settings.republish_s)
        mine = (_JOBS.opener == worker) & (_JOBS.finish_attempts > 0)
        back = _of(job_id).where(_JOBS.state == JobState.RUNNING, mine)
        back = back.values(open_until=None, finish_attempts=_JOBS.finish_attempts - 1)
        with self._database.write() as connection:
            if update_job(connection, back) is not None:
                hold_task(connection, Topic.FINISH_JOB, job_id, later)

    def finish(self, job_id: str, result_blob: str, doubtful: int = 0) -> Job | None:
        """End a running job as its pages ended; None while one is open or when it moved on.

        `doubtful` counts the words that somebody should check.
        """
        with self._database.read() as connection:
            row = connection.execute(select(tables.jobs).where(_JOBS.id == job_id)).one_or_none()
            if row is None:
                raise NotFound(f"no job {job_id}")
            fault = _first_fault(connection, job_id) if row.pages_succeeded == 0 else None
        # Once every page is counted nothing moves these numbers any more, so reading first is safe.
        if row.pages_total != row.pages_succeeded + row.pages_failed:
            return None
        finish = job_transition(job_id, _outcome(row), result_blob=result_blob)
        finish = finish.where(_JOBS.state == JobState.RUNNING)
        with self._database.write() as connection:
            ended = close_job(connection, finish, self._clock(), self._settings, fault)
            job = None if ended is None else to_job(ended)
            if job is not None and job.fault is None:
                keep_doubtful(connection, job, doubtful)
        return job


def _outcome(row: JobRow) -> JobState:
    if row.pages_failed == 0:
        return JobState.SUCCEEDED
    return JobState.FAILED if row.pages_succeeded == 0 else JobState.PARTIAL


def _first_fault(connection: Connection, job_id: str) -> Fault | None:
    failed = select(tables.pages).where(_PAGES.job_id == job_id, _PAGES.fault_code.is_not(None))
    row = connection.execute(failed.order_by(_PAGES.number).limit(1)).one_or_none()
    return None if row is None else to_fault(row)


def _of(job_id: str) -> Update:
    return update(tables.jobs).where(_JOBS.id == job_id)
