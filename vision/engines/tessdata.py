"""Tesseract's models on disk: their folder, the installed languages, their hashes."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from vision.core.document import ModelUse
from vision.core.errors import BadInput, EngineFailure

OSD = "osd"
_RECENT_NS = 2_000_000_000
_NOT_LANGUAGES = {OSD, "equ"}  # layout models, which read no text


def find_tessdata(explicit: str | None) -> Path:
    """The folder of the `*.traineddata` files: the given one, or where system packages put them.

    EngineFailure `tessdata_missing` where it holds none.
    """
    folders = _usual_folders() if explicit is None else [Path(explicit)]
    for folder in folders:
        if any(folder.glob("*.traineddata")):
            return folder
    raise EngineFailure(
        "tessdata_missing",
        f"no Tesseract model in {', '.join(map(str, folders))}: install the package"
        " tesseract-ocr-eng, or set the folder of the .traineddata files in the settings",
    )


def _usual_folders() -> list[Path]:
    newest_first = sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    return [*newest_first, Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata")]


def installed_languages(tessdata: Path) -> tuple[str, ...]:
    """Codes of the languages with a model in `tessdata`, sorted; without `osd` and `equ`.

    A page asks a dozen times: the folder is listed anew when it has changed.
    """
    changed_ns = tessdata.stat().st_mtime_ns if tessdata.is_dir() else 0
    if time.time_ns() - changed_ns < _RECENT_NS:
        return _listed(tessdata)  # it may change again within a tick of its clock
    return _remembered(tessdata, changed_ns)


@lru_cache(maxsize=16)
def _remembered(tessdata: Path, _changed_ns: int) -> tuple[str, ...]:
    return _listed(tessdata)


def _listed(tessdata: Path) -> tuple[str, ...]:
    codes = {file.stem for file in tessdata.glob("*.traineddata")}
    return tuple(sorted(codes - _NOT_LANGUAGES))


def require_languages(tessdata: Path, languages: Sequence[str]) -> None:
    """BadInput `unknown_language`, which names the installed ones, unless all are installed."""
    installed = installed_languages(tessdata)
    unknown = [language for language in languages if language not in installed]
    if unknown or not languages:
        raise BadInput(
            "unknown_language",
            f"no model for language {', '.join(unknown) or '(none given)'};"
            f" installed: {', '.join(installed) or 'none'}",
        )


def model_uses(
    tessdata: Path, names: Iterable[str], version: str, provider: str
) -> tuple[ModelUse, ...]:
    """What a receipt states about models such as `eng`, in the given order.

    `version` is that of the libtesseract that runs them. BadInput `unknown_language` where one is
    missing.
    """
    return tuple(
        ModelUse(f"tesseract-{name}", version, _hash_model(tessdata, name), provider)
        for name in names
    )


def _hash_model(tessdata: Path, name: str) -> str:
    file = tessdata / f"{name}.traineddata"
    if not file.is_file():
        require_languages(tessdata, [name])
    status = file.stat()
    return _sha256(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def _sha256(file: Path, _modified_ns: int, _size: int) -> str:
    """The modification time and size are part of the key: a replaced file is hashed again."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
