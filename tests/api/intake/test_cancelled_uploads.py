"""A request that is cut off leaves a whole job or nothing, whenever that happens."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import pytest
from starlette.requests import Request

from api.app import open_services
from api.group_commit import GroupCommit
from api.intake.create_batch import accept_batch
from api.intake.create_job import accept
from api.observability.metrics import Metrics
from api.security.rate_limits import RateLimits
from api.services import Services
from jobs.broker.rate_limiter import RateCounter
from jobs.domain.ids import part_id
from jobs.domain.job import NewJob
from jobs.ledger import Ledger
from jobs.lifecycle.accept import Outcome, Ready
from jobs.settings import Settings
from jobs.storage.blob_keys import documents_key, input_key
from tests.api.routes.test_create_job import PNG
from tests.support.migrations import create_tables
from tests.support.patience import PATIENCE_S
from tests.support.service import QuietBroker

LARGE = PNG + bytes(3 << 20)
SIZES = {"small": PNG, "large": LARGE}


class Gate:
    """Holds a commit until it is opened; `closed` is set once one waits."""

    def __init__(self, error: Exception | None = None) -> None:
        self.waiting = threading.Event()
        self.open = threading.Event()
        self._error = error

    def accept(self, ledger: Ledger) -> Callable[..., Mapping[str, Outcome]]:
        def accept_(news: Sequence[NewJob], ready: Ready | None) -> Mapping[str, Outcome]:
            self.waiting.set()
            assert self.open.wait(PATIENCE_S)
            if self._error is not None:
                raise self._error
            return ledger.jobs.create_many(news, ready)

        return accept_


def request_of(body: bytes, *, complete: bool = True, kind: str = "image/png") -> Request:
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)]
    sent = iter(pieces)

    async def receive() -> dict[str, object]:
        piece = next(sent, None)
        if piece is None:
            await asyncio.sleep(3600)
        last = complete and piece is pieces[-1]
        return {"type": "http.request", "body": piece, "more_body": not last}

    headers = [(b"content-type", kind.encode()), (b"transfer-encoding", b"chunked")]
    scope = {"type": "http", "method": "POST", "headers": headers, "query_string": b""}
    return Request(scope, receive)


def in_service(folder: Path, play: Callable[[Services], Awaitable[None]]) -> None:
    settings = Settings(_env_file=None, data_dir=folder)
    create_tables(settings)

    async def run() -> None:
        counter = RateCounter(settings.celery_broker_url)
        services = open_services(settings, RateLimits(counter, 0, Metrics()), QuietBroker())
        try:
            await play(services)
        finally:
            services.ledger.close()
            await counter.close()

    asyncio.run(run())


async def cancelled(task: "asyncio.Task[object]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("body", SIZES.values(), ids=SIZES)
def test_an_upload_cut_off_while_its_commit_waits_keeps_its_document(
    tmp_path: Path, body: bytes
) -> None:
    async def play(services: Services) -> None:
        gate = Gate()
        services.group_commit = GroupCommit(gate.accept(services.ledger), services.blobs)
        services.group_commit.start()
        task = asyncio.create_task(accept(request_of(body), services, "a", "key"))
        await asyncio.to_thread(gate.waiting.wait, 60)
        await cancelled(task)  # type: ignore[arg-type]
        gate.open.set()
        await asyncio.to_thread(services.group_commit.stop)
        await services.finish_steps()
        (job,), _ = services.ledger.jobs.list("a")
        assert services.blobs.get(job.input_blob or "") == body

    in_service(tmp_path, play)


@pytest.mark.parametrize("body", SIZES.values(), ids=SIZES)
def test_an_upload_cut_off_whose_commit_fails_leaves_nothing(tmp_path: Path, body: bytes) -> None:
    async def play(services: Services) -> None:
        gate = Gate(RuntimeError())
        services.group_commit = GroupCommit(gate.accept(services.ledger), services.blobs)
        services.group_commit.start()
        task = asyncio.create_task(accept(request_of(body), services, "a", "key"))
        await asyncio.to_thread(gate.waiting.wait, 60)
        await cancelled(task)  # type: ignore[arg-type]
        gate.open.set()
        await asyncio.to_thread(services.group_commit.stop)
        await services.finish_steps()
        assert services.ledger.jobs.list("a")[0] == []
        assert services.blobs.list("tenants/") == []

    in_service(tmp_path, play)


@pytest.mark.parametrize("body", SIZES.values(), ids=SIZES)
def test_an_upload_cut_off_before_its_end_leaves_nothing(tmp_path: Path, body: bytes) -> None:
    async def play(services: Services) -> None:
        services.group_commit.start()
        request = request_of(body, complete=False)
        task = asyncio.create_task(accept(request, services, "a", "key"))
        for _ in range(20):
            await asyncio.sleep(0.01)
        await cancelled(task)  # type: ignore[arg-type]
        await asyncio.to_thread(services.group_commit.stop)
        assert services.ledger.jobs.list("a")[0] == []
        assert services.blobs.list("tenants/") == []

    in_service(tmp_path, play)


def test_a_batch_cut_off_while_it_is_created_keeps_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    form = head + PNG + b"\r\n--x--\r\n"

    async def play(services: Services) -> None:
        waiting, go = threading.Event(), threading.Event()
        create = services.ledger.batches.create

        def held(new: object) -> object:
            waiting.set()
            assert go.wait(PATIENCE_S)
            return create(new)  # type: ignore[arg-type]

        monkeypatch.setattr(type(services.ledger.batches), "create", lambda _self, new: held(new))
        request = request_of(form, kind="multipart/form-data; boundary=x")
        task = asyncio.create_task(accept_batch(request, services, "a", None))
        await asyncio.to_thread(waiting.wait, 60)
        await cancelled(task)  # type: ignore[arg-type]
        go.set()
        await services.finish_steps()
        (batch,), _ = services.ledger.batches.list("a", limit=5, before=None)
        stored = services.blobs.list("tenants/")
        assert documents_key(batch) in stored
        assert input_key(NewJob(part_id("job", batch.id, 0), "a", {})) in stored

    in_service(tmp_path, play)
