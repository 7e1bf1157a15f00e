"""Fixtures that every room's tests share."""

import os
import signal
from pathlib import Path

import pytest

from tests.support.parts import require

pytest_plugins = ["tests.support.ledger_fixtures"]

# Shells have what they run in the background ignore Ctrl-C, and so do all processes begun from it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real evaluation pages; PAGESIGHT_TEST_DATA names another place."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PAGESIGHT_TEST_DATA", default))
    require(folder.is_dir(), f"the evaluation pages ({folder})")
    return folder
