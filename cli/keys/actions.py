"""`pagesight keys`: create, list, rotate and revoke API keys."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from rich.table import Table

from cli.console import complain, err, out
from cli.exit_codes import Exit
from cli.json_output import print_json
from cli.local_ledger import local_ledger
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.security.api_keys import SCOPES


def create(
    tenant: str,
    scopes: str,
    name: str,
    days: int | None,
    rate_per_s: float | None,
    *,
    as_json: bool = False,
) -> int:
    """Print the new key alone to standard output, for scripts."""
    wanted = tuple(scope.strip() for scope in scopes.split(","))
    if unknown := set(wanted) - set(SCOPES):
        complain(f"unknown scope {', '.join(sorted(unknown))}: choose from {', '.join(SCOPES)}")
        return Exit.USAGE
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    with local_ledger() as ledger:
        try:
            key, secret = ledger.keys.create(
                tenant, wanted, name, expires_at, rate_per_s=rate_per_s
            )
        except ValueError as error:  # a tenant's name, or a scope
            complain(str(error))
            return Exit.USAGE
    if as_json:
        print_json({**asdict(key), "key": secret})
        return Exit.OK
    err.print(f"Created {key.id} for tenant {tenant}. The key is shown only this once:")
    out.print(secret)
    return Exit.OK


def show(*, as_json: bool = False) -> int:
    """List every key with its prefix, tenant, scopes and state."""
    columns = ("id", "prefix", "tenant", "scopes", "rate", "expires", "state", "name")
    table = Table(*columns, box=None)
    with local_ledger() as ledger:
        keys = ledger.keys.list()
    if as_json:
        print_json(list(keys))
        return Exit.OK
    for key in keys:
        expires = f"{key.expires_at:%Y-%m-%d}" if key.expires_at else "never"
        state = "revoked" if key.revoked_at else "valid"
        scopes, rate = ",".join(key.scopes), _rate(key.rate_per_s)
        table.add_row(key.id, key.prefix, key.tenant, scopes, rate, expires, state, key.name)
    out.print(table)
    return Exit.OK


def _rate(rate_per_s: float | None) -> str:
    if rate_per_s is None:
        return "default"
    return f"{rate_per_s:g}/s" if rate_per_s else "no limit"


def rotate(key_id: str, overlap_h: float, *, as_json: bool = False) -> int:
    """Print the replacement of a key alone to standard output."""
    with local_ledger() as ledger:
        try:
            key, secret = ledger.keys.rotate(key_id, overlap_h * 3600)
        except (NotFound, IllegalTransition) as error:
            complain(f"{error}: `pagesight keys list` lists the keys")
            return Exit.FAILED
    if as_json:
        print_json({**asdict(key), "key": secret})
        return Exit.OK
    err.print(f"Created {key.id}; {key_id} expires in {overlap_h:g} h.")
    err.print("The new key is shown only this once:")
    out.print(secret)
    return Exit.OK


def revoke(key_id: str, *, as_json: bool = False) -> int:
    """Revoke one key by its id."""
    with local_ledger() as ledger:
        try:
            ledger.keys.revoke(key_id)
        except NotFound:
            complain(f"no key {key_id}: `pagesight keys list` lists the keys")
            return Exit.FAILED
    if as_json:
        print_json({"revoked": key_id})
    err.print(f"Revoked {key_id}.")
    return Exit.OK
