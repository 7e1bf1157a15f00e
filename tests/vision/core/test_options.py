"""Profiles fill in what a caller left open, and nothing else."""

import pytest

from vision.core.options import ReadOptions, with_profile


def test_balanced_is_the_default():
    assert ReadOptions(**with_profile({"profile": "balanced"})) == ReadOptions()
    assert with_profile({}) == {}


@pytest.mark.parametrize(
    ("profile", "option", "value"),
    [("fast", "second_reader", "off"), ("fast", "detectors", ()), ("accurate", "lines", "learned")],
)
def test_a_profile_chooses(profile, option, value):
    assert getattr(ReadOptions(**with_profile({"profile": profile})), option) == value


def test_what_a_caller_chose_himself_stands():
    options = with_profile({"profile": "fast", "detectors": ["coco"], "dpi": 200})
    assert options["detectors"] == ["coco"]
    assert options["second_reader"] == "off"
    assert options["dpi"] == 200


@pytest.mark.parametrize("profile", ["", "slow", None, 3, ["fast"]])
def test_a_profile_that_there_is_not_is_left_for_validation_to_refuse(profile):
    assert with_profile({"profile": profile}) == {"profile": profile}
