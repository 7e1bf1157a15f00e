"""A blob store that is away."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unmounted(folder: Path) -> Iterator[None]:
    """Leave an empty folder where the store was, as a mount that is lost does."""
    away = folder.with_name("away")
    folder.rename(away)
    folder.mkdir()
    yield
    shutil.rmtree(folder)
    away.rename(folder)
