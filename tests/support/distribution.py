"""How pytest-xdist shares the tests out: what starts a service together runs in one worker."""

import os
from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadScopeScheduling

# Every test brings its own parts, and some take long: each may run anywhere.
SPLIT = (
    "tests/chaos/test_disk.py",
    "tests/chaos/test_sessions.py",
    "tests/jobs/test_ledger_machine.py",
)
# The longest first, so that none of them is what the others wait for at the end.
FIRST = ("tests/jobs/test_ledger_machine.py", "tests/chaos/", "tests/workers/processes/")
MOST_WORKERS = 8  # each may start a PostgreSQL and a service of its own


class ByModule(LoadScopeScheduling):
    """One unit of work per module, for its fixtures, or per test of those that have none."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return nodeid if module in SPLIT else module


def workers() -> int:
    """One more than there are cores, as the chaos tests mostly wait, and no more than eight."""
    return min(len(os.sched_getaffinity(0)) + 1, MOST_WORKERS)


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same tests, those of FIRST before all others."""
    return sorted(items, key=lambda item: not item.nodeid.startswith(FIRST))
