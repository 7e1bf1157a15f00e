"""Limits of API keys, counted in a real Redis."""

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.redis import RedisServer, running_redis
from tests.support.service import Service, running_service

SLOW = 0.2  # two requests at once, then one in five seconds


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def service(redis: RedisServer, tmp_path: Path) -> Iterator[Service]:
    with running_service(tmp_path, broker_url=redis.url, rate_per_s=SLOW) as running:
        yield running


def keyed(service: Service, rate_per_s: float | None) -> httpx.Client:
    keys = service.ledger.keys
    return service.client(keys.create("t", ["admin"], "test", rate_per_s=rate_per_s)[1])


def test_a_key_above_its_rate_gets_a_retry_time(service: Service) -> None:
    with keyed(service, None) as client:
        made = client.post("/v1/jobs", content=PNG, headers=RAW)
        assert made.status_code == 202
        assert made.headers["ratelimit-policy"] == '"requests";q=2;w=10'
        assert made.headers["ratelimit"] == '"requests";r=1;t=5'
        missing = client.get("/v1/jobs/job_none")
        problem(missing, 404, "not_found")
        assert missing.headers["ratelimit"].startswith('"requests";r=0;t=')
        refused = client.post("/v1/jobs", content=PNG, headers=RAW)
        problem(refused, 429, "rate_limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 5
        assert refused.headers["ratelimit"].startswith('"requests";r=0;t=')
    with keyed(service, None) as other:
        assert other.get("/v1/jobs").status_code == 200


def test_a_key_may_have_a_limit_of_its_own_or_none(service: Service) -> None:
    with keyed(service, 5.0) as client:
        assert client.get("/v1/jobs").headers["ratelimit-policy"] == '"requests";q=50;w=10'
    with keyed(service, 0) as client:
        answers = [client.get("/v1/jobs") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 5
        assert "ratelimit" not in answers[0].headers


def test_wrong_keys_are_not_counted_and_a_rotated_one_keeps_its_limit(service: Service) -> None:
    with service.client("ps_wrong_secretsecret") as nobody:
        assert "ratelimit" not in nobody.get("/v1/jobs").headers
    made, _ = service.ledger.keys.create("t", ["admin"], "test", rate_per_s=3.0)
    _, text = service.ledger.keys.rotate(made.id, 60)
    with service.client(text) as client:
        assert client.get("/v1/jobs").headers["ratelimit-policy"] == '"requests";q=30;w=10'


def test_without_redis_requests_are_admitted_and_counted_as_such(
    service: Service, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with keyed(service, None) as client:
        client.get("/v1/jobs")
        redis.kill()
        with caplog.at_level(logging.WARNING, "api.security.rate_limits"):
            answers = [client.get("/v1/jobs") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 6
        assert "uncounted" in caplog.text
        figures = client.get("/metrics").text
        (line,) = [
            each
            for each in figures.splitlines()
            if each.startswith("pagesight_rate_unc") and "_total" in each
        ]
        assert float(line.split()[1]) == 6
    redis.start()
