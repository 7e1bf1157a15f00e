"""The shapes of batches: what goes along with one, its documents, how it stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, PositiveFloat, StringConstraints, model_validator

from api.schemas import examples
from api.schemas.jobs import FaultOut, Model, PriorityName, Url, priority_name
from jobs.domain.job import Batch
from jobs.domain.states import BatchState, JobState

CustomId = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class BatchParameters(Model):
    """What may go along with a batch, however it is sent; it holds for each document."""

    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the reading; see the schema `ReadOptions`."
    )
    metadata: dict[str, Any] = Field(
        default_factory=dict, description="Anything of yours; comes back in the batch and webhooks."
    )
    callback_url: Url | None = Field(None, description="Told once when the batch has ended.")
    priority: PriorityName = Field(
        "batch", description="Which of your own jobs go first; other tenants' are not affected."
    )
    deadline_s: PositiveFloat | None = Field(
        None, le=30 * 86400, description="Seconds after which unfinished documents expire."
    )
    begin_within_s: PositiveFloat | None = Field(
        None, le=30 * 86400, description="Documents not begun by then fail as `deadline_passed`."
    )


class BatchLine(Model):
    """A line of `documents`: one document, or what holds for the file of that `name`."""

    model_config = ConfigDict(json_schema_extra={"examples": list(examples.BATCH_LINES)})

    name: str | None = Field(None, min_length=1, max_length=500)
    url: Url | None = None
    job: Annotated[str, StringConstraints(pattern="^job_[0-9a-z]{26}$")] | None = Field(
        None, description="An earlier job of yours, whose document is read again."
    )
    custom_id: CustomId | None = Field(None, description="Your name for it, in every result line.")
    options: dict[str, Any] | None = Field(None, description="Laid over those of the batch.")
    metadata: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if self.url is not None and self.job is not None:
            raise ValueError("either `url` or `job`, not both")
        if self.url is None and self.job is None and self.name is None:
            raise ValueError("one of `url`, `job` and `name`")
        return self


class DocumentCounts(Model):
    """How far the documents are. `total` is null until an archive's directory is read."""

    total: int | None
    laid_out: int = Field(description="Documents that have become jobs so far.")
    queued: int
    running: int
    succeeded: int
    partial: int
    failed: int
    cancelled: int
    expired: int


class BatchLinks(Model):
    """Where to go on from here."""

    self: str
    results: str
    errors: str
    events: str
    jobs: str


class BatchOut(Model):
    """A batch as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCH]})

    id: str
    state: BatchState
    created_at: datetime
    finished_at: datetime | None
    deadline_at: datetime | None
    begin_by: datetime | None
    expires_at: datetime | None = Field(description="When batch, jobs and results are deleted.")
    documents: DocumentCounts
    fault: FaultOut | None
    options: dict[str, Any]
    metadata: dict[str, Any]
    callback_url: str | None
    priority: PriorityName
    retry_of: str | None
    links: BatchLinks

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """Translate the ledger's value."""
        return cls(
            id=batch.id,
            state=batch.state,
            created_at=batch.created_at,
            finished_at=batch.finished_at,
            deadline_at=batch.deadline_at,
            begin_by=batch.begin_by,
            expires_at=batch.expires_at,
            documents=_counts(batch),
            fault=FaultOut.of(batch.fault),
            options=dict(batch.options),
            metadata=dict(batch.metadata),
            callback_url=batch.callback_url,
            priority=priority_name(batch.priority),
            retry_of=batch.retry_of,
            links=_links(batch.id),
        )


class BatchList(Model):
    """Batches, newest first; `next` is the cursor of the following ones."""

    batches: list[BatchOut]
    next: str | None


def batch_path(batch_id: str) -> str:
    """The path of a batch, as `Location` gives it."""
    return f"/v1/batches/{batch_id}"


def _counts(batch: Batch) -> DocumentCounts:
    by_state: Mapping[str, int] = {str(state): batch.counts.get(state, 0) for state in JobState}
    return DocumentCounts(total=batch.documents, laid_out=batch.laid_out, **by_state)


def _links(batch_id: str) -> BatchLinks:
    path = batch_path(batch_id)
    return BatchLinks(
        self=path,
        results=f"{path}/results.jsonl",
        errors=f"{path}/errors.jsonl",
        events=f"{path}/events",
        jobs=f"/v1/jobs?batch_id={batch_id}",
    )
