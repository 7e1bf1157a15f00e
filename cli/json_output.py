"""`--json`: what a command found, as JSON on standard output for scripts."""

import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead, for scripts.")]


def print_json(value: object) -> None:
    """Print a value as one line; entities as objects, times in ISO 8601."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
