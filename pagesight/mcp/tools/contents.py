"""Tools that give back parts of what was read: a page, a table, fields, places of words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from pagesight.client import Document, Page
from pagesight.client.box import Box
from pagesight.client.models.document import Line, Table
from pagesight.mcp.backend import Caller, ToolContext, caller_of, told
from pagesight.mcp.views import Checked, Fields, Match, Matches, TablePart, TextPart

_PAGE_MARK = re.compile(r"<!-- page (\d+) -->\n*")
Number = Annotated[int, Field(ge=1)]
Offset = Annotated[int, Field(ge=0, description="`next_offset` or `next_row` of the last answer.")]
Limit = Annotated[int, Field(ge=1, le=100_000)]


async def get_page(
    ctx: ToolContext,
    job_id: str,
    page: Number = 1,
    format: Literal["markdown", "text"] = "markdown",  # noqa: A002 - the tool's own word
    offset: Offset = 0,
    limit: Annotated[Limit, Field(description="Most characters to return.")] = 4000,
) -> TextPart:
    """The text of a page, in parts. Text is available as soon as the page is read."""
    caller = await caller_of(ctx)
    read = (await told(caller.client.jobs.page(job_id, page))).page
    job = await told(caller.client.jobs.get(job_id))
    text = read.text
    if format == "markdown":
        text = await _markdown(caller, job_id, page)
    part, following = _part(text, offset, limit)
    return TextPart(
        page=page,
        pages=job.pages.total or 0,
        text=part,
        next_offset=following,
        tables=len(read.tables),
        doubtful_words=len(read.doubtful),
    )


async def page_resource(ctx: ToolContext, job_id: str, number: str) -> str:
    """A page as Markdown."""
    caller = await caller_of(ctx)
    page_of(await caller.document(job_id), _whole(number))
    return await _markdown(caller, job_id, _whole(number))


async def markdown_resource(ctx: ToolContext, job_id: str) -> str:
    """The whole document as Markdown."""
    return (await (await caller_of(ctx)).file(job_id, "markdown")).decode()


async def result_resource(ctx: ToolContext, job_id: str) -> str:
    """The result: words with boxes and confidences, tables, fields."""
    return (await (await caller_of(ctx)).file(job_id, "json")).decode()


def _whole(number: str) -> int:
    if not number.isdecimal():
        raise ToolError(f"{number!r} is not the number of a page.")
    return int(number)


async def get_table(
    ctx: ToolContext,
    job_id: str,
    page: Number = 1,
    table: Annotated[Number, Field(description="Which table of the page, from the top.")] = 1,
    first_row: Offset = 0,
    rows: Annotated[Limit, Field(description="Most rows to return.")] = 50,
) -> TablePart:
    """Rows of a table, each with the text of its cells; a merged cell's text comes once."""
    document = await (await caller_of(ctx)).document(job_id)
    tables = page_of(document, page).tables
    if table > len(tables):
        raise ToolError(f"Page {page} has {len(tables)} tables.")
    found = tables[table - 1]
    last = min(first_row + rows, found.rows)
    return TablePart(
        page=page,
        table=table,
        tables=len(tables),
        columns=found.columns,
        header_rows=found.header_rows,
        rows=_grid(found)[first_row:last],
        next_row=last if last < found.rows else None,
    )


async def get_fields(
    ctx: ToolContext,
    job_id: str,
    names: Annotated[list[str] | None, Field(description="Only these; all if absent.")] = None,
) -> Fields:
    """Fields such as total, date or those asked for, with confidence, page and box."""
    document = await (await caller_of(ctx)).document(job_id)
    known = _fields(document)
    if missing := set(names or ()) - known.keys():
        raise ToolError(f"No field {', '.join(sorted(missing))}; there are {', '.join(known)}.")
    return Fields(fields={name: known[name] for name in names or known})


async def search_words(
    ctx: ToolContext,
    job_id: str,
    words: Annotated[str, Field(min_length=1, description="Words that follow each other.")],
    offset: Offset = 0,
    limit: Annotated[int, Field(ge=1, le=200)] = 20,
) -> Matches:
    """Where words are printed, with their line and box. Case does not matter."""
    document = await (await caller_of(ctx)).document(job_id)
    found = list(_places(document, words))
    end = offset + limit
    following = end if end < len(found) else None
    return Matches(total=len(found), matches=found[offset:end], next_offset=following)


async def verify_text(
    ctx: ToolContext,
    job_id: str,
    text: Annotated[str, Field(description="What you read, as Markdown or plain text.")],
    limit: Annotated[int, Field(ge=1, le=500, description="Most rows of each list.")] = 30,
    ink: Annotated[bool, Field(description="Look at the pictures of the pages as well.")] = False,
) -> Checked:
    """Check your own reading of a document: words without ink, differences, words you lack."""
    found = await told((await caller_of(ctx)).client.jobs.verify(job_id, text, ink=ink))
    lists = (found.unsupported, found.differences, found.unread, found.uncovered)
    return Checked(
        given_words=found.given_words,
        supported=found.supported,
        unsupported=[each.text for each in found.unsupported[:limit]],
        differences=[f"{each.text} -> {each.read}" for each in found.differences[:limit]],
        unread=[f"page {each.place.page}: {each.text}" for each in found.unread[:limit]],
        uncovered=[f"page {each.page}: {each.box}" for each in found.uncovered[:limit]],
        complete=limit >= max(map(len, lists)),
    )


def page_of(document: Document, number: int) -> Page:
    """The page. Raises ToolError where it was not read."""
    for page in document.pages:
        if page.number == number:
            return page
    failed = [
        f"{each.message} [{each.code}]" for each in document.failures if each.number == number
    ]
    raise ToolError(f"Page {number} was not read. {' '.join(failed)}".strip())


async def _markdown(caller: Caller, job_id: str, number: int) -> str:
    """A page's part of the Markdown, which marks where each begins if there are several."""
    whole = (await caller.file(job_id, "markdown")).decode()
    first, *rest = _PAGE_MARK.split(whole)
    if not rest:
        return first
    return dict(zip(map(int, rest[::2]), rest[1::2], strict=True)).get(number, "")


def _part(text: str, offset: int, limit: int) -> tuple[str, int | None]:
    end = offset + limit
    return text[offset:end], end if end < len(text) else None


def _grid(table: Table) -> list[list[str]]:
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid


def _fields(document: Document) -> dict[str, Any]:
    """Known fields, and above these the ones that were asked for."""
    analysis = document.analyses.get("fields")
    if analysis is None:
        raise ToolError("Fields were not looked for: read the document again with `fields`.")
    asked = analysis.get("asked") or {}
    return {**analysis.get("known", {}), **asked.get("fields", {})}


def _places(document: Document, words: str) -> Iterator[Match]:
    wanted = [_folded(word) for word in words.split()]
    for page in document.pages:
        for block in page.blocks:
            for line in block.lines:
                yield from _in_line(page, line, wanted)


def _in_line(page: Page, line: Line, wanted: Sequence[str]) -> Iterator[Match]:
    """Each place in a line where the words follow each other; the last may go on.

    A line of a recogniser that does not tell words apart is one word.
    """
    parts = [(word.text, word.confidence, word.box) for word in line.words] or [
        (line.text, line.confidence, line.box)
    ]
    for start in range(len(parts) - len(wanted) + 1):
        some = parts[start : start + len(wanted)]
        if all(each in _folded(part[0]) for each, part in zip(wanted, some, strict=True)):
            yield Match(
                page=page.number,
                text=" ".join(part[0] for part in some),
                line=line.text,
                confidence=min(part[1] for part in some),
                box=list(_around([part[2] for part in some])),
            )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )
