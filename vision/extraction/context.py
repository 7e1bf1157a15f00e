"""A page prepared for extraction: rows of text, the labels in them, and what stands beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vision.core.document import Page
from vision.extraction.evidence import Piece, Token, pieces_of, rows_of
from vision.extraction.labels import Label, labels_in

# In heights of the label.
_FARTHEST_BELOW = 1.8


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces side by side from the left, the labels among them, and all words as one piece."""

    number: int
    pieces: tuple[Piece, ...]
    labels: tuple[Label, ...]
    whole: Piece


@dataclass(frozen=True, slots=True)
class PageText:
    """The rows of a page from the top; `height` and `width` are its size in pixels."""

    number: int
    width: int
    height: int
    rows: tuple[Row, ...]

    @property
    def pieces(self) -> list[Piece]:
        """All pieces, row by row."""
        return [piece for row in self.rows for piece in row.pieces]


def text_of(page: Page) -> PageText:
    """The rows of a page with the labels of known fields."""
    rows = (_row(number, pieces) for number, pieces in enumerate(rows_of(pieces_of(page))))
    return PageText(page.number, page.width, page.height, tuple(rows))


def _row(number: int, pieces: Sequence[Piece]) -> Row:
    tokens = [token for piece in pieces for token in piece.tokens]
    labels = tuple(label for piece in pieces for label in labels_in(piece))
    return Row(number, tuple(pieces), labels, Piece.of(tokens, pieces[0].kind))


def beside(row: Row, label: Label) -> Piece | None:
    """The words of the row between a label and the next one; None for none."""
    tokens: list[Token] = list(label.piece.tokens[label.last :])
    following = [
        each for each in row.labels if each.piece is label.piece and each.first > label.first
    ]
    if following:
        tokens = list(label.piece.tokens[label.last : following[0].first])
    else:
        at = row.pieces.index(label.piece)
        for piece in row.pieces[at + 1 :]:
            first = next((each for each in row.labels if each.piece is piece), None)
            tokens += piece.tokens[: first.first] if first else piece.tokens
            if first:
                break
    return Piece.of(tokens, label.piece.kind) if tokens else None


def below(page: PageText, row: Row, label: Label) -> Iterator[Piece]:
    """Pieces without labels in the row under a label, that share its extent from left to right."""
    box = label.part.level
    for other in page.rows[row.number + 1 : row.number + 3]:
        near = [piece for piece in other.pieces if _is_under(piece, box, label.piece.height)]
        labelled = {id(each.piece) for each in other.labels}
        if near:
            yield from (piece for piece in near if id(piece) not in labelled)
            return


def _is_under(piece: Piece, box: tuple[float, float, float, float], height: float) -> bool:
    x0, y0, x1, y1 = box
    level = piece.level
    overlaps = min(level.x1, x1) > max(level.x0, x0) or abs(level.x0 - x0) < height
    return overlaps and level.y0 > (y0 + y1) / 2 and level.y0 - y1 <= _FARTHEST_BELOW * height
