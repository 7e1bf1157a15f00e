"""Parameters of a worker process that no setting changes, so that tests need not wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.db.clock import Clock
from workers.runtime.heartbeat import START_LIMIT_S
from workers.webhooks.retry_schedule import WAITS_S


@dataclass(frozen=True, slots=True)
class Tuning:
    """`clock` None is the ledger's own; `retry_waits_s` are the waits between webhook attempts."""

    clock: Clock | None = None
    start_limit_s: float = START_LIMIT_S
    retry_waits_s: Sequence[float] = WAITS_S
