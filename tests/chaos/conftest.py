"""Short forms by default; CHAOS=full makes them long. CHAOS_REPORT names the report's folder."""

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos.books import Books
from tests.chaos.fleet import Fleet
from tests.chaos.report import Entry, Note, Scale, write
from tests.support.postgres import Cluster, running_cluster
from tests.support.workplace import Workplace

PAGE_LIMIT_S = 10.0
_entries: list[Entry] = []


@pytest.fixture(scope="session")
def scale() -> Scale:
    return Scale(os.environ.get("CHAOS") == "full")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """API, control worker and two readers with the engine of doubles, over SQLite."""
    folder = tmp_path_factory.mktemp("service")
    with (
        Workplace(folder, page_timeout_s=PAGE_LIMIT_S, lease_s=3) as place,
        Fleet(place, seed=6) as fleet,
    ):
        fleet.add_api()
        fleet.add_workers(readers=2, builder="build_double_engine")
        yield fleet


@pytest.fixture
def fleet(service: Fleet) -> Fleet:
    """The service with all its members alive, and nothing that befell them remembered."""
    service.await_ready()
    service.await_api()
    service.forget()
    return service


@pytest.fixture
def note() -> Note:
    """Put a scenario's figures in the report."""

    def keep(
        statement: int,
        title: str,
        done_to_it: str,
        books: Books | None = None,
        figures: str = "",
        fleet: Fleet | None = None,
    ) -> None:
        blows = list(fleet.blows) if fleet else []
        _entries.append(Entry(statement, title, done_to_it, books, figures, blows))
        _write_report()

    return keep


def _write_report() -> None:
    """Write what is known so far: a long run may be broken off."""
    folder = os.environ.get("CHAOS_REPORT")
    if folder:
        form = "Full" if os.environ.get("CHAOS") == "full" else "Short"
        head = (
            f"# What held when it was struck\n\n{form} forms, {datetime.now(UTC):%Y-%m-%d %H:%M} "
            f"UTC, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
            f"Python {platform.python_version()}."
        )
        write(_entries, Path(folder), head)
