import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from cli.logging_setup import configure_logging
from jobs.db.engine import Database
from jobs.domain.errors import LedgerUnavailable
from jobs.domain.log_context import add_log_fields, logging_with
from jobs.migrations.revision import is_usable
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from vision.core.errors import EngineFailure

ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = hooks
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
        assert is_usable(database)
    finally:
        database.close()
    assert stream.getvalue() == ""


def test_celery_speaks_up_only_when_something_is_wrong() -> None:
    stream = io.StringIO()
    configure_logging("info", stream)
    logging.getLogger("celery.worker.strategy").info("Task received")
    assert stream.getvalue() == ""


def test_addresses_that_are_fetched_stay_out() -> None:
    stream = io.StringIO()
    configure_logging("info", stream)
    logging.getLogger("httpx").info("HTTP Request: GET https://bucket/x?X-Amz-Signature=secret")
    assert stream.getvalue() == ""


def test_the_fields_of_a_request_or_task_are_on_each_of_its_lines() -> None:
    stream = io.StringIO()
    configure_logging("info", stream)
    log = logging.getLogger("any.library")
    with logging_with(job_id="job_1", tenant="a"):
        add_log_fields(page=2)
        log.info("inside")
        with logging_with(job_id="job_2"):
            log.info("deeper", extra={"page": 3})
    log.info("outside")
    inside, deeper, outside = map(json.loads, stream.getvalue().splitlines())
    assert (inside["job_id"], inside["tenant"], inside["page"]) == ("job_1", "a", 2)
    assert (deeper["job_id"], deeper["tenant"], deeper["page"]) == ("job_2", "a", 3)
    assert not {"job_id", "tenant", "page"} & outside.keys()


def test_what_nothing_caught_is_a_line_like_any_other() -> None:
    script = (
        "import threading\n"
        "from cli.logging_setup import configure_logging\n"
        "configure_logging('info')\n"
        "thread = threading.Thread(target=lambda: 1 / 0)\n"
        "thread.start()\n"
        "thread.join()\n"
        "raise ValueError('name: Jane Doe')\n"
    )
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [line["level"] for line in lines] == ["critical", "critical"]
    assert "ZeroDivisionError" in lines[0]["error"]
    assert "ValueError" in lines[1]["error"]
    assert "Jane" not in ran.stderr
    assert ran.returncode == 1


def test_errors_of_the_database_carry_no_values(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    try:
        with pytest.raises(LedgerUnavailable) as refused, database.read() as connection:
            connection.execute(text("SELECT * FROM nothing WHERE name = :name"), {"name": "Jane"})
    finally:
        database.close()
    assert "nothing" in str(refused.value)
    assert "Jane" not in str(refused.value)
