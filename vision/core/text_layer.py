"""The text that a PDF itself states for a page: plain values, not yet verified."""

from dataclasses import dataclass

from vision.core.document import Polygon

MAX_WORDS = 20_000  # a newspaper page has about 8,000
LONGEST_WORD = 100  # characters; scripts without spaces write whole lines as one


@dataclass(frozen=True, slots=True)
class LayerWord:
    """A word as the file states it, in pixels of the drawn page.

    `quad` runs clockwise from the word's own top-left corner. Words of one `row` were written as
    one line. `hidden` words are drawn in no colour; `unmapped` counts the characters that the
    file draws without saying which they are. `fonts` are the page's fonts, by number, in which the
    word is set: each font has its own map from glyphs to characters, and each may be wrong.
    `control` marks the state of a check box or radio button, which the file stores as data.
    """

    text: str
    quad: Polygon
    row: int
    hidden: bool = False
    unmapped: int = 0
    fonts: tuple[int, ...] = ()
    control: bool = False


@dataclass(frozen=True, slots=True)
class TextLayer:
    """All words of a page, in the file's order.

    `pictures` is the share of the page that images cover. `more` says that there may be text
    which is in no layer: form fields, notes, more drawn shapes than were looked at.
    """

    words: tuple[LayerWord, ...]
    pictures: float = 0.0
    more: bool = False
