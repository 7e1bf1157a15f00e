"""Celery's tasks: envelopes with ids only. The work is in plain functions elsewhere."""

import logging
from collections.abc import Callable, Sequence

from celery import Celery

from jobs.broker.celery_publisher import TASKS
from jobs.domain.log_context import logging_with
from jobs.domain.topics import Topic
from workers.runtime.heartbeat import Liveness

_log = logging.getLogger(__name__)

# What a row's ids are, where they are not those of a job and its page.
_FIELDS = {Topic.DELIVER: ("delivery_id",), Topic.PROCESS_BATCH: ("batch_id",)}

Row = Sequence[str | int]


def bind(app: Celery, topic: Topic, run: Callable[..., None], liveness: Liveness) -> None:
    """Let messages of `topic` call `run` with the ids of each row that they name."""

    def envelope(*rows: Row) -> None:
        for row in rows:
            with liveness.working():
                _run_logged(topic, run, row)

    app.task(envelope, name=TASKS[topic][0])


def _run_logged(topic: Topic, run: Callable[..., None], row: Row) -> None:
    with logging_with(**dict(zip(_FIELDS.get(topic, ("job_id", "page")), row, strict=False))):
        try:
            run(*row)
        except Exception:  # noqa: BLE001 - the reconciler sends it again; the next row goes on
            _log.exception("%s failed", topic)
