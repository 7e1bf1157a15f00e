"""Adds the texts of pages to the index that searches read."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, literal_column

from jobs.db import tables
from jobs.domain.text_search import words_of

LONGEST_TEXT: Final = 200_000  # characters; PostgreSQL's tsvector holds a megabyte
# No language's stems and stop words: documents are in any language, and have numbers and names.
CONFIGURATION: Final[ColumnElement[Any]] = literal_column("'simple'::regconfig")

_TEXTS = tables.page_texts.c


def add_page_texts(
    connection: Connection, tenant: str, job_id: str, pages: Sequence[tuple[int, str]]
) -> None:
    """Index pages of a job by number and text, in place of what is there of them."""
    owner = owner_word(tenant)
    numbers = [number for number, _ in pages]
    mine = (_TEXTS.job_id == job_id) & _TEXTS.number.in_(numbers)
    connection.execute(delete(tables.page_texts).where(mine))
    rows = [
        {"job_id": job_id, "number": number, "owner": owner, "text": _storable(text)}
        for number, text in pages
        if text.strip()
    ]
    if not rows:
        return
    add = insert(tables.page_texts)
    if connection.dialect.name == "postgresql":
        add = add.values(words=func.to_tsvector(CONFIGURATION, bindparam("searched")))
        rows = [row | {"searched": f"{owner} {words_of(str(row['text']))}"} for row in rows]
    connection.execute(add, rows)


def owner_word(tenant: str) -> str:
    """Return a word that stands for a tenant in the index, so that it reads no one else's pages."""
    return "t" + hashlib.sha256(tenant.encode()).hexdigest()[:24]


def _storable(text: str) -> str:
    """Without what a database refuses: NUL and lone surrogates."""
    text = text[:LONGEST_TEXT].replace("\0", " ")
    return text.encode("utf-8", "replace").decode()
