"""Re-encrypts webhook secrets: those that earlier versions kept in plain, and under a new key."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, update

from jobs.db import tables
from jobs.db.engine import Database
from jobs.webhooks.secret_box import SecretKeyMissing, SecretKeys, is_sealed, key_name_of

_ENDPOINTS = tables.endpoints.c


def seal_plain(connection: Connection, keys: SecretKeys) -> int:
    """Encrypt plain secrets; return how many. Nothing is done where no key may be created.

    Those stay as they were, and still sign, until there is a key.
    """
    kept = _kept(connection)
    if not any(not is_sealed(each) for each in kept):
        return 0
    try:
        if keys.current() is None:
            keys.make_first(others=any(map(is_sealed, kept)))
    except SecretKeyMissing:
        return 0
    return _reseal(connection, keys, lambda secret: not is_sealed(secret))


def use_new_key(database: Database, keys: SecretKeys) -> int:
    """Add a key and seal every secret with it; return how many. The old keys stay in the file.

    A process that is just making a secret may still use an old one: `forget_old_keys` is for
    later. Raises SecretKeyMissing where a secret cannot be opened; nothing is changed then.
    """
    keys.add()
    return seal_all(database, keys)


def seal_all(database: Database, keys: SecretKeys) -> int:
    """Seal with the newest key what is not; return how many secrets."""
    newest = keys.current()
    with database.write() as connection:
        return _reseal(
            connection, keys, lambda each: not is_sealed(each) or key_name_of(each) != newest
        )


def forget_old_keys(database: Database, keys: SecretKeys) -> int:
    """Take keys that no secret is sealed with out of the file; return how many."""
    with database.read() as connection:
        used = frozenset(key_name_of(each) for each in _kept(connection) if is_sealed(each))
    return keys.keep(used)


def _kept(connection: Connection) -> list[str]:
    rows = connection.execute(select(_ENDPOINTS.secrets)).scalars()
    return [each["secret"] for row in rows for each in row]


def _reseal(connection: Connection, keys: SecretKeys, which: Callable[[str], bool]) -> int:
    count = 0
    found = select(_ENDPOINTS.id, _ENDPOINTS.secrets).with_for_update()
    for row in connection.execute(found).all():
        if not any(which(each["secret"]) for each in row.secrets):
            continue
        sealed = [_sealed(keys, row.id, each, which) for each in row.secrets]
        count += sum(old != new for old, new in zip(row.secrets, sealed, strict=True))
        mine = update(tables.endpoints).where(_ENDPOINTS.id == row.id)
        connection.execute(mine.values(secrets=sealed))
    return count


def _sealed(
    keys: SecretKeys, endpoint_id: str, kept: dict[str, Any], which: Callable[[str], bool]
) -> dict[str, Any]:
    secret = kept["secret"]
    if not which(secret):
        return kept
    plain = keys.open(secret, endpoint_id) if is_sealed(secret) else secret
    return kept | {"secret": keys.seal(plain, endpoint_id)}
