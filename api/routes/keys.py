"""API keys of the caller's tenant: list, create, rotate, revoke."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.schemas.keys import KeyList, KeyOut, KeyWithSecret, NewKey
from api.security.auth import Admin
from api.services import ServicesDep
from jobs.security.api_keys import ApiKey

router = keyed_router("/v1/keys", "keys")


@router.get("", operation_id="listKeys", summary="List API keys")
def list_keys(services: ServicesDep, key: Admin) -> KeyList:
    """All keys of the tenant, revoked ones too, without their secrets."""
    found = services.ledger.keys.list(key.tenant)
    return KeyList(keys=[KeyOut.model_validate(_shown(each)) for each in found], current=key.id)


@router.post(
    "",
    operation_id="createKey",
    summary="Create an API key",
    status_code=201,
    responses=guarded("bad_json", "invalid_request", "too_large"),
)
def create_key(services: ServicesDep, key: Admin, body: NewKey) -> KeyWithSecret:
    """The response contains the key, this once; store it."""
    expires_at = None
    if body.expires_days is not None:
        expires_at = services.ledger.clock() + timedelta(days=body.expires_days)
    made, text = services.ledger.keys.create(
        key.tenant, body.scopes, body.name, expires_at, by=key.id
    )
    return KeyWithSecret(**_shown(made), secret=text)


@router.post(
    "/{key_id}/rotate",
    operation_id="rotateKey",
    summary="Replace an API key",
    status_code=201,
    responses=guarded("not_found", "illegal_move", "invalid_request"),
)
def rotate_key(
    services: ServicesDep,
    key: Admin,
    key_id: str,
    overlap_h: Annotated[
        float, Query(ge=0, le=720, description="Hours that the old key stays valid.")
    ] = 24,
) -> KeyWithSecret:
    """A new key like the old one, which ends after the overlap."""
    services.ledger.keys.get(key.tenant, key_id)
    made, text = services.ledger.keys.rotate(key_id, overlap_h * 3600, by=key.id)
    return KeyWithSecret(**_shown(made), secret=text)


@router.delete(
    "/{key_id}",
    operation_id="revokeKey",
    summary="Revoke an API key",
    status_code=204,
    responses=guarded("not_found"),
)
def revoke_key(services: ServicesDep, key: Admin, key_id: str) -> None:
    """It works for at most 5 more seconds. Idempotent."""
    services.ledger.keys.get(key.tenant, key_id)
    services.ledger.keys.revoke(key_id, by=key.id)


def _shown(key: ApiKey) -> dict[str, object]:
    return {name: getattr(key, name) for name in KeyOut.model_fields}
