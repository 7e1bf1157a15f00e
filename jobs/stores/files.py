"""Files that a worker makes of a finished job when somebody asks for them, such as its PDF."""

from datetime import timedelta

from sqlalchemy import ColumnElement, select, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.domain.job import Job
from jobs.domain.topics import Topic
from jobs.queue.task_rows import add_tasks, end_task, hold_task
from jobs.settings import Settings

_TASKS = tables.tasks.c
_RANK = 1  # somebody waits for it


class FileStore:
    """The steps that make files, one for each job and format; the files themselves are blobs."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def request(self, job: Job, form: str) -> None:
        """Have a worker make the file, unless that is asked for already."""
        step = step_of(job.id, form)
        with self._database.read() as connection:
            if connection.execute(select(_TASKS.id).where(_is(step))).first() is not None:
                return
        with self._database.write() as connection:
            add_tasks(connection, Topic.MAKE_FILE, [(step,)], self._clock(), job.tenant, _RANK)

    def begin(self, step: str) -> bool:
        """Keep the step for this worker for the length of a lease.

        False where the attempts are used up: the file cannot be made.
        """
        until = self._clock() + timedelta(seconds=self._settings.lease_s)
        hold = update(tables.tasks).where(_is(step)).values(dispatched_until=until)
        with self._database.write() as connection:
            row = connection.execute(hold.returning(_TASKS.attempts)).one_or_none()
        return row is None or row.attempts <= self._settings.max_attempts

    def put_off(self, step: str) -> None:
        """Try again later without counting the attempt: the cause is not the file's."""
        later = self._clock() + timedelta(seconds=self._settings.republish_s)
        with self._database.write() as connection:
            hold_task(connection, Topic.MAKE_FILE, step, later)

    def end(self, step: str) -> None:
        """Remove the step: its file or its fault is stored, or nobody can use it any more."""
        with self._database.write() as connection:
            end_task(connection, Topic.MAKE_FILE, step)


def step_of(job_id: str, form: str) -> str:
    """The subject of a step."""
    return f"{job_id}.{form}"


def job_and_form(step: str) -> tuple[str, str]:
    """The inverse of `step_of`."""
    job_id, _, form = step.partition(".")
    return job_id, form


def _is(step: str) -> ColumnElement[bool]:
    return (_TASKS.kind == Topic.MAKE_FILE) & (_TASKS.subject == step)
