"""How much a document may ask for, and what is known of one before it is decoded."""

from dataclasses import dataclass

from vision.core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one document: bytes of the file, pixels and longest side of a page, pages."""

    max_bytes: int = 500_000_000
    max_pixels: int = 40_000_000
    max_side: int = 10_000
    max_pages: int = 2_000

    def check_size(self, width: int, height: int) -> None:
        """Raise BadInput `too_large` for a page over the limits, `damaged` for an empty one."""
        if width < 1 or height < 1:
            raise BadInput(
                "damaged", "The page has no area. Save it again with the program that made it."
            )
        if max(width, height) > self.max_side or width * height > self.max_pixels:
            raise BadInput(
                "too_large",
                f"The page has {width} x {height} pixels; {self.max_pixels} in all and "
                f"{self.max_side} a side are allowed. Send it at a lower resolution.",
            )


@dataclass(frozen=True, slots=True)
class DocumentProbe:
    """What a document is: media type by its bytes, and how many pages it has."""

    media_type: str
    pages: int
