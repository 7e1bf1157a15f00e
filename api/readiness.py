"""Whether documents can be accepted and read now, and if not, who must do what."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from api.problems import Actor
from api.schemas.jobs import Model
from api.services import Services
from jobs.domain.errors import LedgerUnavailable
from jobs.migrations.revision import Schema, find_schema
from jobs.stores.workers import WorkerReport


class Reason(Model):
    """One thing that is missing."""

    part: str
    message: str
    actor: Actor
    remedy: str


class WorkerOut(Model):
    """A live worker, with its proven execution providers and its last canary."""

    id: str
    role: str
    ready: bool
    reason: str | None
    capabilities: dict[str, Any]


class Readiness(Model):
    """Ready means that a document submitted now is accepted; `reading`, that it is read as well.

    `reasons` say what either lacks. Accepted documents wait while nothing reads.
    """

    ready: bool
    reading: bool
    reasons: list[Reason]
    workers: list[WorkerOut]


_SCHEMAS: Final = {
    Schema.OLDER: (
        "The database's tables are of an earlier version.",
        "Run `pagesight migrate` of this version.",
    ),
    Schema.TOO_NEW: (
        "The database's tables are of a newer version that this one cannot use.",
        "Stop this process, and start that version.",
    ),
}


def check_readiness(services: Services) -> Readiness:
    """Check what this process needs to accept documents, and what must be there to read them."""
    workers: Sequence[WorkerReport] = ()
    try:
        missing = [*_check_schema(services), *_check_threads(services)]
        workers = services.ledger.workers.live()
        idle = [*_check_broker(services), *_check_workers(workers)]
    except LedgerUnavailable:
        missing = [_reason("database", "The database does not respond.", "PAGESIGHT_DATABASE_URL")]
        idle = []
    return Readiness(
        ready=not missing,
        reading=not missing and not idle,
        reasons=missing + idle,
        workers=[WorkerOut.model_validate(worker) for worker in workers],
    )


def _check_schema(services: Services) -> Iterator[Reason]:
    schema = find_schema(services.ledger.database)
    if schema in _SCHEMAS:
        message, remedy = _SCHEMAS[schema]
        yield Reason(part="database", message=message, actor="operator", remedy=remedy)


def _check_broker(services: Services) -> Iterator[Reason]:
    if not services.broker.ping():
        yield _reason("broker", "Redis does not respond; jobs wait.", "PAGESIGHT_BROKER_URL")


def _check_workers(workers: Sequence[WorkerReport]) -> Iterator[Reason]:
    for role in ("pages", "control"):
        of_role = [worker for worker in workers if worker.role == role]
        if any(worker.ready for worker in of_role):
            continue
        why = "; ".join(worker.reason for worker in of_role if worker.reason)
        yield Reason(
            part=f"worker:{role}",
            message=why or f"No worker with the role {role!r} is alive.",
            actor="operator",
            remedy=f"Run `pagesight doctor`, or start `pagesight worker --role {role}`.",
        )


def _check_threads(services: Services) -> Iterator[Reason]:
    for thread in services.threads:
        if thread.fault:
            yield Reason(
                part=f"thread:{thread.name}",
                message=thread.fault,
                actor="operator",
                remedy="The log of the API process has the error; restart it if this stays.",
            )


def _reason(part: str, message: str, setting: str) -> Reason:
    return Reason(part=part, message=message, actor="operator", remedy=f"Check `{setting}`.")
