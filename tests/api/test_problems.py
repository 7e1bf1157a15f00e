import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api import error_handlers as errors
from api.front import Front
from api.observability.metrics import Metrics
from api.problems import KINDS
from jobs.domain.errors import BlobError, LedgerUnavailable, NotFound
from tests.api.routes.test_create_job import problem
from tests.support.http import NO_TLS
from tests.support.service import Service

ROOT = Path(__file__).parents[2]
RAISED = {"BadInput", "EngineFailure", "Fault", "EgressRefused", "EgressFailed", "Problem"}


def raised_codes() -> Iterator[tuple[str, str]]:
    for room in ("api", "jobs", "vision", "workers"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and node.args):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                if name in RAISED and isinstance(first, ast.Constant):
                    yield str(first.value), file.name


def test_every_code_that_is_raised_anywhere_is_in_the_table() -> None:
    missing = {(code, file) for code, file in raised_codes() if code not in KINDS}
    assert missing == set()


def test_docs_describe_every_code() -> None:
    documented = _unwrapped((ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8"))
    described = {code: _unwrapped(kind.describe()) for code, kind in KINDS.items()}
    assert [code for code, section in described.items() if section not in documented] == []


def _unwrapped(text: str) -> str:
    """Text on one line, wherever its lines are broken in a document."""
    return " ".join(text.split())


@pytest.mark.parametrize("code", KINDS)
def test_the_type_of_a_problem_leads_to_what_helps(service: Service, code: str) -> None:
    with service.client() as nobody:
        assert KINDS[code].remedy in nobody.get(f"/problems/{code}").text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/problems/nowhere", 404, "not_found"),
        ("GET", "/console/../app.py", 404, "not_found"),
        ("PUT", "/v1/jobs", 405, "method_not_allowed"),
        ("GET", "/v1/jobs?limit=0", 422, "invalid_request"),
        ("GET", "/v1/jobs?state=lost", 422, "invalid_request"),
        ("GET", "/v1/jobs/x/pages/0", 422, "invalid_request"),
        ("POST", "/v1/webhooks", 422, "invalid_request"),
    ],
)
def test_every_error_is_a_problem(
    client: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    problem(client.request(method, path), status, code)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LedgerUnavailable("postgresql://user:secret@host"), 503, "database_down"),
        (BlobError("secret"), 503, "storage_down"),
        (OSError(28, "secret"), 507, "disk_full"),
        (NotFound("secret"), 404, "not_found"),
        (ZeroDivisionError("secret"), 500, "internal"),
    ],
)
def test_an_error_inside_becomes_a_problem_that_leaks_nothing(
    error: Exception, status: int, code: str
) -> None:
    app = FastAPI()
    app.state.metrics = Metrics()
    errors.install(app)
    app.add_middleware(Front)

    @app.get("/broken")
    async def broken() -> None:
        raise error

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            verify=NO_TLS, transport=transport, base_url="http://t"
        ) as client:
            return await client.get("/broken")

    answer = asyncio.run(ask())
    problem(answer, status, code)
    assert "secret" not in answer.text
