"""Spans of jobs that have ended, where traces are exported."""

import logging
from collections.abc import Sequence

from sqlalchemy import select

from jobs.db import tables
from jobs.db.engine import Database
from jobs.db.mappers import to_job
from jobs.domain.errors import LedgerUnavailable
from jobs.telemetry.tracing import TRACING

_log = logging.getLogger(__name__)


def send_spans(database: Database, job_ids: Sequence[str]) -> None:
    """Send the spans of jobs that have ended; never raises."""
    if not TRACING.on:
        return
    try:
        with database.read() as connection:
            found = select(tables.jobs).where(tables.jobs.c.id.in_(job_ids))
            rows = connection.execute(found).all()
    except LedgerUnavailable:
        _log.warning("spans of jobs that ended are not sent: the ledger is away")
        return
    for row in rows:
        TRACING.job(to_job(row))
