"""Logs of every process: plain lines on a terminal, JSON lines anywhere else.

Neither secrets nor text of documents may stand in them, so of an exception only where it was
raised and its type are logged, and its message only where we or the system wrote it.
"""

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from jobs.domain.errors import LedgerError
from jobs.domain.log_context import log_fields
from vision.core.errors import VisionError

FIELDS = ("job_id", "batch_id", "page", "delivery_id", "tenant", "worker")  # of `extra=`
_SAFE_MESSAGES = (OSError, VisionError, LedgerError)
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send everything from `level` up to `stream`; what libraries say from warnings up.

    Without `stream` to standard error. Of libraries: Alembic says which database it talks to
    whenever `/readyz` asks for the version of the tables, and httpx says whole URLs, whose queries
    may be signatures. Uncaught exceptions are logged too.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter() if stream.isatty() else JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("alembic", "celery", "kombu", "httpx", "httpcore", "PIL"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))
    # Celery writes a failed task's exception with its message; workers/tasks.py logs it our way.
    logging.getLogger("celery.app.trace").setLevel(logging.CRITICAL)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def _log_uncaught(
    kind: type[BaseException], error: BaseException, frames: TracebackType | None
) -> None:
    logging.getLogger(__name__).critical("uncaught exception", exc_info=(kind, error, frames))


class PlainFormatter(logging.Formatter):
    """One line for a person: time, level, message, fields."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The line, with the fields that the record carries at its end."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        return f"{super().formatMessage(record)} {fields}".rstrip()

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - logging's own name
        """Where it was raised, and its type."""
        return describe(ei)


class JsonFormatter(logging.Formatter):
    """One JSON object a line for a machine."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            entry["error"] = describe(record.exc_info)
        return json.dumps(entry, default=str)


def describe(exc_info: _ExcInfo) -> str:
    """The frames of an exception and its type, with its message where that is safe to log."""
    kind, error, frames = exc_info
    if kind is None:
        return ""
    message = f": {error}" if isinstance(error, _SAFE_MESSAGES) else ""
    return "".join(traceback.format_tb(frames)) + kind.__name__ + message


def _fields(record: logging.LogRecord) -> dict[str, object]:
    own = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    return {**log_fields(), **own}
