"""`pagesight verify`: another reader's text, compared with what this machine reads."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from cli.console import complain, counted, err, out, plain
from cli.exit_codes import Exit
from cli.read.local_reader import LocalReader
from cli.read.render import render
from cli.settings import load_settings
from vision.core.document import Document, PageFailure, PageReading
from vision.core.errors import BadInput
from vision.core.options import ReadOptions
from vision.verification.ink import Ink, Place, ink_of
from vision.verification.verify import Verification, verify

_STDIN = Path("-")


def verify_text(
    document: Path, text: Path, options: ReadOptions, *, as_json: bool, strict: bool, ink: bool
) -> int:
    """Read the document and compare; the exit code is PARTIAL where `strict` and they differ."""
    try:
        given = sys.stdin.read() if text == _STDIN else text.read_text(encoding="utf-8")
        read, seen = _read(document, options, ink=ink)
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}")
        return Exit.FAILED
    except UnicodeDecodeError as error:
        complain(f"{text}: is not text in UTF-8 ({error.reason} at byte {error.start})")
        return Exit.FAILED
    except BadInput as error:
        complain(f"{document}: {error.message} [{error.code}]")
        return Exit.FAILED
    found = verify(read, given, seen)
    if as_json:
        out.print(json.dumps(asdict(found), ensure_ascii=False), markup=False)
    else:
        _print(found)
    differs = found.unsupported or found.differences or found.unread
    return Exit.PARTIAL if strict and differs else Exit.OK


def _read(path: Path, options: ReadOptions, *, ink: bool) -> tuple[Document, Ink | None]:
    with LocalReader(load_settings(), options.detectors) as reader:
        pending = reader.open(path, options)
        results = list(reader.read(pending))
        readings = [each for each in results if isinstance(each, PageReading)]
        failures = [each for each in results if isinstance(each, PageFailure)]
        for failure in failures:
            complain(f"{path}, page {failure.number}: {failure.message} [{failure.code}]")
        document = reader.assemble(pending, readings, failures)
        if not ink:
            return document, None
        (made,) = render(document, "ink", reader, pending)
        return document, ink_of(json.loads(made.content))


def _print(found: Verification) -> None:
    for missing in found.unsupported:
        where = f"  (after {_shown(missing.after)})" if missing.after else ""
        seen = f"; unread ink at {_shown(missing.ink)}" if missing.ink else ""
        out.print(f"no ink     {plain(missing.text)}{where}{seen}", markup=False)
    for blank in found.blank:
        out.print(f"blank      {plain(blank.text)}  ({_shown(blank.place)})", markup=False)
    for each in found.differences:
        text, read = plain(each.text), plain(each.read)
        sure = f"confidence {each.confidence:.2f}"
        out.print(
            f"differs    {text}  read as {read}, {sure}  ({_shown(each.place)})", markup=False
        )
    for unread in found.unread:
        out.print(f"not read   {plain(unread.text)}  ({_shown(unread.place)})", markup=False)
    for place in found.uncovered:
        out.print(f"ink        no words  ({_shown(place)})", markup=False)
    share = f"{found.supported} of {counted(found.given_words, 'word')}"
    err.print(f"{share} of the text are on the pages as they stand.", markup=False)


def _shown(place: Place) -> str:
    return f"page {place.page}, {', '.join(f'{each:.0f}' for each in place.box)}"
