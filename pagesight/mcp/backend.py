"""The service behind the tools: one client for each key, and what was fetched of ended jobs."""

from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from pagesight.client import AsyncClient, Document, PagesightError
from pagesight.mcp.config import Config

T = TypeVar("T")
_MOST_CLIENTS = 64
_MOST_KEPT = 8
_MADE_WITHIN_S = 60.0
_BEARER = "bearer "


class _Recent(Generic[T]):
    """The values used last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[tuple[str, ...], T] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> T | None:
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def values(self) -> list[T]:
        return list(self._values.values())

    def put(self, key: tuple[str, ...], value: T) -> T | None:
        """Keep the value; what had to go for it."""
        self._values[key] = value
        self._values.move_to_end(key)
        return self._values.popitem(last=False)[1] if len(self._values) > self._most else None


class Backend:
    """Fetches for the tools of one server. Every error is a ToolError, which the model can read."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._clients: _Recent[AsyncClient] = _Recent(_MOST_CLIENTS)
        self.documents: _Recent[Document] = _Recent(_MOST_KEPT)
        self.files: _Recent[bytes] = _Recent(_MOST_KEPT)

    def key_of(self, headers: Mapping[str, str] | None) -> str:
        """The caller's key: of its request, else that of the configuration."""
        sent = _header(headers, "authorization")
        if sent.lower().startswith(_BEARER):
            return sent[len(_BEARER) :].strip()
        if self.config.api_key:
            return self.config.api_key
        raise ToolError("No API key: send `Authorization: Bearer ps_...` with the MCP requests.")

    async def client(self, key: str) -> AsyncClient:
        """The client for a key; with too many keys, the one unused for longest is closed."""
        if (found := self._clients.get((key,))) is None:
            found = AsyncClient(self.config.server, key)
            if (old := self._clients.put((key,), found)) is not None:
                await old.close()
        return found

    async def close(self) -> None:
        """Close all connections."""
        for each in self._clients.values():
            await each.close()


ToolContext = Context[Backend, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls a tool, and the client with their key."""

    backend: Backend
    key: str
    client: AsyncClient

    async def document(self, job_id: str) -> Document:
        """The result of a job that has ended; fetched once."""
        kept, place = self.backend.documents, (self.key, job_id)
        if (found := kept.get(place)) is None:
            found = await told(self.client.jobs.result(job_id))
            kept.put(place, found)
        return found

    async def file(self, job_id: str, form: str) -> bytes:
        """A file of a job that has ended; fetched once."""
        kept, place = self.backend.files, (self.key, job_id, form)
        if (found := kept.get(place)) is None:
            exported = self.client.jobs.export(job_id, form, timeout_s=_MADE_WITHIN_S)
            found = await told(exported)
            kept.put(place, found)
        return found


async def caller_of(ctx: ToolContext) -> Caller:
    """Whoever calls a tool. Raises ToolError where there is no key."""
    backend = ctx.request_context.lifespan_context
    key = backend.key_of(ctx.headers)
    return Caller(backend, key, await backend.client(key))


async def told(answer: Awaitable[T]) -> T:
    """The answer; an error of the client as one that the model is shown."""
    try:
        return await answer
    except PagesightError as error:
        raise ToolError(str(error)) from error


def _header(headers: Mapping[str, str] | None, name: str) -> str:
    return next((value for key, value in (headers or {}).items() if key.lower() == name), "")
