import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.logging_setup import configure_logging
from jobs.db.engine import Database
from jobs.migrations.revision import is_current
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from vision.core.errors import EngineFailure


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(stream: io.StringIO, error: Exception | None = None) -> str:
    configure_logging("info", stream)
    log = logging.getLogger("workers.test")
    fields = {"job_id": "job_1", "page": 3}
    log.info("read in %d ms", 7, extra=fields)
    if error is not None:
        try:
            raise error
        except type(error):
            log.exception("not read", extra=fields)
    log.debug("too fine")
    return stream.getvalue()


def test_away_from_a_terminal_each_line_is_json_with_its_job_and_page() -> None:
    lines = logged(io.StringIO()).splitlines()
    entry = json.loads(lines[0])
    assert len(lines) == 1
    assert (entry["message"], entry["level"]) == ("read in 7 ms", "info")
    assert (entry["job_id"], entry["page"]) == ("job_1", 3)


def test_on_a_terminal_lines_are_plain() -> None:
    assert logged(Terminal()).rstrip().endswith("INFO read in 7 ms job_id=job_1 page=3")


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_the_message_of_a_foreign_error_may_quote_a_document_and_stays_out(
    stream: type[io.StringIO],
) -> None:
    text = logged(stream(), ValueError("name: Jane Doe"))
    assert "Jane" not in text
    assert "ValueError" in text
    assert "test_logging_setup.py" in text


def test_the_message_of_an_error_of_ours_is_kept() -> None:
    assert "no driver" in logged(io.StringIO(), EngineFailure("provider_missing", "no driver"))


def test_looking_up_the_version_of_the_tables_logs_nothing(tmp_path: Path) -> None:
    """Each probe of `/readyz` does it."""
    settings = Settings(_env_file=None, data_dir=tmp_path)
    migrate(settings)
    database = Database(settings.sqlalchemy_url)
    stream = io.StringIO()
    configure_logging("info", stream)
    try:
        assert is_current(database)
    finally:
        database.close()
    assert stream.getvalue() == ""


def test_celery_speaks_up_only_when_something_is_wrong() -> None:
    stream = io.StringIO()
    configure_logging("info", stream)
    logging.getLogger("celery.worker.strategy").info("Task received")
    assert stream.getvalue() == ""
