"""Between rows and the values of the domain.

A field of a value is read from the column of its name, so a new field needs a column and nothing
here, unless it is converted on the way.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Row, Table

from jobs.db import tables
from jobs.domain.job import Batch, Fault, Job, JobEvent, PageRow, Priority
from jobs.domain.states import JobState

JobRow = Row[Any]
T = TypeVar("T")


def row_mapper(kind: type[T], table: Table) -> Callable[..., T]:
    """Return a function that makes a `kind`, a dataclass, of a row of `table`.

    It takes the row, and as keywords the fields that have no column or are converted.
    """
    names = tuple(each.name for each in fields(kind) if each.name in table.c)  # type: ignore[arg-type]
    read = attrgetter(*names)

    def from_row(row: Row[Any], **converted: object) -> T:
        return kind(**{**dict(zip(names, read(row), strict=True)), **converted})

    return from_row


_job = row_mapper(Job, tables.jobs)
_page = row_mapper(PageRow, tables.pages)
_batch = row_mapper(Batch, tables.batches)
_event = row_mapper(JobEvent, tables.events)


def to_job(row: JobRow) -> Job:
    """Return a row of `jobs` as a value."""
    return _job(row, priority=Priority(row.priority), fault=to_fault(row))


def to_page(row: Row[Any]) -> PageRow:
    """Return a row of `pages` as a value."""
    return _page(row, fault=to_fault(row))


def to_batch(row: Row[Any], counts: Mapping[JobState, int] | None = None) -> Batch:
    """Return a row of `batches` as a value, with its jobs counted by state where that is given."""
    return _batch(row, priority=Priority(row.priority), fault=to_fault(row), counts=counts or {})


def to_event(row: Row[Any]) -> JobEvent:
    """Return a row of `events` as a value."""
    return _event(row)


def to_fault(row: Row[Any]) -> Fault | None:
    """Return the fault that a row of `jobs`, `pages` or `batches` carries, if any."""
    if row.fault_code is None:
        return None
    return Fault(row.fault_code, row.fault_message, row.fault_actor)


def fault_columns(fault: Fault | None) -> dict[str, str | None]:
    """Return the columns that keep a fault."""
    if fault is None:
        return {"fault_code": None, "fault_message": None, "fault_actor": None}
    return {
        "fault_code": fault.code,
        "fault_message": fault.message,
        "fault_actor": fault.actor,
    }


def fault_data(fault: Fault | None) -> dict[str, str] | None:
    """Return a fault as JSON for events and webhook payloads."""
    if fault is None:
        return None
    return {"code": fault.code, "message": fault.message, "actor": fault.actor}
