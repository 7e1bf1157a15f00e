"""The tool that shows a part of a page, so that a model can look for itself."""

import io
from typing import Annotated

from mcp.server.mcpserver import Image
from mcp.server.mcpserver.exceptions import ToolError
from PIL import Image as Pillow
from pydantic import Field

from pagesight.client import Page
from pagesight.client.box import Box
from pagesight.mcp.backend import ToolContext, caller_of, told
from pagesight.mcp.tools.contents import Number, page_of

_NARROWEST, _WIDEST = 50, 3200  # pixels; what the service makes
_MADE_WITHIN_S = 60.0
_MARGIN = 0.02  # of the longer side of the page, so that what lies around helps to read
_QUALITY = 85


async def get_picture(
    ctx: ToolContext,
    job_id: str,
    page: Number = 1,
    box: Annotated[
        list[float] | None,
        Field(min_length=4, max_length=4, description="[x0, y0, x1, y1] in pixels of the page."),
    ] = None,
    region: Annotated[
        str | None, Field(description="Id of a region, block or table, such as r1, b3, t1.")
    ] = None,
    longest_side: Annotated[int, Field(ge=64, le=4000)] = 1200,
) -> Image:
    """A picture of a page, upright, or of a part of it: what a box or region covers."""
    caller = await caller_of(ctx)
    found = page_of(await caller.document(job_id), page)
    area = Box(*box) if box else _area(found, region)
    width = max(_NARROWEST, min(found.width, _WIDEST))
    picture = await told(
        caller.client.jobs.picture(job_id, page, width=width, timeout_s=_MADE_WITHIN_S)
    )
    return Image(data=_cut(picture, found, area, longest_side), format="jpeg")


def _area(page: Page, region: str | None) -> Box:
    """The box of a region, block or table; the whole page where none is named."""
    whole = Box(0, 0, page.width, page.height)
    if region is None:
        return whole
    known = {each.id: each.box for each in page.regions}
    known |= {each.id: each.box for each in page.tables}
    for block in page.blocks:
        boxes = [line.box for line in block.lines]
        sides = list(zip(*boxes, strict=True))
        known[block.id] = Box(min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]))
    if region not in known:
        raise ToolError(f"Page {page.number} has no {region}; it has {', '.join(known) or 'none'}.")
    margin = _MARGIN * max(page.width, page.height)
    box = known[region]
    return Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)


def _cut(picture: bytes, page: Page, area: Box, longest_side: int) -> bytes:
    """The part of a page's picture, which may be smaller than the page."""
    with Pillow.open(io.BytesIO(picture)) as shown:
        scale = shown.width / page.width
        left, upper = max(0, int(area.x0 * scale)), max(0, int(area.y0 * scale))
        right = min(shown.width, int(area.x1 * scale) + 1)
        lower = min(shown.height, int(area.y1 * scale) + 1)
        if left >= right or upper >= lower:
            size = f"{page.width} by {page.height}"
            raise ToolError(f"The box is outside the page, of {size} pixels.")
        part = shown.crop((left, upper, right, lower))
    part.thumbnail((longest_side, longest_side))
    made = io.BytesIO()
    part.save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()
