import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from api.security.auth import CACHED_S, KeyCache
from jobs.security.api_keys import ApiKey
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.service import Service


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer ps_wrong_secretsecret"},
        {"Authorization": "Basic ps_wrong_secretsecret"},
        {"X-API-Key": "ps_wrong_secretsecret"},
        {"X-API-Key": "ps_w\u00f6rong".encode().decode("latin-1")},
    ],
)
def test_a_missing_or_wrong_key_is_refused_and_never_repeated(
    service: Service, headers: dict[str, str]
) -> None:
    with service.client() as nobody:
        answer = nobody.get("/v1/jobs", headers=httpx.Headers(headers, encoding="latin-1"))
    problem(answer, 401, "unauthorised")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "ps_w" not in answer.text


def test_either_header_carries_a_key(service: Service) -> None:
    with service.client() as nobody:
        answer = nobody.get("/v1/jobs", headers={"X-API-Key": service.key("t", "jobs:read")})
    assert answer.status_code == 200


def test_a_key_may_do_no_more_than_its_scopes(service: Service) -> None:
    with service.client(service.key("t", "jobs:read")) as reader:
        refused = problem(reader.post("/v1/jobs", content=PNG, headers=RAW), 403, "forbidden")
        assert refused["needed"] == "jobs:write"
        problem(reader.get("/v1/webhooks"), 403, "forbidden")


def test_a_revoked_key_is_forgotten_after_a_moment() -> None:
    now, asked = 0.0, []
    key = ApiKey("key_1", "p", "t", ("admin",), "n", datetime.now(UTC))

    def verify(text: str) -> ApiKey | None:
        asked.append(text)
        return key if len(asked) == 1 else None

    async def ask() -> list[ApiKey | None]:
        nonlocal now
        cache = KeyCache(verify, lambda: now)
        answers = [await cache.get("ps_a"), await cache.get("ps_a")]
        now = CACHED_S + 1
        return [*answers, await cache.get("ps_a")]

    assert asyncio.run(ask()) == [key, key, None]
    assert len(asked) == 2
