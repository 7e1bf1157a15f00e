"""Options as a caller sends them: a profile chooses, and what he says himself stands."""

import pytest

from api.intake.options import check_options
from api.problems import Problem
from vision.core.options import ReadOptions


def test_without_options_a_job_is_read_as_the_balanced_profile_says():
    assert check_options({}) == check_options({"profile": "balanced"}) == ReadOptions()


def test_a_profile_chooses_what_the_caller_left_open():
    options = check_options({"profile": "fast", "second_reader": "ppocr", "second_below": 0.5})
    assert (options.profile, options.detectors) == ("fast", ())
    assert (options.second_reader, options.second_below) == ("ppocr", 0.5)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"profile": "slow"}, "profile"),
        ({"profile": ["fast"]}, "profile"),
        ({"lines": "magic"}, "lines"),
        ({"second_reader": "lstm"}, "second_reader"),
        ({"second_below": 1.1}, "second_below"),
    ],
)
def test_what_there_is_not_is_refused_by_its_name(given, place):
    with pytest.raises(Problem) as refusal:
        check_options(given)
    assert place in str(refusal.value)


@pytest.mark.parametrize("fields", [["total"], "total", {"properties": {"total": {}}}])
def test_fields_are_asked_for_as_names_or_as_a_schema(fields):
    asked = check_options({"fields": fields}).fields
    assert asked["properties"] == {"total": {}}
    assert check_options({"fields": None}).fields is None


def test_a_schema_that_cannot_be_used_is_refused_with_what_is_expected():
    with pytest.raises(Problem) as refusal:
        check_options({"fields": {"properties": {"lines": {"type": "array"}}}})
    (row,) = refusal.value.extra["errors"]
    assert row["place"] == "fields"
    assert row["expected"] == "a single value for `lines`: arrays are not supported"
