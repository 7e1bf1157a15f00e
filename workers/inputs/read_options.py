"""Converts a job's stored options to `ReadOptions`."""

from collections.abc import Mapping

from vision.core.errors import EngineFailure
from vision.core.options import ReadOptions


def read_options(stored: Mapping[str, object]) -> ReadOptions:
    """The options that JSON kept.

    Raises EngineFailure `unknown_option` for one that this version lacks: a newer API accepted it
    during an upgrade, and a worker of that version can read it.
    """
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()}
    try:
        return ReadOptions(**values)  # type: ignore[arg-type]  # validated when it was accepted
    except TypeError as error:
        message = f"Unknown option ({error}): upgrade this worker to the version of the API."
        raise EngineFailure("unknown_option", message) from error
