"""Pieces of HTML that carry labels, and the page that holds them."""

from dataclasses import dataclass, field
from random import Random

from models.training.synthetic.pseudo_text import SCRIPTS, Writer

SERIF = ("Liberation Serif", "TeX Gyre Termes", "TeX Gyre Pagella", "EB Garamond", "STIX",
         "Linux Libertine O", "Caladea", "Latin Modern Roman", "Junicode Two Beta", "Charis SIL",
         "TeX Gyre Schola", "TeX Gyre Bonum", "DejaVu Serif", "Vollkorn")  # fmt: skip
SANS = ("Liberation Sans", "Carlito", "Lato", "Roboto", "Open Sans", "TeX Gyre Heros",
        "TeX Gyre Adventor", "DejaVu Sans", "FreeSans", "Karla",
        "Liberation Sans Narrow")  # fmt: skip
MONO = ("Liberation Mono", "Courier Prime", "TeX Gyre Cursor", "GNUTypewriter", "FreeMono",
        "Latin Modern Mono", "DejaVu Sans Mono")  # fmt: skip
HANDS = ("Dancing Script", "Kristi", "Breip", "DkgHandwriting", "Rufscript", "femkeklaver",
         "Joscelyn", "Ecolier_court", "Purisa", "Because We Build", "Because We Connect",
         "Because We Create", "Because We Learn", "Because We Mentor", "Because We Organize",
         "Domestic Manners", "Delphine", "El Abogado Loco", "Humor Sans", "Isabella")  # fmt: skip
SIGNING_HANDS = ("Kristi", "Kristi", "Dancing Script", "Kaushan Script", "Z003", "Rufscript",
                 "Because We Create", "Delphine", "Joscelyn")  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page to render: HTML, its size in CSS pixels, and how it is degraded."""

    html: str
    width: int
    height: int
    wear: str  # one of degradation.WEAR
    genre: str


@dataclass
class Look:
    """The typography of one page, drawn once so that the page is consistent."""

    rng: Random
    script: str = "latin"
    family: str = ""
    size_px: float = 12
    leading: float = 1.3
    ink: str = "#111"
    accent: str = "#234"
    justify: bool = True
    indent: bool = True
    gap_px: float = 0
    write: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.write = Writer(self.rng, self.script)

    def css(self) -> str:
        """Style rules shared by every genre."""
        align = "justify" if self.justify else "start"
        indent = "1.3em" if self.indent else "0"
        return (
            f"body{{font:{self.size_px}px '{self.family}','Noto Sans CJK SC',serif;"
            f"line-height:{self.leading};color:{self.ink};margin:0}}"
            f"p{{margin:0 0 {self.gap_px}px;text-indent:{indent};text-align:{align};"
            "hyphens:auto;orphans:1;widows:1}"
        )


def draw_look(rng: Random, families: tuple[str, ...], sizes: tuple[float, float]) -> Look:
    """Choose the typography of a page."""
    spaced = rng.random() < 0.45
    script = "latin" if rng.random() < 0.85 else rng.choice(SCRIPTS)
    return Look(
        rng, script, rng.choice(families), rng.uniform(*sizes), rng.uniform(1.08, 1.5),
        rng.choice(("#000", "#000", "#111", "#222", "#333")), accent(rng),
        rng.random() < 0.7, not spaced, rng.uniform(3, 10) if spaced else 0,
    )  # fmt: skip


def accent(rng: Random) -> str:
    """A colour for headings, rules and logos; dark more often than light."""
    return f"hsl({rng.randint(0, 359)},{rng.randint(20, 90)}%,{rng.randint(15, 50)}%)"


def tag(label: str, inner: str, style: str = "", element: str = "div", whole: bool = False) -> str:
    """Wrap a piece of HTML so that the renderer labels it.

    `whole` takes the element's own box; otherwise the box hugs the text within, one per column.
    """
    mode = " data-whole" if whole else ""
    return f'<{element} data-c="{label}"{mode} style="{style}">{inner}</{element}>'


def absolute(inner: str, x: float, y: float, width: float | None = None, style: str = "") -> str:
    """Position a piece on the page, in CSS pixels from the top left."""
    size = f"width:{width:.0f}px;" if width is not None else ""
    return (
        f'<div style="position:absolute;left:{x:.0f}px;top:{y:.0f}px;{size}{style}">{inner}</div>'
    )


def columns(inner: str, count: int, gap_px: float, style: str = "") -> str:
    """Columns of running text; what does not fit is clipped and never labelled."""
    return (
        f'<div class="clip" style="columns:{count};column-gap:{gap_px:.0f}px;column-fill:auto;'
        f'overflow:hidden;flex:1 1 0;min-height:0;{style}">{inner}</div>'
    )


def sheet(look: Look, body: str, width: int, height: int, paper: str = "#fff") -> str:
    """A whole HTML document of one page."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><style>'
        f"{look.css()} html{{background:{paper}}} svg{{overflow:visible}}"
        ".keep{break-inside:avoid}table{border-collapse:collapse}"
        f"</style><body><div style='position:relative;width:{width}px;height:{height}px;"
        f"overflow:hidden' class='clip'>{body}</div></body></html>"
    )
