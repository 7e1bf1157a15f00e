"""TEDS: how alike two tables are as trees (Zhong, ShafieiBavani and Jimeno Yepes, ECCV 2020).

A table is the tree of its HTML: table, rows, cells. Deleting or adding a node costs 1, as does
replacing a cell by one of other spans; otherwise it costs the share of letters that differ. The
distance of the trees is that of Zhang and Shasha, SIAM J. Comput. 18(6), 1989.
"""

from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

from benchmarks.scoring import edit_distance

_STRUCTURE = frozenset({"table", "tr", "td"})


class Node(NamedTuple):
    """A node in postorder: what it is, its text, and the index of its leftmost leaf."""

    tag: str
    spans: tuple[int, int]
    text: str
    leftmost: int


def teds(one: str, other: str, *, structure_only: bool = False) -> float:
    """1 for equal tables, towards 0 for unlike ones; texts count unless `structure_only`."""
    first, second = parse_table(one), parse_table(other)
    longest = max(len(first), len(second))
    if not longest:
        return 1.0
    return 1.0 - tree_distance(first, second, _structure if structure_only else _cost) / longest


def parse_table(html: str) -> list[Node]:
    """The nodes of the first table of an HTML text in postorder; `th` counts as `td`.

    `thead` and `tbody` are left out, so that only what a reader sees is compared.
    """
    parser = _Parser()
    parser.feed(html)
    return parser.nodes


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[Node] = []
        self._open: list[tuple[str, tuple[int, int], list[str], int]] = []
        self._closed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a node."""
        name = "td" if tag == "th" else tag
        if name in _STRUCTURE and not self._closed:
            given = dict(attrs)
            spans = int(given.get("rowspan") or 1), int(given.get("colspan") or 1)
            self._open.append((name, spans, [], len(self.nodes)))

    def handle_data(self, data: str) -> None:
        """Add text to the cell that is open."""
        if self._open and self._open[-1][0] == "td":
            self._open[-1][2].append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close a node; the first table that closes is the last thing that is read."""
        name = "td" if tag == "th" else tag
        if self._open and self._open[-1][0] == name:
            _, spans, text, first = self._open.pop()
            self.nodes.append(Node(name, spans, " ".join("".join(text).split()), first))
            self._closed = not self._open


def tree_distance(
    one: Sequence[Node], other: Sequence[Node], cost: Callable[[Node, Node], float]
) -> float:
    """The least cost of turning one tree into the other; `cost` is that of replacing a node."""
    if not one or not other:
        return float(len(one) + len(other))
    table = [[0.0] * len(other) for _ in one]
    for i in _keyroots(one):
        for j in _keyroots(other):
            _forest_distance(one, other, (i, j), cost, table)
    return table[-1][-1]


def _keyroots(tree: Sequence[Node]) -> list[int]:
    """The last node of those that share a leftmost leaf, for each such leaf."""
    return sorted({node.leftmost: at for at, node in enumerate(tree)}.values())


def _forest_distance(
    one: Sequence[Node],
    other: Sequence[Node],
    roots: tuple[int, int],
    cost: Callable[[Node, Node], float],
    table: list[list[float]],
) -> None:
    """Fill in the distances of all subtrees that begin at the leftmost leaves of these roots."""
    i, j = roots
    first, second = one[i].leftmost, other[j].leftmost
    rows, columns = i - first + 2, j - second + 2
    forest = [[float(a + b) for b in range(columns)] for a in range(rows)]
    for a in range(1, rows):
        x = first + a - 1
        for b in range(1, columns):
            y = second + b - 1
            least = min(forest[a - 1][b], forest[a][b - 1]) + 1
            if one[x].leftmost == first and other[y].leftmost == second:
                replaced = forest[a - 1][b - 1] + cost(one[x], other[y])
                table[x][y] = forest[a][b] = min(least, replaced)
            else:
                before = forest[one[x].leftmost - first][other[y].leftmost - second]
                forest[a][b] = min(least, before + table[x][y])


def _cost(one: Node, other: Node) -> float:
    if (one.tag, one.spans) != (other.tag, other.spans):
        return 1.0
    longest = max(len(one.text), len(other.text))
    return edit_distance(one.text, other.text) / longest if longest else 0.0


def _structure(one: Node, other: Node) -> float:
    return float((one.tag, one.spans) != (other.tag, other.spans))
