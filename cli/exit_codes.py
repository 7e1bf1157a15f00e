"""Exit codes of `pagesight`; docs/reference/cli.md explains each to users."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, stable for scripts."""

    OK = 0
    FAILED = 1  # a document could not be read, or the command did not succeed
    USAGE = 2  # the command line is wrong (also what the argument parser uses)
    PARTIAL = 3  # every document has a result, but some pages failed
    INSTALLATION = 4  # something is missing or broken here: ask `pagesight doctor`
    INTERRUPTED = 130  # Ctrl-C, as shells count it
