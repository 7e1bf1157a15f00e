"""Jobs, pages, batches and claims as plain values. Times are in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Literal

from jobs.domain.states import BatchState, JobState, PageState

Actor = Literal["caller", "operator"]


class Priority(IntEnum):
    """Order among one tenant's jobs; it has no effect between tenants."""

    INTERACTIVE = 1
    NORMAL = 2
    BATCH = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a job or page failed: a code of docs/reference/errors.md, a sentence, who must act."""

    code: str
    message: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job as it is accepted. Either `input_blob` is stored already or `source_url` is given.

    `id` is created before the upload is stored, since the blob's key contains it. `retry_of` is an
    earlier job, whose finished pages are kept where document and options are the same. `request_id`
    and `trace` are those of the request, for the log lines of all its steps.
    """

    id: str
    tenant: str
    options: Mapping[str, object]
    input_blob: str | None = None
    input_sha256: str | None = None
    input_bytes: int | None = None
    source_url: str | None = None
    filename: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    callback_url: str | None = None
    idempotency_key: str | None = None
    fingerprint: str | None = None
    deadline_s: float | None = None
    begin_within_s: float | None = None
    priority: Priority = Priority.NORMAL
    batch_id: str | None = None
    batch_index: int | None = None
    custom_id: str | None = None
    retry_of: str | None = None
    request_id: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """The current state of a job."""

    id: str
    tenant: str
    state: JobState
    created_at: datetime
    options: Mapping[str, object]
    metadata: Mapping[str, object]
    filename: str | None = None
    input_blob: str | None = None
    input_sha256: str | None = None
    input_bytes: int | None = None
    source_url: str | None = None
    media_type: str | None = None
    callback_url: str | None = None
    batch_id: str | None = None
    batch_index: int | None = None
    custom_id: str | None = None
    retry_of: str | None = None
    request_id: str | None = None
    trace: str | None = None
    priority: Priority = Priority.NORMAL
    pages_total: int | None = None
    pages_succeeded: int = 0
    pages_failed: int = 0
    open_attempts: int = 0
    fault: Fault | None = None
    result_blob: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    deadline_at: datetime | None = None
    begin_by: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageRow:
    """The current state of a page; `number` counts from 1."""

    job_id: str
    number: int
    state: PageState
    attempts: int = 0
    fault: Fault | None = None
    worker: str | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to read one page until `lease_until`; `token` fences off earlier holders."""

    job_id: str
    number: int
    token: int
    attempt: int
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch as it is accepted; its list of documents, and its archive if any, are stored already.

    `documents` is their number where that is known before the expansion.
    """

    id: str
    tenant: str
    options: Mapping[str, object]
    archive: bool = False
    documents: int | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    callback_url: str | None = None
    priority: Priority = Priority.BATCH
    deadline_s: float | None = None
    begin_within_s: float | None = None
    retry_of: str | None = None
    request_id: str | None = None
    trace: str | None = None
    idempotency_key: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents that were submitted together; `laid_out` of them have become jobs so far.

    `counts` are its jobs by state, where they were queried. `token` fences off earlier workers.
    """

    id: str
    tenant: str
    state: BatchState
    created_at: datetime
    options: Mapping[str, object]
    metadata: Mapping[str, object]
    archive: bool
    priority: Priority
    laid_out: int
    open_jobs: int
    token: int = 0
    documents: int | None = None
    callback_url: str | None = None
    deadline_at: datetime | None = None
    begin_by: datetime | None = None
    retry_of: str | None = None
    request_id: str | None = None
    trace: str | None = None
    fingerprint: str | None = None
    fault: Fault | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    counts: Mapping[JobState, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something that happened to a job. `sequence` grows within the job; readers resume from it."""

    job_id: str
    sequence: int
    kind: str  # a JobEventKind, or one of a later version
    data: Mapping[str, object]
    at: datetime
