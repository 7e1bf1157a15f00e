"""Fixtures that every room's tests share."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from jobs.domain.log_context import logging_with
from tests.support import distribution
from tests.support.parts import require

if TYPE_CHECKING:
    from xdist.remote import Producer

MAX_BYTES_IN_ID = 40
# A busy machine may pause any example for longer than a deadline. CI draws the same examples in
# each run, so that it judges the change at hand; new ones are found on developers' machines.
hypothesis.settings.register_profile(
    "untimed",
    hypothesis.settings(),
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("untimed")

pytest_plugins = ["tests.support.ledger_fixtures"]

# Shells have what they run in the background ignore Ctrl-C, and so do all processes begun from it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The suite starts hundreds of processes. Without bytecode on disk each compiles the service again,
# and pytest rewrites the assertions of every test module again: two thirds of the collection.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.fixture(autouse=True)
def _own_log_fields() -> Iterator[None]:
    """Work that a test does without a task around it leaves nothing on the next test's lines."""
    with logging_with():
        yield


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real evaluation pages; PAGESIGHT_TEST_DATA names another place."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PAGESIGHT_TEST_DATA", default))
    require(folder.is_dir(), f"the evaluation pages ({folder})")
    return folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return distribution.workers()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: "Producer"
) -> distribution.ByModule | None:
    """Leave every other `--dist` to pytest-xdist."""
    return distribution.ByModule(config, log) if config.option.dist == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = distribution.longest_first(items)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name files by their argument: their bytes may hold the time, and all workers must agree."""
    return argname if isinstance(val, bytes) and len(val) > MAX_BYTES_IN_ID else None
