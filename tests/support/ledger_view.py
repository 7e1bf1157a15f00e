"""What a ledger does hold, read from its tables in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from jobs.admission.wait_estimate import read_snapshot
from jobs.db import tables
from jobs.domain.delivery import Endpoint
from jobs.domain.states import FINAL_BATCH_STATES, FINAL_JOB_STATES, DeliveryState
from jobs.domain.topics import Topic
from jobs.ledger import Ledger
from jobs.webhooks.endpoint_rows import callback_row

# A topic and the row it is about; a delivery goes by the id of its job or batch.
Hint = tuple[Topic, tuple[Any, ...]]
_TABLES = (
    tables.batches,
    tables.jobs,
    tables.pages,
    tables.page_results,
    tables.events,
    tables.deliveries,
)
# Built once: to build a statement costs more than to run it on a small ledger.
_ROWS = {table.name: select(table).order_by(*table.primary_key) for table in _TABLES}
_STEPS = select(tables.tasks)


@dataclass(frozen=True)
class Seen:
    """Jobs by id with all that belongs to them, batches, steps with the time until which each is
    left alone, whose delivery is whose."""

    jobs: dict[str, Any]
    batches: dict[str, Any]
    tasks: dict[Hint, datetime | None]
    told_of: dict[str, str]

    def hint(self, topic: Topic, args: Sequence[Any]) -> Hint:
        """Name what a message is about."""
        return topic, ((self.told_of[args[0]],) if topic == "deliver" else tuple(args))


def look(ledger: Ledger) -> Seen:
    """Read everything; the ledgers of these tests are small."""
    with ledger.database.read() as connection:
        rows = {name: connection.execute(wanted).all() for name, wanted in _ROWS.items()}
        steps = connection.execute(_STEPS).all()
    jobs = {row.id: _facts(row, rows) for row in rows["jobs"]}
    batches = {row.id: _batch_facts(row, rows["deliveries"]) for row in rows["batches"]}
    told_of = {row.id: row.job_id or row.batch_id for row in rows["deliveries"]}
    seen = Seen(jobs, batches, {}, told_of)
    for row in steps:
        seen.tasks[seen.hint(Topic(row.kind), _args(row))] = row.dispatched_until
    return seen


def _args(row: Row[Any]) -> tuple[Any, ...]:
    return (row.subject, row.number) if row.number else (row.subject,)


def is_over(seen: Seen) -> bool:
    """Say whether every job and batch came to an end that its endpoint was told of once."""
    return all(
        each["state"] in final
        and each["deliveries"] == [(f"{kind}.{each['state']}", DeliveryState.DELIVERED)]
        for kind, owners, final in (
            ("job", seen.jobs, FINAL_JOB_STATES),
            ("batch", seen.batches, FINAL_BATCH_STATES),
        )
        for each in owners.values()
    )


def _batch_facts(batch: Row[Any], deliveries: Sequence[Row[Any]]) -> dict[str, Any]:
    mine = [row for row in deliveries if row.batch_id == batch.id]
    return {
        "state": batch.state,
        "fault": batch.fault_code,
        "laid_out": batch.laid_out,
        "open_jobs": batch.open_jobs,
        "deliveries": [(row.event, row.state) for row in mine],
    }


def _facts(job: Row[Any], rows: Mapping[str, Sequence[Row[Any]]]) -> dict[str, Any]:
    mine = {
        name: [row for row in of if row.job_id == job.id]
        for name, of in rows.items()
        if name not in {"jobs", "batches"}
    }
    readings = {row.number: row.reading for row in mine["page_results"]}
    return {
        "state": job.state,
        "fault": job.fault_code,
        "ended": job.finished_at is not None,
        "total": job.pages_total,
        "succeeded": job.pages_succeeded,
        "failed": job.pages_failed,
        "events": [(row.sequence, row.kind) for row in mine["events"]],
        "deliveries": [(row.event, row.state) for row in mine["deliveries"]],
        "pages": {
            row.number: (row.state, row.attempts, row.fault_code, readings.get(row.number))
            for row in mine["pages"]
        },
    }


def open_jobs(ledger: Ledger, tenant: str | None = None) -> int:
    """Count the jobs that are not final."""
    jobs = tables.jobs.c
    count = select(func.count()).select_from(tables.jobs).where(jobs.finished_at.is_(None))
    if tenant is not None:
        count = count.where(jobs.tenant == tenant)
    with ledger.database.read() as connection:
        return connection.execute(count).scalar_one()


def key_holder(ledger: Ledger, tenant: str, key: str) -> tuple[str, str] | None:
    """Return id and fingerprint of the job that holds an idempotency key."""
    keys = tables.idempotency_keys.c
    held = select(keys.job_id, keys.fingerprint).where(keys.tenant == tenant, keys.key == key)
    with ledger.database.read() as connection:
        row = connection.execute(held.where(keys.expires_at > ledger.clock())).one_or_none()
    return None if row is None else (row.job_id, row.fingerprint)


def callback_endpoint(ledger: Ledger, tenant: str) -> Endpoint:
    """Return the endpoint that signs a tenant's callbacks, with its secrets; made if missing."""
    with ledger.database.write() as connection:
        endpoint_id = callback_row(connection, tenant, ledger.clock()).id
    endpoint = ledger.endpoints.get(tenant, endpoint_id)
    return replace(endpoint, secrets=ledger.endpoints.secrets(endpoint_id))


def pages_per_s(ledger: Ledger, tenant: str | None = None) -> float | None:
    """Return the recent reading rate, of a tenant or of all; None where no page was read."""
    with ledger.database.read() as connection:
        return read_snapshot(connection, ledger.clock()).rates.get(tenant)
