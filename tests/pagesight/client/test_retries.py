"""What is repeated and what is not: a transport that fails on purpose before a real API."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pagesight.client import (
    ApiError,
    QueueFullError,
    RetryPolicy,
    ServiceUnreachableError,
    UnexpectedResponseError,
)
from pagesight.client.async_transport import AsyncTransport
from pagesight.client.responses import retry_after_s
from pagesight.client.transport import Transport
from tests.api.routes.test_create_job import PNG
from tests.support.hand_worker import HandWorker
from tests.support.service import Service

Fault = Exception | httpx.Response | int  # an error, an answer, or the bytes to let through
HALF = RetryPolicy(random=lambda: 0.5)
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


class Faulty(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Fails with each of the faults in turn; what follows reaches the service."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = list(faults)
        self.requests: list[httpx.Request] = []
        self._threads = httpx.HTTPTransport(verify=False)
        self._asyncio = httpx.AsyncHTTPTransport(verify=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        fault = self._next(request)
        if isinstance(fault, httpx.Response):
            return fault
        response = self._threads.handle_request(request)
        if fault is not None:
            response.stream = _Broken(response.stream, fault)
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        fault = self._next(request)
        if isinstance(fault, httpx.Response):
            return fault
        response = await self._asyncio.handle_async_request(request)
        if fault is not None:
            response.stream = _Broken(response.stream, fault)
        return response

    def _next(self, request: httpx.Request) -> httpx.Response | int | None:
        self.requests.append(request)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        return fault

    def close(self) -> None:
        self._threads.close()

    async def aclose(self) -> None:
        await self._asyncio.aclose()


class _Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The beginning of a body, then a lost connection."""

    def __init__(self, inner: Any, length: int) -> None:
        self._inner = inner
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._inner:
            yield self._beginning(piece)
        raise httpx.ReadError("the connection was reset")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            yield self._beginning(piece)
        raise httpx.ReadError("the connection was reset")

    def _beginning(self, piece: bytes) -> bytes:
        beginning = piece[: self._left]
        self._left -= len(beginning)
        return beginning

    def close(self) -> None:
        self._inner.close()

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited for, without waiting."""
    taken: list[float] = []

    async def wait(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr(Transport, "sleep", staticmethod(taken.append))
    monkeypatch.setattr(AsyncTransport, "sleep", staticmethod(wait))
    return taken


@pytest.fixture
def failing(connect: Callable[..., Any], service: Service, key: str) -> Callable[..., Any]:
    def make(*faults: Fault, retries: RetryPolicy = HALF) -> tuple[Any, Faulty]:
        transport = Faulty(*faults)
        return connect(service.url, key, transport=transport, retries=retries), transport

    return make


def refusal(status: int, code: str = "", **headers: str) -> httpx.Response:
    body = {"code": code, "detail": "Refused.", "actor": "operator"} if code else None
    return httpx.Response(
        status, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_a_submission_is_repeated_whole_and_makes_one_job(
    failing: Callable[..., Any], pauses: list[float], tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    # The last of these is lost after the service accepted it.
    client, transport = failing(
        httpx.ConnectError("refused"), refusal(503, "stopping"), httpx.ReadTimeout("slow"), 0
    )
    job = client.jobs.submit(tmp_path / "a.png")
    assert [each.id for each in client.jobs.list()] == [job.id]
    assert len({request.headers["idempotency-key"] for request in transport.requests[:5]}) == 1
    assert all(PNG in request.content for request in transport.requests[:5])
    assert pauses == [0.25, 0.5, 1.0, 2.0]


def test_retry_after_is_a_lower_bound(failing: Callable[..., Any], pauses: list[float]) -> None:
    client, _ = failing(refusal(429, "rate_limited", retry_after="7"), refusal(503, "queue_full"))
    client.jobs.submit(PNG)
    assert pauses == [7.25, 0.5]


def test_a_wait_that_is_too_long_is_left_to_the_caller(
    failing: Callable[..., Any], pauses: list[float]
) -> None:
    client, _ = failing(refusal(503, "queue_full", retry_after="61"))
    with pytest.raises(QueueFullError) as full:
        client.jobs.submit(PNG)
    assert (full.value.retry_after_s, full.value.actor) == (61, "operator")
    assert pauses == []


def test_attempts_end(failing: Callable[..., Any], pauses: list[float]) -> None:
    client, transport = failing(*[httpx.ReadError("reset") for _ in range(9)])
    with pytest.raises(ServiceUnreachableError, match="GET /v1/jobs/job_1 got no answer"):
        client.jobs.get("job_1")
    assert (len(transport.requests), pauses) == (5, [0.25, 0.5, 1.0, 2.0])
    once, _ = failing(refusal(500, "internal"), retries=RetryPolicy(attempts=1))
    with pytest.raises(ApiError, match="internal 500"):
        once.jobs.get("job_1")


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 507])
def test_what_would_be_refused_again_is_not_repeated(
    failing: Callable[..., Any], pauses: list[float], status: int
) -> None:
    client, _ = failing(refusal(status, "other"))
    with pytest.raises(ApiError) as refused:
        client.jobs.submit(PNG)
    assert (refused.value.status, pauses) == (status, [])


def test_a_submission_whose_first_attempt_still_arrives_is_repeated(
    failing: Callable[..., Any], pauses: list[float]
) -> None:
    client, _ = failing(refusal(409, "idempotency_in_flight", retry_after="1"))
    assert client.jobs.submit(PNG).state == "queued"
    assert pauses == [1.25]


URL = "https://hooks.example.com/a"


def test_what_would_be_done_twice_is_repeated_only_if_it_was_not_done(
    failing: Callable[..., Any], pauses: list[float]
) -> None:
    for fault in (httpx.ConnectError("refused"), refusal(429, "rate_limited", retry_after="1")):
        client, _ = failing(fault)
        assert client.webhooks.create(URL).url == URL
    for lost in (httpx.ReadError("reset"), refusal(502), refusal(500, "internal")):
        client, transport = failing(lost)
        with pytest.raises((ServiceUnreachableError, ApiError)):
            client.webhooks.create(URL)
        assert len(transport.requests) == 1


def test_a_deletion_whose_answer_was_lost_is_done(
    failing: Callable[..., Any], pauses: list[float]
) -> None:
    client, transport = failing()
    job = client.jobs.submit(PNG)
    client.jobs.cancel(job.id)
    transport.faults.append(httpx.ReadError("reset"))
    # The service did it meanwhile.
    failing()[0].jobs.delete(job.id)
    client.jobs.delete(job.id)
    with pytest.raises(ApiError, match="not_found"):
        client.jobs.delete(job.id)


def test_events_go_on_where_the_connection_was_lost(
    failing: Callable[..., Any], service: Service, pauses: list[float]
) -> None:
    client, transport = failing()
    job = client.jobs.submit(PNG)
    service.succeed(job.id, "one", "two")
    whole = list(client.jobs.events(job.id))
    for length in (0, 30, 200, 700):
        transport.faults += [length, httpx.ConnectError("refused"), length]
        assert list(client.jobs.events(job.id)) == whole


def test_results_of_a_batch_go_on_where_the_connection_was_lost(
    failing: Callable[..., Any], worker: HandWorker, pauses: list[float]
) -> None:
    client, transport = failing()
    batch = client.batches.submit([PNG + bytes([number]) for number in range(4)])
    client.batches.wait(batch.id)
    whole = list(client.batches.results(batch.id))
    assert len(whole) == 4
    for length in (0, 100, 4000):
        transport.faults += [length, refusal(503, "stopping"), length]
        assert list(client.batches.results(batch.id)) == whole


def test_a_file_is_there_only_when_it_is_whole(
    failing: Callable[..., Any], service: Service, pauses: list[float], tmp_path: Path
) -> None:
    client, transport = failing()
    job = client.jobs.submit(PNG)
    service.succeed(job.id, "one")
    transport.faults.append(40)
    saved = client.jobs.save(job.id, "json", tmp_path / "a.json")
    assert json.loads(saved.read_bytes())["pages"][0]["text"] == "one"
    transport.faults += [40] * 5
    with pytest.raises(ServiceUnreachableError):
        client.jobs.save(job.id, "json", tmp_path / "b.json")
    assert list(tmp_path.iterdir()) == [saved]


def test_answers_of_something_else_are_reported_as_such(failing: Callable[..., Any]) -> None:
    client, _ = failing(httpx.Response(200, text="<html>Sign in</html>"), retries=HALF)
    with pytest.raises(UnexpectedResponseError, match="is it Pagesight's"):
        client.jobs.get("job_1")
    client, _ = failing(httpx.Response(200, json={"id": 7}))
    with pytest.raises(UnexpectedResponseError, match=r"Job\.id: expected str, got int"):
        client.jobs.get("job_1")
    client, _ = failing(httpx.Response(403, text="<html>Forbidden</html>"))
    with pytest.raises(ApiError, match="HTTP 403"):
        client.jobs.get("job_1")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        ("Sun, 29 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 29 Nov 2026 11:59:00 GMT", 0),
        ("soon", None),
        ("-1", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after_s(text, NOW) == seconds
