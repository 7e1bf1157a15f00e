import pytest

from benchmarks.ledger import measure
from jobs.settings import Settings

ASKED = ("list by state", "metrics", "place in the queue", "recover 10,000 lost messages")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_every_case_runs_on_a_made_ledger(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it takes is for the benchmark to judge, on a machine that does nothing else."""
    measure(settings, 3000)
    printed = capsys.readouterr().out
    assert printed.startswith("SQLite, 3,000 jobs made")
    assert all(name in printed for name in ASKED)
