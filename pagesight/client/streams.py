"""Streams that survive a lost connection: each cursor knows where to go on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import httpx

from pagesight.client import batch_calls, job_calls
from pagesight.client.calls import Call, nothing, path
from pagesight.client.decode import decode
from pagesight.client.models.document import Document
from pagesight.client.models.service import Batch, Fault, JobState

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
HEARTBEAT_TIMEOUT_S = 45.0  # three of the service's heartbeats


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """A change of a job or of one of its pages, such as `page.succeeded`."""

    job_id: str
    sequence: int
    kind: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """A document of a batch that was read."""

    custom_id: str
    index: int
    job_id: str
    state: JobState
    filename: str | None
    metadata: dict[str, Any]
    result: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchError:
    """A document of a batch without a result; `fault` is None where it was cancelled."""

    custom_id: str
    index: int
    job_id: str
    state: JobState
    filename: str | None
    metadata: dict[str, Any]
    fault: Fault | None


class Cursor(Protocol[T_co]):
    """A place in a stream."""

    def call(self) -> Call[None]:
        """The request that goes on from here."""
        ...

    def restart(self) -> None:
        """Forget the beginning of a line whose rest was lost."""
        ...

    def opened(self, status: int) -> None:
        """Take note of the status of an answer; 204 means that nothing more will come."""
        ...

    def feed(self, piece: bytes) -> Iterator[T_co]:
        """The items that these bytes complete."""
        ...

    def is_complete(self) -> bool:
        """Whether the end of the connection is the end of the stream."""
        ...


class _Lines:
    """Bytes as lines, ended by LF alone: JSON may hold other separators of Unicode."""

    def __init__(self) -> None:
        self._rest = b""

    def restart(self) -> None:
        self._rest = b""

    def split(self, piece: bytes) -> list[str]:
        *whole, self._rest = (self._rest + piece).split(b"\n")
        return [line.removesuffix(b"\r").decode() for line in whole]


class JsonLines(Generic[T]):
    """Results or errors of a batch, by index."""

    def __init__(self, batch_id: str, name: str, kind: type[T], after: int) -> None:
        self._path = path("batches", batch_id, name)
        self._kind = kind
        self._after = after
        self._lines = _Lines()

    def call(self) -> Call[None]:
        """The lines after the last complete one."""
        return Call("GET", self._path, nothing, params={"after": self._after})

    def restart(self) -> None:
        """Forget a partial line."""
        self._lines.restart()

    def opened(self, status: int) -> None:
        """The status says nothing here."""

    def feed(self, piece: bytes) -> Iterator[T]:
        """The documents whose lines are complete."""
        for line in self._lines.split(piece):
            row = json.loads(line)
            self._after = row["index"]
            yield decode(self._kind, row)

    def is_complete(self) -> bool:
        """The service ends the body after the last line."""
        return True


class _Events:
    """Server-sent events (HTML standard, section 9.2.6), as far as the service uses them."""

    def __init__(self, where: str, last_id: str) -> None:
        self._path = where
        self._last_id = last_id
        self._lines = _Lines()
        self._fields: dict[str, str] = {}
        self._ended = False

    def call(self) -> Call[None]:
        """The events after the last one."""
        headers = {"Accept": "text/event-stream"}
        if self._last_id:
            headers["Last-Event-ID"] = self._last_id
        timeout_s = HEARTBEAT_TIMEOUT_S
        return Call("GET", self._path, nothing, headers=headers, read_timeout_s=timeout_s)

    def restart(self) -> None:
        """Forget a partial event."""
        self._lines.restart()
        self._fields = {}

    def opened(self, status: int) -> None:
        """204 is the answer to the last event's id."""
        self._ended = self._ended or status == httpx.codes.NO_CONTENT

    def is_complete(self) -> bool:
        """Whether the last event was the final one."""
        return self._ended

    def _events(self, piece: bytes) -> Iterator[tuple[str, Any]]:
        """Kind and data of each event; `data` of this service is one line."""
        for line in self._lines.split(piece):
            name, _, value = line.partition(":")
            if name in {"id", "event", "data"}:
                self._fields[name] = value.removeprefix(" ")
            elif not line and "data" in self._fields:
                event, self._fields = self._fields, {}
                self._last_id = event.get("id", self._last_id)
                yield event.get("event", ""), json.loads(event["data"])


class JobEvents(_Events):
    """The events of a job after `sequence`."""

    def __init__(self, job_id: str, after: int) -> None:
        super().__init__(path("jobs", job_id, "events"), str(after) if after else "")

    def feed(self, piece: bytes) -> Iterator[JobEvent]:
        """Each event; the last is of the job's final state."""
        for kind, data in self._events(piece):
            self._ended = kind.removeprefix("job.") in job_calls.FINAL
            yield decode(JobEvent, data)


class BatchEvents(_Events):
    """The states of a batch."""

    def __init__(self, batch_id: str) -> None:
        super().__init__(path("batches", batch_id, "events"), "")

    def feed(self, piece: bytes) -> Iterator[Batch]:
        """The batch at each change."""
        for _, data in self._events(piece):
            batch = decode(Batch, data)
            self._ended = batch.state in batch_calls.FINAL
            yield batch
