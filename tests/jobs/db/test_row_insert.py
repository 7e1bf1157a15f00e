from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, select

from jobs.db import row_insert, tables
from jobs.db.row_insert import RowInsert
from jobs.domain.events import JobEventKind
from jobs.ledger import Ledger
from tests.support.ledgers import created

EACH = ("sequence", "kind", "data")
MOMENT = datetime(2030, 5, 1, 14, 30, 0, 123456, timezone(timedelta(hours=2)))
ROWS: list[tuple[Any, ...]] = [
    (2, JobEventKind.JOB_RUNNING, {"text": 'ä "%s" ? \x7f', "list": [1, None, 2.5]}),
    (3, "later.kind", {}),
    (4, "x", {"deep": {"a": [True]}}),
    (5, "%(data)s", {}),
]


def kept(ledger: Ledger, job_id: str) -> list[tuple[Any, ...]]:
    columns = tables.events.c
    mine = select(*(columns[name] for name in (*EACH, "at"))).where(columns.job_id == job_id)
    with ledger.database.read() as connection:
        found = connection.execute(mine.where(columns.sequence > 1).order_by(columns.sequence))
        return [tuple(row) for row in found]


@pytest.mark.parametrize("at_once", [30_000, 7])  # all in one statement, and one to a statement
def test_rows_are_kept_as_any_other_insert_keeps_them(
    ledger: Ledger, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_insert, "_MOST_PARAMETERS", at_once)
    many, one = created(ledger), created(ledger)
    with ledger.database.write() as connection:
        add = RowInsert(tables.events, EACH, ("job_id", "at"))
        add(connection, ROWS, {"job_id": many.id, "at": MOMENT})
        for row in ROWS:
            values = {**dict(zip(EACH, row, strict=True)), "job_id": one.id, "at": MOMENT}
            connection.execute(insert(tables.events), values)
    assert kept(ledger, many.id) == kept(ledger, one.id)
    assert len(kept(ledger, many.id)) == len(ROWS)


def test_no_rows_are_no_statement(ledger: Ledger) -> None:
    job = created(ledger)
    before = kept(ledger, job.id)
    with ledger.database.write() as connection:
        add = RowInsert(tables.events, EACH, ("job_id", "at"))
        add(connection, [], {"job_id": job.id, "at": MOMENT})
    assert kept(ledger, job.id) == before
