from benchmarks.fields.readings import ReadPage
from benchmarks.fields.receipts import tally
from tests.support.printed import page_of

TRUE = {"company": "HALL LTD", "date": "05/08/2017", "address": "", "total": "RM 13.25"}


def read(*rows: str) -> ReadPage:
    return ReadPage("one", "even", page_of(*rows), {"fields": TRUE})


def test_fields_are_compared_by_letters_and_digits_and_totals_as_numbers() -> None:
    result = tally([read("Hall, Ltd.", "05/08/2017", "Total: 13.25")])
    assert {kind: score.f1 for kind, score in result.scores.items()} == {
        "company": 1.0, "date": 1.0, "address": 1.0, "total": 1.0,
    }  # fmt: skip
    assert result.misses == []
    assert result.strict["date"].f1 == 1.0
    assert result.strict["total"].f1 == 0.0


def test_what_is_not_found_and_what_is_wrong_are_listed() -> None:
    result = tally([read("Total: 13.26")])
    assert [(miss.kind, miss.found) for miss in result.misses if miss.true] == [
        ("company", ""), ("date", ""), ("total", "13.26"),
    ]  # fmt: skip
    assert (result.scores["total"].matched, result.scores["total"].found) == (0, 1)
    assert sum(result.legible.values()) == 0
