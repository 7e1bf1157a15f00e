"""Who is asking: API keys, remembered for a moment, and the scopes they carry."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.problems import Problem
from jobs.security.api_keys import ApiKey

REMEMBER_S = 5.0
REMEMBER_KEYS = 1024
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="pagesight"'}

SECURITY_SCHEMES: Final = {
    "BearerKey": {"type": "http", "scheme": "bearer", "description": "`ps_...`"},
    "HeaderKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


class KeyCache:
    """Verified keys, remembered by their hash for REMEMBER_S, so a revoked key works no longer."""

    def __init__(
        self,
        verify: Callable[[str], ApiKey | None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verify = verify
        self._monotonic = monotonic
        self._known: OrderedDict[bytes, tuple[float, ApiKey]] = OrderedDict()

    async def get(self, text: str) -> ApiKey | None:
        """The key, or None for one that is unknown, revoked or expired. Event loop only."""
        digest = hashlib.sha256(text.encode()).digest()
        known = self._known.get(digest)
        if known is not None and known[0] > self._monotonic():
            return known[1]
        key = await run_in_threadpool(self._verify, text)
        self._known.pop(digest, None)
        if key is not None:
            self._known[digest] = (self._monotonic() + REMEMBER_S, key)
            if len(self._known) > REMEMBER_KEYS:
                self._known.popitem(last=False)
        return key


def _key_text(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.headers.get("x-api-key")


async def authenticate(request: Request) -> ApiKey:
    """The caller's key. Raises Problem `unauthorised`, which never repeats what was sent.

    And `rate_limited` where the key asks too often.
    """
    text = _key_text(request)
    if not text:
        raise Problem("unauthorised", "The request carries no API key.", headers=_CHALLENGE)
    services = request.app.state.services
    key: ApiKey | None = await services.keys.get(text)
    if key is None:
        await services.refusals.note(request.client.host if request.client else "", text)
        message = "The API key is unknown, revoked or expired."
        raise Problem("unauthorised", message, headers=_CHALLENGE)
    await services.rates.admit(request, key)
    return key


def allow(scope: str) -> Callable[[Request], Awaitable[ApiKey]]:
    """A dependency: the caller's key when it has `scope` (or `admin`), else Problem `forbidden`."""

    async def check(request: Request) -> ApiKey:
        key = await authenticate(request)
        if scope not in key.scopes and "admin" not in key.scopes:
            raise Problem("forbidden", f"This key lacks the scope {scope!r}.", needed=scope)
        return key

    return check


may_write = allow("jobs:write")

Reader = Annotated[ApiKey, Depends(allow("jobs:read"))]
Writer = Annotated[ApiKey, Depends(may_write)]
WebhookKeeper = Annotated[ApiKey, Depends(allow("webhooks"))]
