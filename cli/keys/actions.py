"""`pagesight keys`: make, list and revoke API keys."""

from datetime import UTC, datetime, timedelta

from rich.table import Table

from cli.console import complain, err, out
from cli.exit_codes import Exit
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.ledger import open_ledger
from jobs.security.api_keys import SCOPES
from jobs.settings import Settings


def create(tenant: str, scopes: str, name: str, days: int | None, rate_per_s: float | None) -> int:
    """Print the new key alone on standard output, so that a script can take it."""
    wanted = tuple(scope.strip() for scope in scopes.split(","))
    if unknown := set(wanted) - set(SCOPES):
        complain(f"unknown scope {', '.join(sorted(unknown))}: choose from {', '.join(SCOPES)}")
        return Exit.USAGE
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    ledger = open_ledger(Settings())
    key, secret = ledger.keys.create(tenant, wanted, name, expires_at, rate_per_s=rate_per_s)
    ledger.close()
    err.print(f"Made {key.id} for tenant {tenant}. It is shown only now:")
    out.print(secret)
    return Exit.OK


def show() -> int:
    """List every key with its prefix, tenant, scopes and state."""
    ledger = open_ledger(Settings())
    columns = ("id", "prefix", "tenant", "scopes", "rate", "expires", "state", "name")
    table = Table(*columns, box=None)
    for key in ledger.keys.list():
        expires = f"{key.expires_at:%Y-%m-%d}" if key.expires_at else "never"
        state = "revoked" if key.revoked_at else "valid"
        scopes, rate = ",".join(key.scopes), _told(key.rate_per_s)
        table.add_row(key.id, key.prefix, key.tenant, scopes, rate, expires, state, key.name)
    ledger.close()
    out.print(table)
    return Exit.OK


def _told(rate_per_s: float | None) -> str:
    if rate_per_s is None:
        return "usual"
    return f"{rate_per_s:g}/s" if rate_per_s else "no limit"


def rotate(key_id: str, overlap_h: float) -> int:
    """Print the key that takes another one's place alone on standard output."""
    ledger = open_ledger(Settings())
    try:
        key, secret = ledger.keys.rotate(key_id, overlap_h * 3600)
    except (NotFound, IllegalTransition) as error:
        complain(f"{error}: `pagesight keys list` shows what there is")
        return Exit.FAILED
    finally:
        ledger.close()
    err.print(f"Made {key.id}; {key_id} ends in {overlap_h:g} h. The new one is shown only now:")
    out.print(secret)
    return Exit.OK


def revoke(key_id: str) -> int:
    """Revoke one key by its id."""
    ledger = open_ledger(Settings())
    try:
        ledger.keys.revoke(key_id)
    except NotFound:
        complain(f"there is no key {key_id}: `pagesight keys list` shows them")
        return Exit.FAILED
    finally:
        ledger.close()
    err.print(f"{key_id} is revoked.")
    return Exit.OK
