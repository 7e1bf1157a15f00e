"""What a document is and which of its pages a job reads, before any is decoded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from vision.core.errors import EngineFailure
from vision.core.limits import DocumentProbe
from vision.core.options import ANY_LANGUAGE, ReadOptions
from vision.engines.tessdata import find_tessdata, require_languages
from vision.input.page_selection import select_pages


class Prober(Protocol):
    """Identifies a document without decoding it."""

    def probe(self, path: Path) -> DocumentProbe:
        """Media type and pages; BadInput where it cannot be read."""
        ...


def probe_pages(prober: Prober, path: Path, options: ReadOptions) -> tuple[str, Sequence[int]]:
    """The media type of a document and the numbers of the pages to read.

    Raises BadInput for a document that cannot be read, or has none of the pages.
    """
    probe = prober.probe(path)
    return probe.media_type, select_pages(options.pages, probe.pages)


def check_languages(options: ReadOptions, tessdata: Path | None) -> None:
    """Raise BadInput for a language that is not installed in this folder of models.

    Nothing happens where there are no models: a process that reads checks against its own.
    """
    try:
        folder = find_tessdata(str(tessdata) if tessdata else None)
    except EngineFailure:
        return
    if options.languages != ANY_LANGUAGE:
        require_languages(folder, options.languages)
