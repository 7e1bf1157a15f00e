"""Typefaces that pages are drawn in: files of Debian packages, installed or unpacked in build/."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import ImageFont

from benchmarks.robustness.halves import Half, half_of

Style = Literal["sans", "serif", "mono"]

_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/share/texmf/fonts"),  # where Debian puts TeX Gyre
    Path(__file__).resolve().parents[2] / "build" / "fonts",
)


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface: its regular and bold files, and the Debian package that brings them."""

    name: str
    style: Style
    regular: str
    bold: str
    package: str

    @property
    def half(self) -> Half:
        """Whether tuning may use this face."""
        return half_of(self.name)

    def font(self, size: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
        """The font in this size, in pixels an em. Raises FileNotFoundError where it is missing."""
        path = _files().get(self.bold if bold else self.regular)
        if path is None:
            raise FileNotFoundError(f"{self.regular} is missing: apt-get install {self.package}")
        return ImageFont.truetype(path, size)


FACES: tuple[Face, ...] = (
    Face("DejaVu Sans", "sans", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "fonts-dejavu-core"),
    Face("DejaVu Serif", "serif", "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "fonts-dejavu-core"),
    Face(
        "DejaVu Sans Mono",
        "mono",
        "DejaVuSansMono.ttf",
        "DejaVuSansMono-Bold.ttf",
        "fonts-dejavu-core",
    ),
    Face(
        "Liberation Sans",
        "sans",
        "LiberationSans-Regular.ttf",
        "LiberationSans-Bold.ttf",
        "fonts-liberation2",
    ),
    Face(
        "Liberation Serif",
        "serif",
        "LiberationSerif-Regular.ttf",
        "LiberationSerif-Bold.ttf",
        "fonts-liberation2",
    ),
    Face(
        "Liberation Mono",
        "mono",
        "LiberationMono-Regular.ttf",
        "LiberationMono-Bold.ttf",
        "fonts-liberation2",
    ),
    Face("FreeSans", "sans", "FreeSans.ttf", "FreeSansBold.ttf", "fonts-freefont-ttf"),
    Face("FreeSerif", "serif", "FreeSerif.ttf", "FreeSerifBold.ttf", "fonts-freefont-ttf"),
    Face("FreeMono", "mono", "FreeMono.ttf", "FreeMonoBold.ttf", "fonts-freefont-ttf"),
    Face(
        "TeX Gyre Heros",
        "sans",
        "texgyreheros-regular.otf",
        "texgyreheros-bold.otf",
        "fonts-texgyre",
    ),
    Face(
        "TeX Gyre Adventor",
        "sans",
        "texgyreadventor-regular.otf",
        "texgyreadventor-bold.otf",
        "fonts-texgyre",
    ),
    Face(
        "TeX Gyre Pagella",
        "serif",
        "texgyrepagella-regular.otf",
        "texgyrepagella-bold.otf",
        "fonts-texgyre",
    ),
    Face(
        "TeX Gyre Bonum",
        "serif",
        "texgyrebonum-regular.otf",
        "texgyrebonum-bold.otf",
        "fonts-texgyre",
    ),
    Face(
        "TeX Gyre Schola",
        "serif",
        "texgyreschola-regular.otf",
        "texgyreschola-bold.otf",
        "fonts-texgyre",
    ),
    Face(
        "TeX Gyre Cursor",
        "mono",
        "texgyrecursor-regular.otf",
        "texgyrecursor-bold.otf",
        "fonts-texgyre",
    ),
    Face("Carlito", "sans", "Carlito-Regular.ttf", "Carlito-Bold.ttf", "fonts-crosextra-carlito"),
    Face("Caladea", "serif", "Caladea-Regular.ttf", "Caladea-Bold.ttf", "fonts-crosextra-caladea"),
    Face("Lato", "sans", "Lato-Regular.ttf", "Lato-Bold.ttf", "fonts-lato"),
    Face(
        "Courier Prime",
        "mono",
        "Courier Prime.otf",
        "Courier Prime Bold.otf",
        "fonts-courier-prime",
    ),
)


def faces_of(style: Style, half: Half | None = None) -> list[Face]:
    """The faces of this style that are there, of this half; of both where it has none.

    Raises FileNotFoundError where no face of the style is there.
    """
    found = [face for face in FACES if face.style == style and _is_there(face)]
    if not found:
        raise FileNotFoundError(f"No {style} typeface is there: apt-get install fonts-dejavu-core")
    return [face for face in found if half in (None, face.half)] or found


def missing_packages(faces: Sequence[Face] = FACES) -> list[str]:
    """Debian packages of the faces that are not there."""
    return sorted({face.package for face in faces if not _is_there(face)})


def missing_message() -> str:
    """What to do about missing faces; empty where all are there."""
    packages = " ".join(missing_packages())
    return packages and (
        f"Fonts are missing, so pages are drawn in fewer typefaces and figures cannot be compared "
        f"with others: apt-get install {packages}"
    )


def font_file(name: str) -> Path | None:
    """The file of this name, if it is there."""
    return _files().get(name)


def _is_there(face: Face) -> bool:
    return face.regular in _files() and face.bold in _files()


@functools.cache
def _files() -> dict[str, Path]:
    """Font files by name."""
    return {
        path.name: path
        for folder in _FOLDERS
        for path in sorted(folder.rglob("*.[to]tf"))
    }  # fmt: skip
