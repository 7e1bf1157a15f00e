"""Readings of a comparison as they come in, so that an interrupted one can be gone on with."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.compare_statistics import Row

Identity = dict[str, str]  # machine, versions and commit that the readings belong to


class ReadingsFile:
    """A line of JSON for the identity, then one for each program's reading of a page.

    Readings of another identity are put aside as `.old.jsonl`: figures of two commits or machines
    never meet in one table.
    """

    def __init__(self, path: Path, identity: Identity, *, anew: bool = False) -> None:
        self._path = path
        kept: list[Row] = []
        if path.exists():
            # What follows the last line break was cut off while it was written.
            said, *rows = path.read_text().rpartition("\n")[0].split("\n")
            if not anew and said == json.dumps(identity):
                kept = [json.loads(row) for row in rows]
            else:
                path.rename(path.with_suffix(".old.jsonl"))
        self._rows: dict[tuple[str, str, str], Row] = {}
        path.write_text(json.dumps(identity) + "\n")
        self.add(kept)

    @property
    def rows(self) -> list[Row]:
        """All readings, each program's last one of each page."""
        return list(self._rows.values())

    def has(self, collection: str, page: str, readers: Iterable[str]) -> bool:
        """Whether all these programs have read the page."""
        return all((collection, page, reader) in self._rows for reader in readers)

    def add(self, rows: Sequence[Row]) -> None:
        """Keep readings, in the file as well."""
        self._rows |= {(row["set"], row["page"], row["reader"]): row for row in rows}
        with self._path.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
