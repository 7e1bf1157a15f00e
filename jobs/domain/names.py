"""Names from outside, to show and to find things by; never paths.

One rule at every boundary: no control characters (NUL cannot be stored by PostgreSQL, line breaks
end up in logs and tables), no marks that change the direction of text (`gpj.exe` may be shown as
`exe.jpg`), no lone surrogates (they have no UTF-8).
"""

import re
from typing import Final

LONGEST_FILENAME: Final = 255
LONGEST_NAME: Final = 500  # of a document in a batch, its folders included

# C0, DEL, C1; ZWSP to RLM but for the joiners, line and paragraph separators, embeddings and
# overrides, isolates (Unicode's Bidi_Control); BOM; surrogates.
_SURROGATES: Final = r"\ud800-\udfff"
_MARKS: Final = (
    r"\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff" + _SURROGATES
)
_REFUSED: Final = re.compile(f"[{_MARKS}]")
# The same for JSON Schema, in which surrogates cannot occur.
PRINTED_PATTERN: Final = f"^[^{_MARKS.removesuffix(_SURROGATES)}]*$"
_ENCODED_IN_FORMS: Final = {"%22": '"', "%0D": "", "%0A": "", "%0d": "", "%0a": ""}


def is_clean(text: str) -> bool:
    """Whether a text has none of the characters that no name may have."""
    return _REFUSED.search(text) is None


def clean(text: str) -> str:
    """The text without those characters."""
    return _REFUSED.sub("", text)


def last_part(path: str) -> str:
    """The part of a path that a person recognises; old browsers sent whole paths."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def form_name(given: str) -> str:
    """A file's name in a form, in which browsers encode quotes and line breaks (WHATWG, HTML)."""
    return re.sub(r"%22|%0[DAda]", lambda found: _ENCODED_IN_FORMS[found[0]], given)


def display_name(path: str) -> str | None:
    """A file's name to show, of a path that cannot be refused; None where nothing is left."""
    return clean(last_part(path))[:LONGEST_FILENAME] or None


def relative_name(path: str) -> str | None:
    """A document's name within what was sent: its folders, and no steps that lead elsewhere."""
    parts = clean(path.replace("\\", "/")).split("/")
    kept = "/".join(part for part in parts if part not in {"", ".", ".."})
    return kept[:LONGEST_NAME] or None
