"""The settings as commands read them: what nobody reads is named, not ignored."""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from dotenv import dotenv_values

from jobs.settings import Settings

PREFIX: Final = "PAGESIGHT_"
# Read by commands, examples and tests, and no settings of the service.
_OTHERS: Final = frozenset({"API_KEY", "SERVER", "TEST_DATA", "TRAINING_PYTHON", "WEBHOOK_SECRET"})
# Kubernetes sets these for a Service named `pagesight`.
_SERVICE_LINK: Final = re.compile(r"SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP)(_\w+)?")


class UnknownSetting(Exception):  # noqa: N818 - says what is the matter
    """A variable that looks like a setting and is none; the message names it."""


def load_settings(**given: Any) -> Settings:
    """Read the settings; `given` override the environment where they are not None.

    Raises UnknownSetting, and pydantic's errors for values that cannot be used.
    """
    _refuse_unknown([*os.environ, *_in_file()])
    return Settings(**{name: value for name, value in given.items() if value is not None})


def api_url(settings: Settings) -> str:
    """The address of this machine's API; a literal IPv6 address has brackets in a URL."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _in_file() -> Iterable[str]:
    file = Path(".env")
    return dotenv_values(file) if file.is_file() else ()


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in names:
        short = name.upper().removeprefix(PREFIX)
        if not name.upper().startswith(PREFIX) or short in known | _OTHERS:
            continue
        if _SERVICE_LINK.fullmatch(short) is None:
            raise UnknownSetting(_advice(name, short, known))


def _advice(name: str, short: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(short, known, n=1, cutoff=0.6)
    hint = f"did you mean {PREFIX}{near[0]}? Otherwise unset it" if near else "unset it"
    return f"{name} is not a setting: {hint}"
