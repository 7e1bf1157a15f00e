"""How commands talk to people: results to standard output, everything else to standard error."""

import os
import sys
from pathlib import Path
from typing import TextIO

from rich.console import Console

# Files and pipes have no width to fit. Wrapped or shortened lines would break paths and remedies
# that a person searches a log for, and a path alone may have 4096 characters.
_UNLIMITED_WIDTH = 100_000


class _Output(Console):
    """Standard output, which a reader such as `head` may close early."""

    def on_broken_pipe(self) -> None:
        """Drop the rest of the output. The command goes on: what it does is not its output."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _width(stream: TextIO) -> int | None:
    return None if stream.isatty() else _UNLIMITED_WIDTH


out = _Output(highlight=False, soft_wrap=True, width=_width(sys.stdout))
err = Console(stderr=True, highlight=False, soft_wrap=True, width=_width(sys.stderr))


def complain(message: str) -> None:
    """Print an error message to standard error."""
    print(f"pagesight: {message}", file=sys.stderr)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun in the right form: `1 file`, `2 files`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def plain(text: str) -> str:
    """Replace characters that could control a terminal; for text that came from outside."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def megabytes(path: Path | None) -> float:
    """Size of a file in millions of bytes; 0 where there is none."""
    return path.stat().st_size / 1e6 if path is not None and path.is_file() else 0.0
