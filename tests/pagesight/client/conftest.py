"""One running service for the tests of the client; each test is a tenant of its own."""

from collections.abc import Callable, Iterator
from inspect import isawaitable
from itertools import count
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from pagesight.client import AsyncClient, Client, RetryPolicy
from tests.support.hand_worker import HandWorker
from tests.support.service import Service, running_service

_tenants = count()
QUICK = RetryPolicy(first_s=0.001)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with running_service(folder, egress_allow=("hooks.example.com",)) as running:
        yield running


@pytest.fixture
def tenant() -> str:
    return f"client{next(_tenants)}"


@pytest.fixture
def key(service: Service, tenant: str) -> str:
    return service.key(tenant)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as made:
        yield made


class Blocking:
    """An asynchronous client as one for threads, so that one test tries both."""

    def __init__(self, portal: BlockingPortal, inner: Any) -> None:
        self._portal = portal
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._call(found) if callable(found) else Blocking(self._portal, found)

    def _call(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            given = method(*arguments, **named)
            if isawaitable(given):
                return self._portal.call(_awaited, given)
            return self._items(given) if hasattr(given, "__anext__") else given

        return run

    def _items(self, stream: Any) -> Iterator[Any]:
        while True:
            try:
                item = self._portal.call(stream.__anext__)
            except StopAsyncIteration:
                return
            yield item


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


@pytest.fixture(params=["threads", "asyncio"])
def connect(request: pytest.FixtureRequest, portal: BlockingPortal) -> Iterator[Callable[..., Any]]:
    """Opens clients of either kind, which are closed after the test."""
    opened: list[Any] = []

    def open_client(*arguments: Any, **named: Any) -> Any:
        named = {"retries": QUICK, "trust_env": False, **named}
        if request.param == "threads":
            opened.append(Client(*arguments, **named))
        else:
            opened.append(Blocking(portal, AsyncClient(*arguments, **named)))
        return opened[-1]

    yield open_client
    for each in opened:
        each.close()


@pytest.fixture
def client(connect: Callable[..., Any], service: Service, key: str) -> Any:
    return connect(service.url, key)


@pytest.fixture
def worker(service: Service, tenant: str) -> Iterator[HandWorker]:
    with HandWorker(service, tenant) as working:
        yield working
