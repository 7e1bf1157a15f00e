"""The schemas of batches: parameters, documents, state."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    StringConstraints,
    model_validator,
)

from api.links import link
from api.schemas import examples
from api.schemas.jobs import (
    FaultOut,
    JobId,
    Line,
    Model,
    Parameters,
    PriorityName,
    Url,
    complete_options,
    priority_name,
)
from jobs.domain.job import Batch
from jobs.domain.names import LONGEST_NAME, relative_name
from jobs.domain.states import BatchState, JobState

CustomId = Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST_NAME)]


def _plain_path(name: str) -> str:
    """The name as the document's own is kept, so that `./a.png` finds `a.png`."""
    plain = relative_name(name)
    if plain is None:
        raise ValueError("the name of a document")
    return plain


DocumentName = Annotated[CustomId, AfterValidator(_plain_path)]


class BatchParameters(Parameters):
    """What may accompany a batch, however it is sent; it applies to each document."""

    metadata: dict[str, Any] = Field(
        default_factory=dict, description="Your own data; returned in the batch and in webhooks."
    )
    callback_url: Url | None = Field(None, description="Notified once when the batch has ended.")
    priority: PriorityName = Field(
        "batch",
        description="Order among your own jobs; other tenants' are not affected.",
    )
    deadline_s: PositiveFloat | None = Field(
        None, le=30 * 86400, description="Seconds after which unfinished documents expire."
    )
    begin_within_s: PositiveFloat | None = Field(
        None, le=30 * 86400, description="Documents not started by then fail as `deadline_passed`."
    )


class BatchLine(Model):
    """A line of `documents`: one document, or the settings of the file of that `name`."""

    model_config = ConfigDict(json_schema_extra={"examples": list(examples.BATCH_LINES)})

    name: DocumentName | None = None
    url: Url | None = None
    job: JobId | None = Field(
        None, description="An earlier job of yours, whose document is read again."
    )
    custom_id: CustomId | None = Field(None, description="Your name for it, in every result line.")
    options: dict[str, Any] | None = Field(None, description="Override those of the batch.")
    metadata: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if self.url is not None and self.job is not None:
            raise ValueError("either `url` or `job`, not both")
        if self.url is None and self.job is None and self.name is None:
            raise ValueError("one of `url`, `job` and `name`")
        return self


class DocumentCounts(Model):
    """Progress of the documents. `total` is null until an archive's directory is read."""

    total: int | None
    expanded: int = Field(description="Documents that have become jobs so far.")
    laid_out: int = Field(description="The former name of `expanded`.")
    queued: int
    running: int
    succeeded: int
    partial: int
    failed: int
    cancelled: int
    expired: int


class BatchLinks(Model):
    """Related resources."""

    self: str
    results: str
    errors: str
    events: str
    jobs: str


class BatchOut(Model):
    """The current state of a batch."""

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
            **{name: getattr(batch, name) for name in _SAME},
            documents=_counts(batch),
            options=complete_options(batch.options),
            fault=FaultOut.of(batch.fault),
            priority=priority_name(batch.priority),
            links=_links(batch.id),
        )


# Fields of a batch that are shown as they are.
_SAME = tuple(
    each.name
    for each in fields(Batch)
    if each.name in BatchOut.model_fields.keys() - {"fault", "options", "priority", "documents"}
)


class BatchList(Model):
    """Batches, newest first; `next` is the cursor of the following ones."""

    batches: list[BatchOut]
    next: str | None


def batch_path(batch_id: str) -> str:
    """The path of a batch, as `Location` gives it."""
    return link(f"/v1/batches/{batch_id}")


def _counts(batch: Batch) -> DocumentCounts:
    by_state: Mapping[str, int] = {str(state): batch.counts.get(state, 0) for state in JobState}
    return DocumentCounts(
        total=batch.documents, expanded=batch.laid_out, laid_out=batch.laid_out, **by_state
    )


def _links(batch_id: str) -> BatchLinks:
    path = batch_path(batch_id)
    return BatchLinks(
        self=path,
        results=f"{path}/results.jsonl",
        errors=f"{path}/errors.jsonl",
        events=f"{path}/events",
        jobs=link(f"/v1/jobs?batch_id={batch_id}"),
    )
