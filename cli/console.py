"""How commands talk to people: results to standard output, everything else to standard error."""

import os
import sys
from pathlib import Path

from rich.console import Console

# Without a terminal to fit, tables may be as wide as their longest remedy.
_PIPED_WIDTH = 200


class _Output(Console):
    """Standard output, which a reader such as `head` may close early."""

    def on_broken_pipe(self) -> None:
        """Drop the rest of the output. The command goes on: what it does is not its output."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


out = _Output(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


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
