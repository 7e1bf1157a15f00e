"""Validates a decoder helper's answers. Helpers open hostile bytes, so none is trusted."""

import os
from collections.abc import Callable
from typing import Any

from vision.core.arrays import Image
from vision.core.document import PageWarning
from vision.core.errors import BadInput
from vision.core.limits import DocumentProbe, Limits
from vision.core.stages import PageImage
from vision.input.media_type import MEDIA_TYPES
from vision.input.sandbox.text_layer_codec import layer_of

CODES = frozenset({
    "empty", "unsupported_type", "truncated", "damaged", "encrypted", "too_large",
    "too_many_pages", "page_missing",
})  # fmt: skip
_LONGEST_TEXT = 500
_HIGHEST_ERRNO = 200  # Linux's last is 133
_HIGHEST_DPI = 1e6  # also refuses infinity, NaN and whole numbers that no float can hold

Answer = dict[str, Any]


class BrokenAnswer(Exception):  # noqa: N818 - the helper's fault, never shown to callers
    """The answer is not one that a sound helper sends."""


def raise_failure(answer: Answer) -> None:
    """Raise the BadInput, the MemoryError or the OSError that the helper reports, if any."""
    if "out_of_memory" in answer:
        raise MemoryError
    if "not_readable" in answer:
        number = _whole(answer["not_readable"], _HIGHEST_ERRNO)
        raise OSError(number, f"the document cannot be opened: {os.strerror(number)}")
    if "bad_input" in answer:
        code, message = _texts(answer["bad_input"])
        _require(code in CODES)
        raise BadInput(code, message)


def probe_of(answer: Answer, limits: Limits) -> DocumentProbe:
    """The probe in `answer`. Raises BrokenAnswer."""
    match answer:
        case {"media_type": str(kind), "pages": pages}:
            _require(kind in MEDIA_TYPES)
            return DocumentProbe(kind, _whole(pages, limits.max_pages))
    raise BrokenAnswer


def bytes_of(answer: Answer, limits: Limits) -> int:
    """The length of the file that the helper left in shared memory. Raises BrokenAnswer."""
    return _whole(answer.get("bytes"), limits.max_pixels * 3)


def page_of(
    answer: Answer, number: int, limits: Limits, take_pixels: Callable[[int, int], Image]
) -> PageImage:
    """The page in `answer`; `take_pixels` gets its width and height. Raises BrokenAnswer."""
    width = _whole(answer.get("width"), limits.max_side)
    height = _whole(answer.get("height"), limits.max_side)
    _require(width * height <= limits.max_pixels)
    dpi = answer.get("dpi")
    _require(dpi is None or (isinstance(dpi, int | float) and 0 < dpi <= _HIGHEST_DPI))
    _require(isinstance(answer.get("warnings"), list))
    warnings = tuple(PageWarning(*_texts(warning)) for warning in answer["warnings"])
    try:
        layer = layer_of(answer.get("text_layer"), width, height)
    except ValueError as error:
        raise BrokenAnswer from error
    return PageImage(number, take_pixels(width, height), dpi, warnings, text_layer=layer)


def _whole(value: object, most: int) -> int:
    if isinstance(value, int) and 1 <= value <= most:
        return value
    raise BrokenAnswer


def _texts(value: object) -> tuple[str, str]:
    match value:
        case [str(code), str(message)] if len(code) + len(message) <= _LONGEST_TEXT:
            return code, message
    raise BrokenAnswer


def _require(condition: bool) -> None:
    if not condition:
        raise BrokenAnswer
