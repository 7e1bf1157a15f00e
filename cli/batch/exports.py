"""Results of a batch in further formats, a file for each document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from cli.console import complain
from cli.rate import progress_bar
from cli.read.formats import formats
from pagesight.client import Client, PagesightError

_ZIP = b"PK\x03\x04"
_PACKED = frozenset({".xlsx", ".zip"})


def save_formats(
    client: Client,
    lines: Iterable[Mapping[str, Any]],
    results: int,
    forms: Sequence[str],
    output: Path,
) -> int:
    """Write each result in each format below `output`; how many could not be made.

    A file that is there already is kept, so that the command can be run again.
    """
    failed = 0
    if not forms:
        return failed
    with progress_bar("files") as bar:
        task = bar.add_task("fetching", total=results * len(forms))
        for line in lines:
            for form in forms:
                failed += not _save(client, line, form, output)
                bar.advance(task)
    return failed


def _save(client: Client, line: Mapping[str, Any], form: str, output: Path) -> bool:
    target = place_of(str(line["custom_id"]), form, output)
    if target.exists() or target.with_suffix(".zip").exists():
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        client.jobs.save(str(line["job_id"]), form, target)
    except PagesightError as error:
        complain(f"{line['custom_id']}: {form} cannot be fetched: {error}")
        return False
    with target.open("rb") as file:
        if file.read(len(_ZIP)) == _ZIP and target.suffix not in _PACKED:
            target.replace(target.with_suffix(".zip"))  # a file for each page
    return True


def place_of(custom_id: str, form: str, output: Path) -> Path:
    """The file of a document: its name below the folder of results, with its own suffix kept.

    A `custom_id` is whatever the caller chose, so no part of it leads out of the folder.
    """
    parts = [each for each in PurePosixPath(custom_id).parts if each not in {"/", "..", "."}]
    name = "/".join(each.replace("\0", "_").replace("\\", "_") for each in parts) or "document"
    return output / f"{name}{formats()[form].extension}"


def unknown_formats(forms: Sequence[str]) -> list[str]:
    """Names that are no formats."""
    return [each for each in forms if each not in formats()]


def parse_formats(given: Sequence[str]) -> list[str]:
    """The names of `-f json,alto -f text`, each once."""
    return list(dict.fromkeys(_names(given)))


def _names(given: Sequence[str]) -> Iterator[str]:
    for each in given:
        yield from (name.strip() for name in each.split(",") if name.strip())
