"""What a ledger does hold, read from its tables in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from jobs import tables
from jobs.ledger import Ledger
from jobs.states import FINAL_JOB_STATES, DeliveryState
from jobs.topics import Topic

# A topic and the row it is about; a delivery goes by the id of its job.
Hint = tuple[Topic, tuple[Any, ...]]
_TABLES = (tables.jobs, tables.pages, tables.page_results, tables.events, tables.deliveries)


@dataclass(frozen=True)
class Seen:
    """Jobs by id with all that belongs to them, messages not yet published, deliveries' jobs."""

    jobs: dict[str, Any]
    outbox: Counter[Hint]
    delivery_jobs: dict[str, str]

    def hint(self, topic: Topic, args: Sequence[Any]) -> Hint:
        """Name what a message is about."""
        return topic, ((self.delivery_jobs[args[0]],) if topic == "deliver" else tuple(args))


def look(ledger: Ledger) -> Seen:
    """Read everything; the ledgers of these tests are small."""
    with ledger.database.read() as connection:
        rows = {
            table.name: connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in _TABLES
        }
        messages = connection.execute(select(tables.outbox)).all()
    jobs = {row.id: _facts(row, rows) for row in rows["jobs"]}
    seen = Seen(jobs, Counter(), {row.id: row.job_id for row in rows["deliveries"]})
    seen.outbox.update(seen.hint(row.topic, row.args) for row in messages)
    return seen


def is_over(job: Mapping[str, Any]) -> bool:
    """Say whether a job came to an end that its endpoint was told of once."""
    told = [(f"job.{job['state']}", DeliveryState.DELIVERED)]
    return job["state"] in FINAL_JOB_STATES and job["deliveries"] == told


def _facts(job: Row[Any], rows: Mapping[str, Sequence[Row[Any]]]) -> dict[str, Any]:
    mine = {
        name: [row for row in of if row.job_id == job.id]
        for name, of in rows.items()
        if name != "jobs"
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
