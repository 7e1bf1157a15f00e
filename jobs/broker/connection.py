"""How the broker's URL is read: one Redis, or the master that Redis Sentinels name.

`redis+sentinel://:PASSWORD@host1:26379,host2:26379/MASTER?db=0` names the sentinels and the master
that they watch. The password is the master's; sentinels are asked without one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

_SCHEME: Final = "redis+sentinel"
_PORT: Final = 26379


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Where the sentinels are, and the master that they watch."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    db: int
    password: str | None


def sentinels_of(url: str) -> Sentinels | None:
    """The sentinels that a URL names; None for a Redis' own. ValueError for a malformed one."""
    parts = urlsplit(url)
    if parts.scheme != _SCHEME:
        return None
    login, _, hosts = parts.netloc.rpartition("@")
    master = unquote(parts.path.strip("/"))
    if not hosts or not master:
        raise ValueError(f"{_SCHEME}://:PASSWORD@host1:26379,host2:26379/MASTER")
    password = unquote(login.partition(":")[2]) or None
    db = int(parse_qs(parts.query).get("db", ["0"])[0])
    return Sentinels(tuple(map(_host_and_port, hosts.split(","))), master, db, password)


def open_client(url: str, timeout_s: float) -> Redis:
    """Return a client that tries once and waits no longer than `timeout_s` for each answer."""
    limits: dict[str, Any] = {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
    }
    if (named := sentinels_of(url)) is None:
        return Redis.from_url(_client_url(url), **limits)
    asked: Any = Sentinel(named.hosts, sentinel_kwargs=limits)  # type: ignore[no-untyped-call]
    client: Redis = asked.master_for(
        named.master, Redis, db=named.db, password=named.password, **limits
    )
    return client


def open_async_client(url: str, timeout_s: float) -> AsyncRedis:
    """Return the same for an event loop."""
    limits: dict[str, Any] = {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": AsyncRetry(NoBackoff(), 0),
    }
    if (named := sentinels_of(url)) is None:
        client: AsyncRedis = AsyncRedis.from_url(_client_url(url), **limits)
        return client
    asked: Any = AsyncSentinel(named.hosts, sentinel_kwargs=limits)  # type: ignore[no-untyped-call]
    master: AsyncRedis = asked.master_for(
        named.master, AsyncRedis, db=named.db, password=named.password, **limits
    )
    return master


def close_client(client: Redis) -> None:
    """Close a client's connections, those to sentinels included."""
    client.close()
    for each in _sentinels_asked(client):
        each.close()


async def close_async_client(client: AsyncRedis) -> None:
    """Do the same for a client of an event loop."""
    await client.aclose()
    for each in _sentinels_asked(client):
        await each.aclose()


def _sentinels_asked(client: Redis | AsyncRedis) -> Sequence[Any]:
    """The clients that ask the sentinels for a master, which redis-py leaves open."""
    manager = getattr(client.connection_pool, "sentinel_manager", None)
    return () if manager is None else tuple(manager.sentinels)


def kombu_url(url: str) -> tuple[str, dict[str, object]]:
    """The URL in kombu's spelling, and transport options that belong to it."""
    if (named := sentinels_of(url)) is None:
        return url, {}
    login = f":{quote(named.password, safe='')}@" if named.password else ""
    each = [f"sentinel://{login}{host}:{port}/{named.db}" for host, port in named.hosts]
    return ";".join(each), {"master_name": named.master}


def _client_url(url: str) -> str:
    """A broker's URL as redis-py spells unix sockets, and the database behind one."""
    return url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", str(_PORT))
    return host, int(port)
