"""From table rows to the values of jobs/domain/job.py and jobs/domain/delivery.py, and back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from jobs.domain.job import Batch, Event, Fault, Job, PageRow, Priority
from jobs.domain.states import JobState

JobRow = Row[Any]


def to_job(row: JobRow) -> Job:
    """Return a row of `jobs` as a value."""
    return Job(
        id=row.id,
        tenant=row.tenant,
        state=row.state,
        created_at=row.created_at,
        options=row.options,
        metadata=row.metadata,
        filename=row.filename,
        input_blob=row.input_blob,
        input_sha256=row.input_sha256,
        input_bytes=row.input_bytes,
        source_url=row.source_url,
        media_type=row.media_type,
        callback_url=row.callback_url,
        batch_id=row.batch_id,
        batch_index=row.batch_index,
        custom_id=row.custom_id,
        retry_of=row.retry_of,
        priority=Priority(row.priority),
        pages_total=row.pages_total,
        pages_succeeded=row.pages_succeeded,
        pages_failed=row.pages_failed,
        open_attempts=row.open_attempts,
        fault=to_fault(row),
        result_blob=row.result_blob,
        started_at=row.started_at,
        finished_at=row.finished_at,
        deadline_at=row.deadline_at,
        begin_by=row.begin_by,
        expires_at=row.expires_at,
    )


def to_page(row: Row[Any]) -> PageRow:
    """Return a row of `pages` as a value."""
    return PageRow(
        job_id=row.job_id,
        number=row.number,
        state=row.state,
        attempts=row.attempts,
        fault=to_fault(row),
        worker=row.worker,
        lease_until=row.lease_until,
        finished_at=row.finished_at,
    )


def to_batch(row: Row[Any], counts: Mapping[JobState, int] | None = None) -> Batch:
    """Return a row of `batches` as a value, with its jobs counted by state where that is given."""
    return Batch(
        id=row.id,
        tenant=row.tenant,
        state=row.state,
        created_at=row.created_at,
        options=row.options,
        metadata=row.metadata,
        archive=row.archive,
        priority=Priority(row.priority),
        laid_out=row.laid_out,
        open_jobs=row.open_jobs,
        token=row.token,
        documents=row.documents,
        callback_url=row.callback_url,
        deadline_at=row.deadline_at,
        begin_by=row.begin_by,
        retry_of=row.retry_of,
        fingerprint=row.fingerprint,
        fault=to_fault(row),
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        counts=counts or {},
    )


def to_event(row: Row[Any]) -> Event:
    """Return a row of `events` as a value."""
    return Event(row.job_id, row.sequence, row.kind, row.data, row.at)


def to_fault(row: Row[Any]) -> Fault | None:
    """Return the fault that a row of `jobs` or `pages` carries, if any."""
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
