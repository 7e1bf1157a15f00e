"""Runs the application under uvicorn, with the limits that an open port needs."""

import gc
from collections.abc import Callable
from socket import socket

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from jobs.settings import Settings

CONCURRENCY = 1000  # connections at once; above it uvicorn answers 503
BACKLOG = 2048
KEEP_ALIVE_S = 15
GC_THRESHOLD = 20_000
GRACE_S = 20  # streams of events end with the process, uploads get this long


class Server(uvicorn.Server):
    """Reports its address once it listens, which matters where port 0 picked one."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then report."""
        await super().startup(sockets)
        if self.started and self._on_ready is not None:
            self._on_ready(self._address())

    def _address(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_api(settings: Settings, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is called with the address once it listens."""
    server = Server(make_config(settings, create_app(settings)), on_ready)
    _tune_garbage_collection()
    server.run()


def _tune_garbage_collection() -> None:
    """Exclude objects that live as long as the process from every garbage collection.

    Requests make many short-lived objects and few cycles: collecting every 700 objects, walking
    all modules again and again, took 9% of the event loop's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


def make_config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    """Uvicorn's settings. No `Server` header, no proxy headers unless a proxy is in front."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        limit_concurrency=CONCURRENCY,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        log_level=settings.log_level,
    )
