"""Celery as a library: one consumer in this process, its signals and shutdown ours."""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from celery import Celery
from celery.worker import state

_log = logging.getLogger(__name__)

_PAUSE_S = 1.0
# For monitors such as Flower, which also switch events of tasks on; our own reports are in the
# ledger (workers/runtime/heartbeat.py).
HEARTBEAT_S = 5.0


def consume(
    app: Celery, queues: Sequence[str], threads: int, worker: str, stopping: threading.Event
) -> None:
    """Take messages of `queues` until `stop_consuming`, then finish work in progress.

    Tasks run in threads of this process. Celery reconnects to a broker that went away; where it
    breaks instead (kombu, closing a connection with unacknowledged messages), it is recreated.
    """
    while True:
        _consume_once(app, queues, threads, worker)
        if stopping.wait(_PAUSE_S):
            return
        _log.warning("the consumer broke: starting another", extra={"worker": worker})


def _consume_once(app: Celery, queues: Sequence[str], threads: int, worker: str) -> None:
    # WorkController is Celery's worker without banner, signal handlers and logging of its own.
    controller: Any = app.WorkController(
        hostname=worker,
        pool="threads",
        concurrency=threads,
        queues=list(queues),
        without_gossip=True,
        without_mingle=True,
        heartbeat_interval=HEARTBEAT_S,
    )
    controller.start()


def stop_consuming() -> None:
    """Let the consumer end warm: nothing new is taken, work in progress is finished."""
    state.should_stop = 0
