"""Errors that a person can act on, as one message and an exit code instead of a traceback."""

import re
from collections.abc import Iterator

from cli.exit_codes import Exit

_PREFIX = "PAGESIGHT_"
_DATABASE_REMEDY = (
    "Check PAGESIGHT_DATABASE_URL and PAGESIGHT_DATA_DIR; "
    "`pagesight doctor` checks the whole installation"
)

_SERVICE_LINK = (
    " (Kubernetes sets it for a Service named pagesight: rename that, or set enableServiceLinks "
    "to false)"
)


def explain(error: Exception) -> tuple[str, Exit] | None:
    """Return the message and exit code of an expected error, None for a fault of ours.

    Imports what it compares with only now: most commands end without an error.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from cli.data_folder import UnusableFolder
    from cli.local_ledger import NotMigrated
    from cli.settings import UnknownSetting
    from jobs.domain.errors import LedgerUnavailable
    from jobs.migrations.revision import NewerSchema
    from jobs.telemetry.start_tracing import TracesMissing
    from workers.observability.endpoint import MetricsPortTaken

    if isinstance(error, ValidationError) and error.title == "Settings":
        return "\n".join(_bad_settings(error)), Exit.INSTALLATION
    if isinstance(error, SettingsError):
        return _not_json(error), Exit.INSTALLATION
    known = (NotMigrated, UnknownSetting, UnusableFolder, NewerSchema)
    if isinstance(error, (*known, TracesMissing, MetricsPortTaken)):
        return str(error), Exit.INSTALLATION
    if isinstance(error, LedgerUnavailable):
        return f"{_first_line(error)}. {_DATABASE_REMEDY}", Exit.INSTALLATION
    return None


def _bad_settings(error: Exception) -> Iterator[str]:
    """One line for each setting: its name, the value, and what is allowed."""
    for each in error.errors(include_url=False):  # type: ignore[attr-defined]
        name = _PREFIX + str(each["loc"][0]).upper()
        wanted = str(each["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
        wanted = wanted.partition(", unable")[0]
        found = "cannot be used" if name.endswith("_URL") else f"is {str(each['input'])!r}"
        hint = _SERVICE_LINK if str(each["input"]).startswith("tcp://") else ""
        yield f"{name} {found}, but must be {wanted}{hint}"  # a URL may hold a password


def _not_json(error: Exception) -> str:
    found = re.search(r'field "(\w+)"', str(error))
    name = _PREFIX + found[1].upper() if found else "a setting"
    return f"{name} is not valid JSON. A list is written as '[\"hooks.example.com\"]'"


def _first_line(error: Exception) -> str:
    """The message without the SQL statement that a database driver appends."""
    return str(error).splitlines()[0]
