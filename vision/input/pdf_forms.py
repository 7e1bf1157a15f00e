"""The state of a PDF page's check boxes and radio buttons. Runs in the decoder's helper process.

PDFium draws the marks of those that are checked. Empty ones may have no look of their own, and a
mark alone is hard to recognise, while the file states both as data.
"""

import ctypes
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

from vision.core.arrays import Affine
from vision.core.document import Box
from vision.core.geometry import corners, transform_box
from vision.core.text_layer import LayerWord

_MOST_ANNOTATIONS = 3_000
_LONGEST_STATE = 128  # characters; names of PDF have 127 at most
_SIGNS = {
    raw.FPDF_FORMFIELD_CHECKBOX: ("\N{BALLOT BOX}", "\N{BALLOT BOX WITH CHECK}"),
    raw.FPDF_FORMFIELD_RADIOBUTTON: ("\N{WHITE CIRCLE}", "\N{FISHEYE}"),
}
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW


def button_words(page: pypdfium2.PdfPage, to_pixels: Affine, row: int) -> list[LayerWord]:
    """One word for each check box and radio button that is shown, in rows of their own from `row`.

    Empty where the document has no forms or they were not loaded.
    """
    form = page.formenv
    if form is None:
        return []
    words: list[LayerWord] = []
    for annotation in _annotations(page):
        signs = _SIGNS.get(raw.FPDFAnnot_GetFormFieldType(form, annotation))
        area = raw.FS_RECTF()
        if signs is None or raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
            continue
        if not raw.FPDFAnnot_GetRect(annotation, area):
            continue
        sign = signs[_is_on(form, annotation)]
        box = Box(area.left, min(area.top, area.bottom), area.right, max(area.top, area.bottom))
        quad = corners(transform_box(to_pixels, box))  # upright on a turned page, too
        words.append(LayerWord(sign, quad, row + len(words), control=True))
    return words


def _is_on(form: pypdfium2.PdfFormEnv, annotation: raw.FPDF_ANNOTATION) -> bool:
    """Whether the button is drawn as on: by its appearance state, else by the field's value."""
    state = (ctypes.c_ushort * _LONGEST_STATE)()
    size = raw.FPDFAnnot_GetStringValue(annotation, b"AS", state, ctypes.sizeof(state))
    # Two bytes a character, with a zero at the end; longer states are not written.
    appearance = bytes(state)[: max(size - 2, 0)].decode("utf-16-le", "replace")
    if appearance:
        return appearance != "Off"
    return bool(raw.FPDFAnnot_IsChecked(form, annotation) == 1)


def _annotations(page: pypdfium2.PdfPage) -> Iterator[raw.FPDF_ANNOTATION]:
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        if annotation:
            try:
                yield annotation
            finally:
                raw.FPDFPage_CloseAnnot(annotation)
