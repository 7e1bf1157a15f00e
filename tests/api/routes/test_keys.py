import httpx
import pytest

from jobs.security.audit_log import AuditStore
from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import problem
from tests.support.service import Service


def create(client: httpx.Client, **values: object) -> dict[str, str]:
    body = {"name": "scanner", "scopes": ["jobs:read"], **values}
    answer = client.post("/v1/keys", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


def test_a_key_is_created_used_rotated_and_revoked(tenant: Tenant, service: Service) -> None:
    client = tenant.client
    made = create(client, expires_days=30)
    with service.client(made["secret"]) as scanner:
        assert scanner.get("/v1/jobs").is_success
        problem(scanner.get("/v1/keys"), 403, "forbidden")
    newer = client.post(f"/v1/keys/{made['id']}/rotate", params={"overlap_h": 0}).json()
    assert (newer["name"], newer["scopes"]) == ("scanner", ["jobs:read"])
    with service.client(newer["secret"]) as scanner:
        assert scanner.get("/v1/jobs").is_success
    for _ in range(2):
        assert client.delete(f"/v1/keys/{newer['id']}").status_code == 204
    problem(client.post(f"/v1/keys/{newer['id']}/rotate"), 409, "illegal_move")
    listed = client.get("/v1/keys").json()
    ids = [each["id"] for each in listed["keys"]]
    assert {made["id"], newer["id"], listed["current"]} == set(ids)
    assert made["secret"] not in client.get("/v1/keys").text
    assert next(each for each in listed["keys"] if each["id"] == newer["id"])["revoked_at"]


def test_keys_of_other_tenants_are_not_found(client: httpx.Client, service: Service) -> None:
    made = create(client)
    with service.client(service.key("stranger")) as stranger:
        assert made["id"] not in stranger.get("/v1/keys").text
        problem(stranger.post(f"/v1/keys/{made['id']}/rotate"), 404, "not_found")
        problem(stranger.delete(f"/v1/keys/{made['id']}"), 404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": ""},
        {"name": "a\x07"},
        {"expires_days": 0},
        {"tenant": "another"},
    ],
)
def test_keys_that_cannot_be_are_refused(client: httpx.Client, wrong: dict[str, object]) -> None:
    body = {"name": "scanner", "scopes": ["jobs:read"], **wrong}
    problem(client.post("/v1/keys", json=body), 422, "invalid_request")


def test_the_audit_says_which_key_made_a_key(tenant: Tenant, service: Service) -> None:
    made = create(tenant.client)
    current = tenant.client.get("/v1/keys").json()["current"]
    audit: AuditStore = service.ledger.audit
    events = [each for each in audit.list(tenant=tenant.name) if each.target == made["id"]]
    assert [(each.action, each.actor) for each in events] == [("key.made", current)]
