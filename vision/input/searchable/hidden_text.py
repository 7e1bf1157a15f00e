"""Removes text that a page has but does not draw: what an earlier OCR left."""

from collections.abc import Sequence
from typing import Any

import pikepdf
from pikepdf import Name

_INVISIBLE = frozenset({3, 7})  # ISO 32000-1, 9.3.6: neither fills nor strokes
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
_DEEPEST = 8  # forms within forms

Instructions = Sequence[Any]


def remove_hidden_text(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Rewrite the content of a page, and of the forms that it draws, without invisible text."""
    remover = _Remover(pdf)
    content = remover.without_hidden(page, page.get("/Resources"), 0)
    if content is not None:
        page.Contents = pdf.make_stream(content)


class _Remover:
    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf

    def without_hidden(
        self, content: Any, resources: Any, mode: int, depth: int = 0
    ) -> bytes | None:
        """The content without invisible text; None where there is none to remove."""
        kept, removed, saved = [], False, []
        for instruction in pikepdf.parse_content_stream(content):
            operator, operands = str(instruction.operator), instruction.operands
            if operator == "q":
                saved.append(mode)
            elif operator == "Q" and saved:
                mode = saved.pop()
            elif operator == "Tr" and operands:
                mode = int(operands[0])
            elif operator in _SHOWING and mode in _INVISIBLE:
                removed = True
                continue
            elif operator == "Do" and operands:
                removed |= self._form(operands[0], resources, mode, depth)
            kept.append(instruction)
        return pikepdf.unparse_content_stream(kept) if removed else None

    def _form(self, name: Any, resources: Any, mode: int, depth: int) -> bool:
        """Whether a form that the content draws was rewritten; other pages keep theirs."""
        forms: Any = resources.get("/XObject") if resources is not None else None
        form: Any = forms.get(str(name)) if forms is not None else None
        if form is None or form.get("/Subtype") != Name.Form or depth >= _DEEPEST:
            return False
        own = form.get("/Resources", resources)
        content = self.without_hidden(form, own, mode, depth + 1)
        if content is None:
            return False
        copy = self._pdf.make_stream(content)
        for key in form.keys() - {"/Length", "/Filter", "/DecodeParms"}:
            copy[key] = form[key]
        forms[str(name)] = copy
        return True
