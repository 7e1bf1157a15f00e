"""The private redis-server of the embedded default: a child on a unix socket, with AOF."""

import shutil
import time
from pathlib import Path

import redis

from cli.serve.supervisor import Child, environment

_SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path less its end, linux/un.h


class RedisUnavailable(Exception):  # noqa: N818 - says what is the matter
    """redis-server cannot be used here; the message says what to do."""


def redis_child(data_dir: Path) -> Child:
    """Describe the server: no TCP port, appends synced each second, no eviction.

    Raises RedisUnavailable when the program is missing or the folder's path is too long.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RedisUnavailable(
            "redis-server is not installed: apt-get install redis-server, "
            "or set PAGESIGHT_BROKER_URL to your own Redis"
        )
    socket = data_dir / "redis.sock"
    if len(str(socket).encode()) > _SOCKET_PATH_LIMIT:
        raise RedisUnavailable(
            f"{socket} is too long for a unix socket: set a shorter PAGESIGHT_DATA_DIR"
        )
    folder = data_dir / "redis"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    argv = [program, *_flags(socket, folder)]
    return Child("redis", argv, environment(), needed_by_others=True)


def _flags(socket: Path, folder: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(folder / "redis.log"),
    }
    return [word for name, value in settings.items() for word in (f"--{name}", value)]


def wait_for_redis(data_dir: Path, timeout_s: float = 15.0) -> None:
    """Return once the server answers; RedisUnavailable when it does not in time."""
    client = redis.Redis(unix_socket_path=str(data_dir / "redis.sock"))
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if client.ping():
                return
        except redis.RedisError:  # still starting, or loading its data
            time.sleep(0.05)
    raise RedisUnavailable(f"the private redis-server did not answer within {timeout_s:.0f} s")
