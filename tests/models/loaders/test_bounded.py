"""Values are loaded once, side by side, and only so many stay loaded."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.loaders.bounded import BoundedLoader
from tests.support.patience import PATIENCE_S


class Counting:
    """Loads a key as a new object, and counts how often."""

    def __init__(self):
        self.loaded: list[str] = []

    def __call__(self, key: str) -> object:
        self.loaded.append(key)
        return object()


def test_a_value_is_loaded_once():
    load = Counting()
    values = BoundedLoader(load, 2)
    assert values.get("a") is values.get("a")
    assert load.loaded == ["a"]


def test_none_is_a_value_and_is_loaded_once():
    loaded = []
    values = BoundedLoader(loaded.append, 2)
    assert values.get("a") is None
    assert values.get("a") is None
    assert loaded == ["a"]


@pytest.mark.parametrize(
    ("gets", "loaded"),
    [
        pytest.param("abab", "ab", id="both fit"),
        pytest.param("abca", "abca", id="the oldest is evicted"),
        pytest.param("abacab", "abcb", id="a use makes it the newest"),
    ],
)
def test_the_least_recently_used_value_is_evicted(gets, loaded):
    load = Counting()
    values = BoundedLoader(load, 2)
    for key in gets:
        values.get(key)
    assert "".join(load.loaded) == loaded


def test_threads_that_need_the_same_key_load_it_once():
    load = Counting()
    values = BoundedLoader(load, 2)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(values.get, "a" * 64))
    assert load.loaded == ["a"]
    assert len(set(map(id, found))) == 1


def test_a_key_that_loads_slowly_delays_no_other():
    slow_began, may_end = threading.Event(), threading.Event()

    def load(key: str) -> str:
        if key == "slow":
            slow_began.set()
            assert may_end.wait(PATIENCE_S)
        return key.upper()

    values = BoundedLoader(load, 1)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(values.get, "slow")
        assert slow_began.wait(PATIENCE_S)
        try:
            assert pool.submit(values.get, "quick").result(PATIENCE_S) == "QUICK"
            assert not slow.done()
        finally:
            may_end.set()
        assert slow.result(PATIENCE_S) == "SLOW"


def test_a_failure_passes_through_and_is_tried_again():
    attempts = []

    def load(key: str) -> str:
        attempts.append(key)
        if len(attempts) == 1:
            raise ValueError(key)
        return key

    values = BoundedLoader(load, 2)
    with pytest.raises(ValueError, match="a"):
        values.get("a")
    assert values.get("a") == "a"
    assert values.get("a") == "a"
    assert attempts == ["a", "a"]


def test_a_failed_key_takes_no_place_from_the_loaded_ones():
    def load(key: str) -> object:
        if key.startswith("unknown"):
            raise ValueError(key)
        return object()

    values = BoundedLoader(load, 1)
    kept = values.get("a")
    for number in range(3):
        with pytest.raises(ValueError, match="unknown"):
            values.get(f"unknown {number}")
    assert values.get("a") is kept
