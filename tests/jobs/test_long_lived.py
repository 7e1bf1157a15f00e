"""Objects that live as long as the process, and garbage collection."""

import gc

from jobs.long_lived import keep_loaded_objects


def test_loaded_objects_are_walked_by_no_collection() -> None:
    before = gc.get_threshold()
    # Another test of this process may have kept everything else already.
    kept: list[list[int]] = [[] for _ in range(1000)]
    frozen = gc.get_freeze_count()
    gc.set_threshold(700, *before[1:])
    try:
        keep_loaded_objects()
        assert gc.get_freeze_count() >= frozen + len(kept)
        assert gc.get_threshold()[0] > 700
    finally:
        gc.set_threshold(*before)
