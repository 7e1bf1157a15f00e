"""No route of the API answers a stranger, and none does more for a key than its scopes say."""

import re

import httpx
import pytest

from tests.api.routes.test_create_job import problem
from tests.support.service import Service

OTHERS = re.compile("webhooks|/keys")  # what is not of jobs
GUARDED = (
    *("/v1/jobs", "/v1/batches", "/v1/webhooks", "/v1/capabilities", "/v1/keys"),
    *("/v1/usage", "/v1/history", "/v1/checks"),
)
OPEN = ("/healthz", "/readyz", "/metrics", "/v1/schema", "/problems", "/docs", "/openapi.json", "/")


def routes(service: Service) -> list[tuple[str, str]]:
    """Method and path of all that is not for everybody."""
    with service.client() as nobody:
        paths = nobody.get("/openapi.json").json()["paths"]
    guarded = [path for path in paths if path.startswith(GUARDED)]
    others = set(paths) - set(guarded)
    assert all(path == "/" or path.startswith(OPEN[:-1]) for path in others), others
    return [(method.upper(), path) for path in guarded for method in paths[path]]


def reads(method: str, path: str) -> bool:
    """Whether a route only reads; a text to be verified comes in a body."""
    return method == "GET" or path.endswith("/verify")


def ask(client: httpx.Client, method: str, path: str) -> httpx.Response:
    body = {"json": {}} if method in {"POST", "PATCH", "PUT"} else {}
    filled = path.replace("{n}", "1").replace("{number}", "1")
    return client.request(method, filled.replace("{", "").replace("}", ""), **body)


def test_no_route_answers_without_a_key(service: Service) -> None:
    found = routes(service)
    assert len(found) > 25
    with service.client() as nobody:
        for method, path in found:
            problem(ask(nobody, method, path), 401, "unauthorised")


@pytest.mark.parametrize(
    ("scope", "mine"),
    [
        ("jobs:read", lambda method, path: reads(method, path) and not OTHERS.search(path)),
        ("jobs:write", lambda method, path: not reads(method, path) and not OTHERS.search(path)),
        ("webhooks", lambda method, path: "webhooks" in path),
    ],
)
def test_a_scope_opens_its_own_routes_alone(service: Service, scope: str, mine: object) -> None:
    assert callable(mine)
    with service.client(service.key("scoped", scope)) as client:
        for method, path in routes(service):
            answer = ask(client, method, path)
            said = (scope, method, path, answer.text)
            assert (answer.status_code != 403) is mine(method, path), said
            assert answer.status_code < 500, said
