"""Names of the files that workers make of a job on request; they are part of keys and steps."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

WIDTHS: Final = (200, 400, 800, 1600, 3200)  # of page pictures, in pixels
_PICTURE: Final = re.compile(r"page-(\d+)-(\d+)", re.ASCII)
_REVISION: Final = "@"
_AND: Final = "+"


class PagePicture(NamedTuple):
    """The picture of page `number`, `width` pixels wide."""

    number: int
    width: int

    @property
    def form(self) -> str:
        """Its name."""
        return f"page-{self.number}-{self.width}"


def picture_of(number: int, wanted_px: int) -> PagePicture:
    """The smallest picture that is kept of a page and at least as wide as wanted."""
    return PagePicture(number, next((w for w in WIDTHS if w >= wanted_px), WIDTHS[-1]))


def parse_picture(form: str) -> PagePicture | None:
    """The inverse of `PagePicture.form`; None for another file."""
    found = _PICTURE.fullmatch(form)
    return PagePicture(int(found[1]), int(found[2])) if found else None


def joined(forms: Iterable[str]) -> str:
    """The name of a ZIP of several formats, of one format its own."""
    return _AND.join(dict.fromkeys(forms))


def parse_joined(form: str) -> list[str]:
    """The inverse of `joined`."""
    return form.split(_AND)


def revised(form: str, revision: int | None) -> str:
    """The name of a file of a corrected result; None stands for the original."""
    return form if revision is None else f"{form}{_REVISION}{revision}"


def parse_revised(form: str) -> tuple[str, int | None]:
    """The inverse of `revised`."""
    name, mark, revision = form.partition(_REVISION)
    return name, int(revision) if mark else None
