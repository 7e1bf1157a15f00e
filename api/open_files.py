"""How many files, and so connections, this process may have open."""

import resource
from typing import Final

_SPARE_FILES: Final = 200  # descriptors that connections leave to the rest of the process


def raise_open_files() -> None:
    """Allow as many open files, and so connections, as the system lets this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def most_connections() -> int:
    """Connections that may be open at a time."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return 1 << 20
    return max(soft - _SPARE_FILES, soft // 2)
