"""Whether documents can be read now, and if not, who must do what."""

from collections.abc import Iterator, Sequence
from typing import Any

from api.problems import Actor
from api.schemas.jobs import Model
from api.services import Services
from jobs.domain.errors import LedgerUnavailable
from jobs.migrations.revision import is_current
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
    """Ready means that a document submitted now would be read."""

    ready: bool
    reasons: list[Reason]
    workers: list[WorkerOut]


def check_readiness(services: Services) -> Readiness:
    """Check the database, the broker and the workers."""
    try:
        workers: Sequence[WorkerReport] = services.ledger.workers.live()
        reasons = [*_check_schema(services), *_check_broker(services), *_check_workers(workers)]
        reasons += _check_threads(services)
    except LedgerUnavailable:
        workers = ()
        reasons = [_reason("database", "The database does not respond.", "PAGESIGHT_DATABASE_URL")]
    shown = [WorkerOut.model_validate(worker) for worker in workers]
    return Readiness(ready=not reasons, reasons=reasons, workers=shown)


def _check_schema(services: Services) -> Iterator[Reason]:
    if not is_current(services.ledger.database):
        yield Reason(
            part="database",
            message="The database schema is not of this version.",
            actor="operator",
            remedy="Start one process of this version with `pagesight serve` or `pagesight api`.",
        )


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
