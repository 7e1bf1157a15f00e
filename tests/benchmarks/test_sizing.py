from pathlib import Path

import pytest

from benchmarks.sizing import Costs, size, table

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "scale.md"


def test_the_page_shows_what_the_costs_give() -> None:
    rows = table([size(rate, 5, Costs()) for rate in (1, 100, 10_000)])
    assert "\n".join(rows) in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rate", "readers", "databases"),
    [(0.1, 1, 1), (8, 1, 1), (8.1, 2, 1), (705, 89, 1), (706, 89, 2)],
)
def test_a_process_more_is_needed_just_above_what_the_others_carry(
    rate: float, readers: int, databases: int
) -> None:
    found = size(rate, 5, Costs())
    assert (found.readers, found.installations) == (readers, databases)


def test_documents_of_many_pages_cost_the_database_less() -> None:
    single, long = size(100, 1, Costs()), size(100, 100, Costs())
    assert single.commits_per_s == 900
    assert long.commits_per_s == 207
    assert single.readers == long.readers
