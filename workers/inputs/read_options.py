"""Converts a job's stored options to `ReadOptions`."""

from collections.abc import Mapping

from vision.core.errors import BadInput
from vision.core.options import ReadOptions


def read_options(stored: Mapping[str, object]) -> ReadOptions:
    """The options that JSON kept; BadInput `unknown_option` for one that this version lacks."""
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()}
    try:
        return ReadOptions(**values)  # type: ignore[arg-type]  # validated when it was accepted
    except TypeError as error:
        raise BadInput("unknown_option", f"Unknown option: {error}") from error
