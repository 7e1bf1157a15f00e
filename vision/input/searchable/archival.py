"""PDF/A-2b (ISO 19005-2) of a PDF whose own content conforms to it.

pikepdf declares it (metadata, an sRGB output intent, flags of annotations) and checks the bytes
that were written against a list of what is known to conform. What the list lacks counts as not
conforming, so that a file is called PDF/A only where nothing in it is in doubt.
"""

import io
import logging
from functools import lru_cache
from pathlib import Path

import pikepdf
from pikepdf import pdfa

FLAVOUR = "2b"
# It reports dates of font programs, which mean nothing here.
logging.getLogger("fontTools").setLevel(logging.ERROR)


class NotArchivable(ValueError):  # noqa: N818 - says what is the matter
    """The content does not conform, or cannot be judged; the message gives the first reason."""


def archival_pdf(content: bytes) -> bytes:
    """The PDF as PDF/A-2b, its pages unchanged. Raises NotArchivable and pikepdf's errors."""
    settings = pdfa.resolve_save_kwargs(FLAVOUR)
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdfa.prepare(
            pdf, FLAVOUR, output_intent=_srgb(), output_condition_identifier="sRGB IEC61966-2.1"
        )
        pdf.save(written, **settings)
    report = pdfa.validate_written(written, FLAVOUR, settings)
    if not report.passed:
        raise NotArchivable(str(report.findings[0]))
    return written.getvalue()


@lru_cache(maxsize=1)
def _srgb() -> bytes:
    """The profile of sRGB as Little CMS writes it (`ImageCms.createProfile("sRGB")`).

    It has formulas in place of tables: six hundred bytes where others have three thousand or more.
    """
    return Path(__file__).with_name("srgb.icc").read_bytes()
