"""Celery's tasks: envelopes with ids only. The work is in plain functions elsewhere.

`celery -A workers.tasks inspect active` and Flower find the app and its tasks here; it reads the
settings from the environment when it is first used. `pagesight worker` says with `serve` who does
the work, since an engine is opened once in a process and before its first message.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from celery import Celery

from jobs.broker.celery_publisher import TASKS, celery_settings
from jobs.domain.log_context import logging_with
from jobs.domain.topics import Topic
from jobs.settings import Settings
from workers.runtime.heartbeat import Liveness

_log = logging.getLogger(__name__)

# What a row's ids are, where they are not those of a job and its page.
_FIELDS = {
    Topic.DELIVER: ("delivery_id",),
    Topic.PROCESS_BATCH: ("batch_id",),
    Topic.MAKE_FILE: ("file",),
}

Row = Sequence[str | int]
Envelope = Callable[..., None]

app: Final = Celery("pagesight")
app.add_defaults(lambda: celery_settings(Settings()))


def configured(settings: Settings) -> Celery:
    """The app with the settings of this process, which may differ from the environment's."""
    app.conf.update(celery_settings(settings))
    return app


def _task(topic: Topic) -> Callable[[Envelope], Envelope]:
    """Celery's decorator, with its types."""
    decorate: Callable[[Envelope], Envelope] = app.task(name=TASKS[topic][0])
    return decorate


class _Handler(NamedTuple):
    run: Callable[..., None]
    liveness: Liveness


_handlers: dict[Topic, _Handler] = {}


class NotServed(Exception):  # noqa: N818 - says what is the matter
    """A message came to a process that was not started as a worker of this service."""


def serve(topic: Topic, run: Callable[..., None], liveness: Liveness) -> None:
    """Let messages of `topic` call `run` in this process with the ids of each row they name."""
    _handlers[topic] = _Handler(run, liveness)


@_task(Topic.PROCESS_BATCH)
def process_batch(*batches: Row) -> None:
    """Expand or cancel batches."""
    _handle(Topic.PROCESS_BATCH, batches)


@_task(Topic.OPEN_JOB)
def open_job(*jobs: Row) -> None:
    """Fetch and probe documents, and create their pages."""
    _handle(Topic.OPEN_JOB, jobs)


@_task(Topic.READ_PAGE)
def read_page(*pages: Row) -> None:
    """Read pages."""
    _handle(Topic.READ_PAGE, pages)


@_task(Topic.FINISH_JOB)
def finish_job(*jobs: Row) -> None:
    """Assemble and store results."""
    _handle(Topic.FINISH_JOB, jobs)


@_task(Topic.DELIVER)
def deliver(*deliveries: Row) -> None:
    """Send webhooks."""
    _handle(Topic.DELIVER, deliveries)


@_task(Topic.MAKE_FILE)
def make_file(*steps: Row) -> None:
    """Make files of finished jobs."""
    _handle(Topic.MAKE_FILE, steps)


def _handle(topic: Topic, rows: Sequence[Row]) -> None:
    handler = _handlers.get(topic)
    if handler is None:
        raise NotServed(
            f"this process does not serve {topic}: start workers with `pagesight worker --role`; "
            "the ledger sends the message again"
        )
    for row in rows:
        with handler.liveness.working():
            _run_logged(topic, handler.run, row)


def _run_logged(topic: Topic, run: Callable[..., None], row: Row) -> None:
    with logging_with(**dict(zip(_FIELDS.get(topic, ("job_id", "page")), row, strict=False))):
        try:
            run(*row)
        except Exception:  # noqa: BLE001 - the reconciler sends it again; the next row goes on
            _log.exception("%s failed", topic)
