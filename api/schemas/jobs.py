"""The schemas of requests and responses. They translate the ledger's values and define none."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    StringConstraints,
)
from pydantic_core import to_json

from api.links import link
from api.problems import type_link
from api.schemas import examples
from jobs.admission.capacity import Estimate
from jobs.domain.job import Fault, Job, Priority
from jobs.domain.names import LONGEST_FILENAME, PRINTED_PATTERN, is_clean, last_part
from jobs.domain.states import JobState
from vision.core.options import ReadOptions

PriorityName = Literal["interactive", "normal", "batch"]
Url = Annotated[str, StringConstraints(min_length=8, max_length=2000, pattern=r"^[!-~]+$")]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
JobId = Annotated[str, StringConstraints(pattern=r"^job_[0-9a-z]{26}$")]
BatchId = Annotated[str, StringConstraints(pattern=r"^batch_[0-9a-z]{26}$")]
KEY_PATTERN: Final = r"^[!-~]{1,255}$"  # of an Idempotency-Key: visible ASCII
DeliveryId = Annotated[str, StringConstraints(pattern=r"^msg_[0-9a-z]{26}$")]


def _check_clean(text: str) -> str:
    if not is_clean(text):
        raise ValueError("text without control characters and direction marks")
    return text


def _file_part(value: object) -> object:
    return last_part(value) if isinstance(value, str) else value


# Text of one line that people see. The pattern is what JSON Schema can say of it.
Line = Annotated[
    str, AfterValidator(_check_clean), Field(json_schema_extra={"pattern": PRINTED_PATTERN})
]
Filename = Annotated[Line, BeforeValidator(_file_part), Field(max_length=LONGEST_FILENAME)]


class Model(BaseModel):
    """Base of all schemas; unknown members of a request are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Parameters(Model):
    """What may accompany one document or a batch of them."""

    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the reading; see the schema `ReadOptions`."
    )
    priority: PriorityName

    def as_accepted(self) -> dict[str, Any]:
        """The parameters as fields of `NewJob` or `NewBatch`; `options` are checked apart."""
        given = {name: value for name, value in self if name not in {"options", "url"}}
        return given | {"priority": Priority[self.priority.upper()]}


class JobParameters(Parameters):
    """What may accompany a document, however it is sent."""

    metadata: dict[str, Any] = Field(
        default_factory=dict, description="Your own data; returned in the job and in webhooks."
    )
    callback_url: Url | None = Field(None, description="Notified once when the job has ended.")
    deadline_s: PositiveFloat | None = Field(
        None, le=7 * 86400, description="Seconds after which the job expires unfinished."
    )
    filename: Filename | None = Field(None, description="A name to show, never a path.")
    priority: PriorityName = Field(
        "normal",
        description="Order among your own jobs; other tenants' are not affected.",
    )
    begin_within_s: PositiveFloat | None = Field(
        None,
        le=7 * 86400,
        description="Fails as `deadline_passed` when nothing has started by then.",
    )


class UrlJob(JobParameters):
    """A document that the service fetches by itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.URL_JOB]})

    url: Url = Field(
        description="Address of the document; its host must be allowed by the operator."
    )


class FaultOut(Model):
    """Why a job or a page failed, and who must act."""

    code: str
    message: str
    actor: Literal["caller", "operator"]
    type: str

    @classmethod
    def of(cls, fault: Fault | None) -> Self | None:
        """Translate the ledger's value."""
        if fault is None:
            return None
        return cls(
            code=fault.code,
            message=fault.message,
            actor=fault.actor,
            type=type_link(fault.code),
        )


class InputOut(Model):
    """The document that was submitted."""

    filename: str | None
    media_type: str | None
    sha256: str | None
    bytes: int | None
    url: str | None


class PageCounts(Model):
    """Progress of the reading; `total` is null until the document is opened."""

    total: int | None
    succeeded: int
    failed: int


class JobLinks(Model):
    """Related resources."""

    self: str
    result: str
    pages: str
    events: str


class JobOut(Model):
    """The current state of a job."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.JOB]})

    id: str
    state: JobState
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    begin_by: datetime | None = Field(description="Fails when nothing has started by then.")
    expires_at: datetime | None = Field(description="When job and result are deleted.")
    input: InputOut
    pages: PageCounts
    fault: FaultOut | None
    options: dict[str, Any]
    metadata: dict[str, Any]
    callback_url: str | None
    priority: PriorityName
    batch_id: str | None
    custom_id: str | None = Field(description="Your name for the document within its batch.")
    retry_of: str | None = Field(description="The job whose document is read again.")
    queue_position: int | None = Field(
        description="Documents that start before this one; null once it has started, and in lists."
    )
    queue_pages: int | None = Field(
        description="Pages that are read before it; unopened documents count as your average one."
    )
    estimated_wait_s: float | None = Field(
        description="Seconds until it starts, at the last minute's reading rate; null if unknown."
    )
    links: JobLinks

    @classmethod
    def of(cls, job: Job, estimate: Estimate | None = None) -> "JobOut":
        """Translate the ledger's value, which needs no second validation."""
        shown = _shown(job, estimate)
        shown["input"] = InputOut.model_construct(**shown["input"])
        shown["pages"] = PageCounts.model_construct(**shown["pages"])
        shown["links"] = JobLinks.model_construct(**shown["links"])
        shown["fault"] = FaultOut.of(job.fault)
        return cls.model_construct(**shown)

    @classmethod
    def json_of(cls, job: Job, estimate: Estimate | None = None) -> bytes:
        """The JSON of `of`, without building a model for each part of every answer."""
        shown = _shown(job, estimate)
        return to_json({name: shown[name] for name in _ORDER}, inf_nan_mode="null")


def _shown(job: Job, estimate: Estimate | None) -> dict[str, Any]:
    """The members of a job by their names; parts are dictionaries."""
    return {
        **dict(zip(_SAME, _read_same(job), strict=True)),
        "options": complete_options(job.options),
        "input": dict(zip(_INPUT, _read_input(job), strict=True)),
        "pages": dict(zip(_PAGES, _read_pages(job), strict=True)),
        "fault": None if job.fault is None else dict(FaultOut.of(job.fault) or ()),
        "priority": priority_name(job.priority),
        "queue_position": estimate.position if estimate else None,
        "queue_pages": estimate.pages if estimate else None,
        "estimated_wait_s": estimate.wait_s if estimate else None,
        "links": _links(job.id),
    }


# Fields of a job that are shown as they are.
_SAME = tuple(
    each.name
    for each in fields(Job)
    if each.name in JobOut.model_fields.keys() - {"fault", "options", "priority"}
)
_read_same = attrgetter(*_SAME)
_INPUT: Final = ("filename", "media_type", "sha256", "bytes", "url")
_read_input = attrgetter("filename", "media_type", "input_sha256", "input_bytes", "source_url")
_PAGES: Final = ("total", "succeeded", "failed")
_read_pages = attrgetter("pages_total", "pages_succeeded", "pages_failed")
_ORDER: Final = tuple(JobOut.model_fields)


_DEFAULT_OPTIONS: Final = {each.name: each.default for each in fields(ReadOptions)}


def complete_options(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the defaults that are left out where they are stored."""
    return {**_DEFAULT_OPTIONS, **stored}


def priority_name(priority: Priority) -> PriorityName:
    """The priority as callers write it."""
    return cast("PriorityName", priority.name.lower())


def job_path(job_id: str) -> str:
    """The path of a job, as `Location` gives it."""
    return link(f"/v1/jobs/{job_id}")


def _links(job_id: str) -> dict[str, str]:
    path = job_path(job_id)
    parts = ("result", "pages", "events")
    return {"self": path} | {part: f"{path}/{part}" for part in parts}


class TextMatchOut(Model):
    """A page that has the words searched for; `marks` are where they begin and end in `snippet`."""

    page: int
    snippet: str
    marks: list[tuple[int, int]]


class JobList(Model):
    """Jobs, newest first; `next` is the cursor of the following ones."""

    jobs: list[JobOut]
    next: str | None
    matches: dict[str, list[TextMatchOut]] | None = Field(
        None, description="By job id, its first pages with the words of `text`; null without it."
    )


class EventOut(Model):
    """An event of a job; the data of one server-sent event."""

    job_id: str
    sequence: int
    kind: str
    at: datetime
    data: Mapping[str, Any]


class ProblemOut(BaseModel):
    """RFC 9457 problem details; some kinds have more members, see docs/reference/errors.md."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="Stable; branch on this.")
    actor: Literal["caller", "operator"] = Field(description="Who must act.")
