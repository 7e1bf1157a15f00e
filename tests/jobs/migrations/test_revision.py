"""Which versions of the code and of the tables work together."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from jobs.domain.errors import LedgerUnavailable
from jobs.ledger import Ledger
from jobs.migrations import revision
from jobs.migrations.revision import NewerSchema, Schema, find_schema, is_usable
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings

KNOWN = revision.known_revisions()
HEAD = KNOWN[0]
CASES = [
    (HEAD, Schema.CURRENT),
    ("0001", Schema.OLDER),
    ("9999", Schema.NEWER),
    (f"9999_needs_{HEAD}", Schema.NEWER),
    ("9999_needs_0001", Schema.NEWER),
    ("9999_needs_9998", Schema.TOO_NEW),
]


def set_revision(ledger: Ledger, number: str | None) -> None:
    with ledger.database.write() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if number is not None:
            connection.execute(text("INSERT INTO alembic_version VALUES (:n)"), {"n": number})


@pytest.fixture
def ledger(ledger: Ledger) -> Iterator[Ledger]:
    """Set back in the end: tests empty the tables of their database on PostgreSQL, not this one."""
    yield ledger
    set_revision(ledger, HEAD)


@pytest.mark.parametrize(("found", "schema"), CASES)
def test_tables_are_usable_when_they_are_mine_or_newer_and_compatible(
    ledger: Ledger, found: str | None, schema: Schema
) -> None:
    set_revision(ledger, found)
    assert find_schema(ledger.database) is schema
    assert is_usable(ledger.database) == (schema in {Schema.CURRENT, Schema.NEWER})


def test_a_roll_back_leaves_newer_tables_as_they_are(ledger: Ledger, settings: Settings) -> None:
    set_revision(ledger, "9999")
    migrate(settings)
    assert find_schema(ledger.database) is Schema.NEWER


def test_a_roll_back_past_what_the_tables_need_is_refused_in_a_sentence(
    ledger: Ledger, settings: Settings
) -> None:
    set_revision(ledger, "9999_needs_9998")
    with pytest.raises(NewerSchema, match="install that version"):
        migrate(settings)


def test_what_a_revision_needs_is_known_and_never_falls_behind() -> None:
    oldest = KNOWN[-1]
    for number in reversed(KNOWN):
        stated = revision._NEEDS.search(number)
        needed = stated[1] if stated else oldest
        assert KNOWN.index(needed) <= KNOWN.index(oldest), number
        oldest = needed


@pytest.mark.parametrize("others", [[], ["9998", "9999"]], ids=["none", "two"])
def test_tables_that_do_not_say_of_which_version_they_are_stay_as_they_are(
    ledger: Ledger, settings: Settings, others: list[str]
) -> None:
    set_revision(ledger, None)
    with ledger.database.write() as connection:
        for number in others:
            connection.execute(text("INSERT INTO alembic_version VALUES (:n)"), {"n": number})
    with pytest.raises(LedgerUnavailable, match=" and ".join(others) or "no version"):
        migrate(settings)
