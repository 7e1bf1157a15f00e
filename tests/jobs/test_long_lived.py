"""Objects that live as long as the process, and garbage collection."""

import gc

from jobs.long_lived import keep_loaded_objects


def test_loaded_objects_are_walked_by_no_collection() -> None:
    before = gc.get_threshold()
    frozen = gc.get_freeze_count()
    try:
        keep_loaded_objects()
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold()[0] > before[0]
    finally:
        gc.set_threshold(*before)
