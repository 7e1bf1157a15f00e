"""How commands talk to people: results to standard output, everything else to standard error."""

import sys
from pathlib import Path

from rich.console import Console

# Without a terminal to fit, tables may be as wide as their longest remedy.
_PIPED_WIDTH = 200

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def complain(message: str) -> None:
    """Say on standard error what is wrong."""
    print(f"pagesight: {message}", file=sys.stderr)


def megabytes(path: Path | None) -> float:
    """Size of a file in millions of bytes; 0 where there is none."""
    return path.stat().st_size / 1e6 if path is not None and path.is_file() else 0.0
