"""Groups lines into batches for a network: few calls, little padding."""

from collections.abc import Iterator, Sequence

# A call costs as much as 60 pixels plus .45 of the lines' width (eng; .16 + .0011 w milliseconds,
# where a pixel of a line takes .0025): lines join a batch until their padding exceeds that.
_CALL, _CALL_BY_WIDTH = 60, 0.45
# More lines or pixels do not fit the processor's caches (docs/research/recognition.md).
_MOST_LINES = 16
_MOST_PIXELS = 8000
# No line of text is 500 times as wide as high; a rule or an edge may be, and takes memory by width.
_WIDEST = 20_000


def batches(widths: Sequence[int], narrowest: int) -> Iterator[list[int]]:
    """Indices of lines to read together, widest first; lines too narrow or wide are left out.

    `widths` in pixels of the network's input.
    """
    batch: list[int] = []
    padding = 0
    for at in sorted(range(len(widths)), key=lambda place: -widths[place]):
        if not narrowest <= widths[at] <= _WIDEST:
            continue
        widest = widths[batch[0]] if batch else widths[at]
        padding += widest - widths[at]
        full = len(batch) == _MOST_LINES or (len(batch) + 1) * widest > _MOST_PIXELS
        if batch and (full or padding > _CALL + _CALL_BY_WIDTH * widths[at]):
            yield batch
            batch, padding = [], 0
        batch.append(at)
    if batch:
        yield batch
