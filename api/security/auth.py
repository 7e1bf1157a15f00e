"""Authentication by API key, cached for a moment, and authorisation by scope."""

import base64
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.given_headers import header
from api.problems import Problem
from api.single_flight import SingleFlight
from jobs.domain.log_context import add_log_fields
from jobs.security.api_keys import ApiKey

CACHED_S = 5.0
CACHED_KEYS = 1024
_KEY: Final = "pagesight.key"  # where a request's scope keeps the key it was admitted with
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="pagesight"'}

SECURITY_SCHEMES: Final = {
    "BearerKey": {"type": "http", "scheme": "bearer", "description": "`ps_...`"},
    "HeaderKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


class KeyCache:
    """Verified keys by their hash, for CACHED_S: a revoked key works no longer than that."""

    def __init__(
        self,
        verify: Callable[[str], ApiKey | None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verify = verify
        self._monotonic = monotonic
        self._asking = SingleFlight[ApiKey | None]()
        self._cached: OrderedDict[bytes, tuple[float, ApiKey]] = OrderedDict()

    async def get(self, text: str) -> ApiKey | None:
        """The key, or None for one that is unknown, revoked or expired. Event loop only."""
        digest = hashlib.sha256(text.encode()).digest()
        cached = self._cached.get(digest)
        if cached is not None and cached[0] > self._monotonic():
            return cached[1]
        # At the expiry of a busy key many requests ask at once.
        key = await self._asking.do(digest, lambda: run_in_threadpool(self._verify, text))
        self._cached.pop(digest, None)
        if key is not None:
            self._cached[digest] = (self._monotonic() + CACHED_S, key)
            if len(self._cached) > CACHED_KEYS:
                self._cached.popitem(last=False)
        return key


def _key_text(request: Request) -> str | None:
    scheme, _, value = (header(request, b"authorization") or "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    if scheme.lower() == "basic" and value.strip():
        return _password(value.strip())
    # The second name is that of Azure's clients.
    return header(request, b"x-api-key") or header(request, b"ocp-apim-subscription-key")


def _password(value: str) -> str | None:
    """The password of Basic authentication, for clients whose only field is an address."""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2] or None
    except ValueError:
        return None


async def authenticate(request: Request) -> ApiKey:
    """The caller's key. Raises Problem `unauthorised`, which never repeats what was sent.

    Raises `rate_limited` where the key sends too many requests, of which each is counted once.
    """
    if (known := request.scope.get(_KEY)) is not None:
        return cast("ApiKey", known)
    text = _key_text(request)
    if not text:
        raise Problem("unauthorised", "The request carries no API key.", headers=_CHALLENGE)
    services = request.app.state.services
    key: ApiKey | None = await services.keys.get(text)
    if key is None:
        await services.refusals.record(request.client.host if request.client else "", text)
        message = "The API key is unknown, revoked or expired."
        raise Problem("unauthorised", message, headers=_CHALLENGE)
    add_log_fields(tenant=key.tenant)
    await services.rates.admit(request, key)
    request.scope[_KEY] = key
    return key


def _require(key: ApiKey, scope: str) -> ApiKey:
    if scope not in key.scopes and "admin" not in key.scopes:
        raise Problem("forbidden", f"This key lacks the scope {scope!r}.", needed=scope)
    return key


def allow(scope: str) -> Callable[[ApiKey], Awaitable[ApiKey]]:
    """A dependency: the caller's key when it has `scope` (or `admin`), else Problem `forbidden`."""

    async def check(key: Annotated[ApiKey, Depends(authenticate)]) -> ApiKey:
        return _require(key, scope)

    return check


async def writer_of(request: Request) -> ApiKey:
    """What `Writer` gives, for a handler that FastAPI resolves no dependencies for."""
    return _require(await authenticate(request), "jobs:write")


Reader = Annotated[ApiKey, Depends(allow("jobs:read"))]
Writer = Annotated[ApiKey, Depends(allow("jobs:write"))]
Admin = Annotated[ApiKey, Depends(allow("admin"))]
WebhookKeeper = Annotated[ApiKey, Depends(allow("webhooks"))]
