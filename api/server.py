"""Runs the application under uvicorn, with the limits that an open port needs."""

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial
from socket import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.http_protocol import EdgeLimits, EdgeProtocol
from api.open_files import raise_open_files
from jobs.long_lived import keep_loaded_objects
from jobs.settings import Settings

BACKLOG = 2048
ANSWER_S = 2  # for the answers to requests that are cancelled

log = logging.getLogger(__name__)
LIMITS = EdgeLimits()


class Server(uvicorn.Server):
    """Reports its address once it listens, and sets `stopping` once it is to end."""

    def __init__(
        self,
        config: uvicorn.Config,
        on_ready: Callable[[str], None] | None = None,
        stopping: asyncio.Event | None = None,
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._stopping = stopping or asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then report."""
        await super().startup(sockets)
        if self.started and self._on_ready is not None:
            self._on_ready(self._address())

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Have waits and streams end, then close; uploads get the grace period."""
        self._stopping.set()
        ending = asyncio.create_task(self._end_late_requests())
        await super().shutdown(sockets)
        ending.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # the loop waits for ever for one that is left
        await asyncio.sleep(0)

    async def _end_late_requests(self) -> None:
        """When the grace period is over, cancel requests, and close once they are answered."""
        grace_s = self.config.timeout_graceful_shutdown or 0
        await asyncio.sleep(max(0, grace_s - ANSWER_S))
        if tasks := list(self.server_state.tasks):
            log.warning("%d requests are cancelled: the grace period is over", len(tasks))
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=ANSWER_S / 2)
        for connection in list(self.server_state.connections):
            connection.transport.close()

    def _address(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_api(settings: Settings, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is called with the address once it listens."""
    raise_open_files()
    app = create_app(settings)
    server = Server(make_config(settings, app), on_ready, app.state.stopping)
    keep_loaded_objects()
    server.run()


def make_config(settings: Settings, app: FastAPI, limits: EdgeLimits = LIMITS) -> uvicorn.Config:
    """Uvicorn's settings. It logs as this process does; proxies are `api.forwarded`'s."""
    protocol: Any = partial(EdgeProtocol, limits=limits)
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=protocol,
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_grace_s) + ANSWER_S,
        log_config=None,
    )
