"""The application: opens the services, wires the routes, closes everything again."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.middleware.cors import CORSMiddleware
from starlette.concurrency import run_in_threadpool
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from api import error_handlers as errors
from api.direct_route import DirectRoutes
from api.forwarded import TrustedProxies
from api.front import Front
from api.group_commit import GroupCommit
from api.observability.edge import Edge
from api.observability.metrics import Metrics
from api.openapi import build_openapi
from api.routes import (
    azure,
    batch_results,
    batches,
    capabilities,
    checks,
    console,
    corrections,
    descriptions,
    docling,
    events,
    health,
    history,
    jobs,
    keys,
    mistral,
    page_images,
    results,
    text_doors,
    usage,
    verification,
    webhook_deliveries,
    webhooks,
)
from api.security.auth import KeyCache
from api.security.auth_failures import Refusals
from api.security.rate_limits import RateLimits
from api.services import Broker, Services
from api.ttl_cache import TTLCache
from api.waits import Waits
from jobs.broker.announcements import Announcer, Listener
from jobs.broker.celery_publisher import Publisher
from jobs.broker.rate_limiter import RateCounter
from jobs.ledger import Ledger, open_ledger
from jobs.queue.publish_window import Window
from jobs.queue.relay import GATHER_S, Relay
from jobs.settings import Settings
from jobs.storage.blob_store import open_blobs
from jobs.telemetry.start_tracing import tracing


class HasRouter(Protocol):
    """A module of api/routes."""

    router: APIRouter


# A new resource is a file of api/routes and a line here.
ROUTES: Sequence[HasRouter] = (
    jobs,
    results,
    page_images,
    verification,
    corrections,
    checks,
    events,
    batches,
    batch_results,
    webhook_deliveries,  # before webhooks, whose paths begin alike
    webhooks,
    keys,
    usage,
    history,
    health,
    capabilities,
    descriptions,
    console,
)
_CAPABILITIES_S = 5.0
_CORS_REQUEST_HEADERS = (
    "Authorization",
    "X-API-Key",
    "Content-Type",
    "Idempotency-Key",
    "Last-Event-ID",
    "Prefer",
    "X-Request-Id",
    "Traceparent",
)
_CORS_RESPONSE_HEADERS = (
    "Location",
    "Retry-After",
    "Idempotent-Replayed",
    "Preference-Applied",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-Id",
)


class Application(FastAPI):
    """FastAPI with the parts of the OpenAPI document that no signature expresses."""

    def build_middleware_stack(self) -> ASGIApp:
        """FastAPI's own, without the layers whose part `Front` has, or that are switched off.

        Each layer that does nothing takes a hundredth of the time of accepting an upload.
        """
        routed = AsyncExitStackMiddleware(self.router)
        stack = _around(self, ExceptionMiddleware(routed, self.exception_handlers))
        for layer, args, named in reversed(self.user_middleware):
            stack = layer(stack, *args, **named)
        return stack

    def openapi(self) -> dict[str, Any]:
        """The document, built at the first request for it."""
        if self.openapi_schema is None:
            self.openapi_schema = build_openapi(self, _base_of(self.state.settings))
        return self.openapi_schema


def create_app(settings: Settings, broker: Broker | None = None) -> FastAPI:
    """The application over the ledger, blobs and broker of `settings`.

    The ledger's tables must exist (`jobs.migrations.upgrade.migrate`). `broker` replaces the one of
    `settings`.
    """
    app = Application(
        title="Pagesight",
        version=version("pagesight"),
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect names the host as the proxy sees it
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours are at /metrics
    )
    app.state.settings = settings
    app.state.broker = broker
    app.state.metrics = Metrics()
    app.state.stopping = asyncio.Event()
    errors.install(app)
    routers = [*(each.router for each in ROUTES), *_doors(settings)]
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    return app


def _doors(settings: Settings) -> Iterator[APIRouter]:
    """Routes of other services, each switched on by its setting."""
    if settings.azure_door:
        yield azure.router
    if settings.tika_door:
        yield text_doors.tika
    if settings.open_webui_door:
        yield text_doors.open_webui
    if settings.docling_door:
        yield docling.router
        yield docling.about
    if settings.mistral_door:
        yield mistral.router


def _base_of(settings: Settings) -> str:
    """What links begin with: the public address, or nothing."""
    return (settings.public_url or "").rstrip("/")


def _around(app: FastAPI, inner: ASGIApp) -> ASGIApp:
    """What a request meets before `inner`, the last named here first."""
    settings: Settings = app.state.settings
    base = _base_of(settings)
    stack: ASGIApp = DirectRoutes(inner, app.state.routes, errors.answer, errors.ANSWERED)
    stack = Front(stack, prefix=urlsplit(base).path)
    if settings.cors_origins:
        stack = CORSMiddleware(
            stack,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "PATCH", "DELETE"),
            allow_headers=_CORS_REQUEST_HEADERS,
            expose_headers=_CORS_RESPONSE_HEADERS,
        )
    return Edge(stack, app.state.metrics, TrustedProxies(settings.trusted_proxies), base)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with tracing(app.state.settings, "api"):
        async with _open(app):
            yield


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    settings, metrics = app.state.settings, app.state.metrics
    counter = RateCounter(settings.celery_broker_url)
    rates = RateLimits(counter, settings.rate_per_s, metrics)
    services = await run_in_threadpool(open_services, settings, rates, app.state.broker)
    services.stopping = app.state.stopping
    listener = Listener(settings.celery_broker_url)
    services.waits = Waits(lambda: listener.connected)
    listener.start(services.waits.job_ended)
    app.state.services = services
    metrics.watch(services.ledger, services.threads)
    services.group_commit.start()
    announcer = Announcer(settings.celery_broker_url)
    services.ledger.on_ended(announcer.announce)
    services.ledger.on_enqueued(services.relay.wake)
    services.relay.start()
    try:
        yield
    finally:
        await listener.stop()
        await run_in_threadpool(services.group_commit.stop)
        await services.finish_steps()
        await run_in_threadpool(services.relay.stop)
        await counter.close()
        announcer.close()
        services.ledger.close()


def open_services(settings: Settings, rates: RateLimits, broker: Broker | None = None) -> Services:
    """Open the dependencies of the handlers."""
    ledger = open_ledger(settings)
    blobs = open_blobs(settings.blob_store_url, durable=settings.blob_fsync)
    broker = broker or Publisher(settings)
    window = Window(broker.depth, ledger.workers.readers)
    # Without capacity, the broker holds work for longer than this.
    relay = Relay(
        ledger.tasks, broker, window.capacity, window.idle_readers, window.opening, idle_s=GATHER_S
    )
    accept = partial(ledger.jobs.create_many, dispatcher=relay)
    return Services(
        settings=settings,
        ledger=ledger,
        blobs=blobs,
        group_commit=GroupCommit(accept, blobs),
        broker=broker,
        relay=relay,
        keys=KeyCache(ledger.keys.verify),
        refusals=Refusals(ledger.audit),
        rates=rates,
        capabilities=TTLCache(lambda: _capabilities(ledger), _CAPABILITIES_S),
    )


def _capabilities(ledger: Ledger) -> Sequence[Mapping[str, Any]]:
    return [worker.capabilities for worker in ledger.workers.live() if worker.ready]
