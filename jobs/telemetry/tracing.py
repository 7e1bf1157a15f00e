"""Spans of a job's way through the service, from the request to the webhook.

Processes share no memory, so what joins their spans is in the database: a job has the `trace` and
the `request_id` of the request that made it, and the ids of the spans of request and job are
derived from these and from the job's id. Each process can so name the parent of its spans without
having seen it. docs/operations/monitor.md shows the tree.
"""

import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

from jobs.domain.job import Job
from jobs.domain.log_context import Origin

Kind = Literal["internal", "server", "client", "consumer"]
Attribute = str | int | float
_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time. Ids are hexadecimal: 32 digits of a trace, 16 of a span.

    Times are nanoseconds of the epoch; `error` says what failed, and is empty where nothing did.
    """

    name: str
    trace: str
    id: str
    parent: str | None
    began_ns: int
    ended_ns: int
    attributes: Mapping[str, Attribute]
    kind: Kind = "internal"
    error: str = ""


class Sink(Protocol):
    """Where spans go."""

    def export(self, span: Span) -> None:
        """Take a span; must not wait."""

    def close(self) -> None:
        """Export what is left, for a short time at most."""


@dataclass(slots=True)
class Step:
    """A span that has not ended yet; who does the step may add to it."""

    trace: str
    id: str
    began_ns: int
    attributes: dict[str, Attribute]
    stage_ms: dict[str, float] = field(default_factory=dict)
    error: str = ""

    @property
    def traceparent(self) -> str:
        """The header by which a receiver continues the trace (W3C Trace Context), or ""."""
        return f"00-{self.trace}-{self.id}-01" if self.trace else ""


class Tracing:
    """The tracing of one process: off until `start`."""

    def __init__(self) -> None:
        self._sink: Sink | None = None

    @property
    def on(self) -> bool:
        """Whether spans go anywhere."""
        return self._sink is not None

    def start(self, sink: Sink) -> None:
        """Send spans to `sink` from now on."""
        self._sink = sink

    def stop(self) -> None:
        """Export what is left and send no more."""
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close()

    def request(
        self, trace: str, request_id: str, parent: str | None, name: str, began_ns: int, status: int
    ) -> None:
        """Send the span of a request that has been answered with `status`."""
        attributes: dict[str, Attribute] = {
            "http.response.status_code": status,
            "pagesight.request_id": request_id,
        }
        error = f"status {status}" if status >= 500 else ""
        own, now = request_span_id(trace, request_id), time.time_ns()
        self._send(Span(name, trace, own, parent, began_ns, now, attributes, "server", error))

    def job(self, job: Job) -> None:
        """Send the span of a job that has ended."""
        if not job.trace or job.finished_at is None:
            return
        parent = request_span_id(job.trace, job.request_id) if job.request_id else None
        began, ended = _ns(job.created_at), _ns(job.finished_at)
        attributes = _attributes(job) | {"pagesight.state": str(job.state)}
        if job.pages_total is not None:
            attributes["pagesight.pages"] = job.pages_total
        error = job.fault.code if job.fault else ""
        own = job_span_id(job.id)
        self._send(Span("job", job.trace, own, parent, began, ended, attributes, error=error))

    @contextmanager
    def step(
        self, name: str, of: Origin | None, kind: Kind = "consumer", **attributes: Attribute
    ) -> Iterator[Step]:
        """Time a step of a job or batch for the length of the `with`; an exception marks it."""
        trace = of.trace if of is not None and of.trace and self.on else ""
        step = Step(trace, secrets.token_hex(8), time.time_ns(), {})
        try:
            yield step
        except Exception as error:
            step.error = type(error).__name__
            raise
        finally:
            if of is not None and trace:
                step.attributes |= _attributes(of) | _named(attributes)
                self._end(step, name, _parent_of(of, trace), kind)

    def _end(self, step: Step, name: str, parent: str | None, kind: Kind) -> None:
        now = time.time_ns()
        at = step.began_ns
        for stage, spent_ms in step.stage_ms.items():
            ended = at + int(spent_ms * 1_000_000)
            self._send(Span(stage, step.trace, secrets.token_hex(8), step.id, at, ended, {}))
            at = ended
        span = Span(
            name, step.trace, step.id, parent, step.began_ns, now, step.attributes, kind, step.error
        )
        self._send(span)

    def _send(self, span: Span) -> None:
        if self._sink is not None:
            self._sink.export(span)


TRACING: Final = Tracing()


def request_span_id(trace: str, request_id: str) -> str:
    """The id of a request's span."""
    return _hashed(f"request {trace} {request_id}")


def job_span_id(job_id: str) -> str:
    """The id of a job's span."""
    return _hashed(f"job {job_id}")


def new_trace() -> str:
    """The id of a trace that begins here."""
    return secrets.token_hex(16)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _parent_of(of: Origin, trace: str) -> str | None:
    """The job's span; of a batch, which has none, that of its request."""
    if isinstance(of, Job):
        return job_span_id(of.id)
    return request_span_id(trace, of.request_id) if of.request_id else None


def _attributes(of: Origin) -> dict[str, Attribute]:
    subject = "job" if isinstance(of, Job) else "batch"
    return {f"pagesight.{subject}_id": of.id, "pagesight.tenant": of.tenant}


def _named(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    return {f"pagesight.{name}": value for name, value in attributes.items()}


def _ns(moment: datetime) -> int:
    return int(moment.timestamp() * _NS)
