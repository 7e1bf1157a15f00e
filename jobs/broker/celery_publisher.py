"""The producer's side of Celery: the app, the names of its tasks, and publishing with a time limit.

The only file of jobs/ that imports celery.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from jobs.broker.connection import close_client, kombu_url, open_client
from jobs.domain.errors import BrokerDown
from jobs.domain.topics import FAST_QUEUE, ROUTES, Topic
from jobs.queue.task_table import Message
from jobs.settings import Settings

TASKS: Final[dict[Topic, tuple[str, str]]] = {
    topic: (f"pagesight.{topic}", route.queue) for topic, route in ROUTES.items()
}
SOCKET_TIMEOUT_S = 2.0
_SPREAD = 8  # messages that a burst becomes at least, for as many consumers


def celery_settings(settings: Settings) -> dict[str, object]:
    """Celery's configuration, shared by producers and workers; ARCHITECTURE.md has the reasons."""
    url, options = kombu_url(settings.celery_broker_url)
    return {
        "broker_url": url,
        "task_serializer": "json",
        "accept_content": ["json"],
        "result_backend": None,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_acks_late": True,
        "task_default_queue": "control",
        "task_routes": {name: {"queue": queue} for name, queue in TASKS.values()},
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "socket_timeout": SOCKET_TIMEOUT_S,
            "socket_connect_timeout": SOCKET_TIMEOUT_S,
            "health_check_interval": 25,
            **options,
        },
    }


def make_app(settings: Settings) -> Celery:
    """Return an app that publishes; that of the workers, with its tasks, is in workers/tasks.py."""
    app = Celery("pagesight")
    app.conf.update(celery_settings(settings))
    return app


class Publisher:
    """Publishes messages to the broker and measures its queues.

    Everything raises BrokerDown within a few seconds when the broker is gone or frozen.
    """

    def __init__(self, settings: Settings) -> None:
        self._app = make_app(settings)
        self._client = open_client(settings.celery_broker_url, SOCKET_TIMEOUT_S)

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages; some may have been published when it fails.

        A task's arguments are the rows to work on, each a list of what names it.
        """
        with _translated():
            # kombu asks a broker that does not answer three times over; this asks it once.
            self._client.ping()
            with self._app.producer_or_acquire() as producer:
                for topic, queue, rows in _together(messages):
                    name = TASKS[topic][0]
                    self._app.send_task(name, rows, queue=queue, producer=producer, retry=False)

    def depth(self, topic: Topic) -> int:
        """Count the messages that wait in the queue of a topic."""
        with _translated():
            return int(self._client.llen(TASKS[topic][1]))

    def ping(self) -> bool:
        """Say whether the broker answers."""
        try:
            with _translated():
                return bool(self._client.ping())
        except BrokerDown:
            return False

    def close(self) -> None:
        """Close the connections to the broker."""
        close_client(self._client)
        self._app.close()


def _together(messages: Sequence[Message]) -> Iterator[tuple[Topic, str, list[tuple[Any, ...]]]]:
    """Rows of one topic in groups: alone while they are few, so that all consumers have work."""
    for message in messages:
        if message.fast:
            yield message.topic, FAST_QUEUE, [message.args]
    for topic, route in ROUTES.items():
        rows = [each.args for each in messages if each.topic == topic and not each.fast]
        size = min(route.rows_per_message, math.ceil(len(rows) / _SPREAD) or 1)
        for start in range(0, len(rows), size):
            yield topic, route.queue, rows[start : start + size]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, RedisError, OSError) as error:
        raise BrokerDown(f"the broker does not answer: {error}") from error
