"""Labelled pages of another generator than that of training, for classes without real pages.

python -m models.training.synthetic.held_out_pages --out DATA/held_out --count 120

Pillow sets them in fonts that training never uses; codes are real ones; stamps, logos and boxes to
tick are drawn by other rules. They are no real pages either: call what they measure experimental.
"""

import argparse
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from models.training.labels import CLASS_INDEX, CLASSES, format_labels

SIZE = (1240, 1754)  # A4 at 150 dots an inch
_PRINT = ("Gentium Plus", "PT Serif", "PT Sans", "Quattrocento", "C059", "Nimbus Sans", "Cantarell")
_HANDS = ("Steve", "Havana", "Swift", "Junkyard", "Penguin Attack")
_PROSE = (
    "when the shipment of spare parts reached our depot last Tuesday two of seven crates were "
    "found open and their seals missing so please let us know who signed for them and whether "
    "your insurer will pay for repairs before the end of this quarter we also enclose minutes "
    "from May with a corrected budget and three drawings of a new roof over platform nine"
)
_WORDS = _PROSE.split()


@cache
def _font_file(family: str) -> str:
    asked = ["fc-match", "--format", "%{file}", family]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def _font(family: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_font_file(family), size)


@dataclass
class _Sheet:
    """A page that is filled from top to bottom."""

    rng: Random
    image: Image.Image = field(init=False)
    pen: ImageDraw.ImageDraw = field(init=False)
    labels: list[tuple[str, tuple[float, ...]]] = field(default_factory=list)
    y: int = 110

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", SIZE, "white")
        self.pen = ImageDraw.Draw(self.image)
        self.print = _font(self.rng.choice(_PRINT), self.rng.randint(20, 30))
        self.hand = _font(self.rng.choice(_HANDS), self.rng.randint(36, 58))

    def words(self, low: int, high: int) -> str:
        """Some words in a row."""
        start = self.rng.randrange(len(_WORDS) - high)
        return " ".join(_WORDS[start : start + self.rng.randint(low, high)])

    def write(self, label: str, text: str, x: int, font: ImageFont.FreeTypeFont, ink: str) -> None:
        """Draw lines at the current height and continue below them."""
        box = self.pen.multiline_textbbox((x, self.y), text, font=font, spacing=8)
        self.pen.multiline_text((x, self.y), text, font=font, fill=ink, spacing=8)
        self.labels.append((label, box))
        self.y = round(box[3]) + self.rng.randint(24, 70)

    def paste(self, label: str, piece: Image.Image, x: int, y: int) -> None:
        """Overlay a piece with a white background on the page; its box is tight around the ink."""
        under = self.image.crop((x, y, x + piece.width, y + piece.height))
        self.image.paste(Image.fromarray(np.minimum(np.array(under), np.array(piece))), (x, y))
        ys, xs = np.nonzero(np.array(piece.convert("L")) < 200)
        self.labels.append(
            (label, (x + xs.min(), y + ys.min(), x + xs.max() + 1, y + ys.max() + 1))
        )


def _paragraph(sheet: _Sheet) -> None:
    lines = [sheet.words(7, 12) for _ in range(sheet.rng.randint(2, 6))]
    sheet.write("text", "\n".join(lines), 130, sheet.print, "#111")


def _note(sheet: _Sheet) -> None:
    lines = [sheet.words(2, 5) for _ in range(sheet.rng.randint(1, 4))]
    ink = sheet.rng.choice(("#15308a", "#111", "#333"))
    sheet.write("handwriting", "\n".join(lines), sheet.rng.randint(120, 500), sheet.hand, ink)


def _ticks(sheet: _Sheet) -> None:
    """Checkboxes in a column, each with its label."""
    rng, side = sheet.rng, sheet.rng.randint(20, 34)
    for _ in range(rng.randint(2, 6)):
        box = (140, sheet.y, 140 + side, sheet.y + side)
        sheet.pen.rectangle(box, outline="#111", width=rng.choice((2, 2, 3)))
        if rng.random() < 0.45:
            strokes = (
                (4, side // 2, side // 2, side - 5, side + 6, -6),
                (3, 3, side - 3, side - 3),
            )
            path = rng.choice(strokes)
            points = [(140 + x, sheet.y + y) for x, y in zip(path[::2], path[1::2], strict=True)]
            sheet.pen.line(points, fill="#15308a", width=4)
        sheet.labels.append(("checkbox", box))
        sheet.pen.text((190, sheet.y - 2), sheet.words(1, 4), font=sheet.print, fill="#111")
        sheet.y += side + rng.randint(10, 26)
    sheet.y += 30


def _code(sheet: _Sheet) -> None:
    """A real QR code or a real linear code."""
    rng = sheet.rng
    label, kind = rng.choice((("qr_code", "QRCode"), ("barcode", "Code128"), ("barcode", "ITF")))
    text = "".join(rng.choice("0123456789") for _ in range(2 * rng.randint(4, 9)))
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    pixels = np.array(made.to_image(scale=rng.choice((3, 4, 6) if label == "qr_code" else (2, 3))))
    sheet.paste(label, Image.fromarray(pixels).convert("RGB"), rng.randint(120, 650), sheet.y)
    sheet.y += pixels.shape[0] + 40


def _stamp(sheet: _Sheet) -> None:
    """An oval or a frame with rounded corners around two lines, rotated, over other content."""
    rng = sheet.rng
    piece = Image.new("RGB", (420, 260), "white")
    pen, ink = ImageDraw.Draw(piece), rng.choice(("#a01830", "#204a90", "#403070", "#222"))
    if rng.random() < 0.5:
        pen.ellipse((60, 40, 360, 220), outline=ink, width=6)
        pen.ellipse((76, 54, 344, 206), outline=ink, width=2)
    else:
        pen.rounded_rectangle((60, 60, 360, 200), 20, outline=ink, width=6)
    lines = (rng.choice(("ENTERED", "VOID", "CHECKED", "FINAL")), f"{rng.randint(10, 28)} MAR 2019")
    for line, text in enumerate(lines):
        pen.text((210, 110 + 42 * line), text, ink, _font("Cantarell", 34 - 8 * line), "mm")
    piece = piece.rotate(rng.gauss(0, 12), fillcolor="white", resample=Image.Resampling.BILINEAR)
    sheet.paste("stamp", piece, rng.randint(80, 760), rng.randint(200, 1400))


def _logo(sheet: _Sheet) -> None:
    """A few bold shapes, with or without a name beside them."""
    rng = sheet.rng
    piece = Image.new("RGB", (460, 140), "white")
    pen, ink = ImageDraw.Draw(piece), rng.choice(("#0a6a5a", "#b04010", "#27408b", "#111"))
    shape = rng.choice(("arcs", "bars", "ring"))
    if shape == "arcs":
        for step in range(3):
            inset = 18 * step
            pen.arc((10 + inset, 10 + inset, 120 - inset, 120 - inset), 180, 360, ink, 10)
    elif shape == "bars":
        for step in range(4):
            pen.rectangle((10 + 28 * step, 110 - 24 * step, 30 + 28 * step, 125), fill=ink)
    else:
        pen.ellipse((10, 15, 120, 125), outline=ink, width=22)
    if rng.random() < 0.6:
        pen.text((140, 70), rng.choice(_WORDS).upper(), ink, _font("Nimbus Sans", 46), "lm")
    sheet.paste("logo", piece, rng.choice((110, 640)), sheet.y)
    sheet.y += 160


def _worn(image: np.ndarray, rng: Random) -> np.ndarray:
    """Blur, grain, grey paper or black and white."""
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(1, 9), image.shape)
    soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.4)).astype(np.float32)
    page = np.clip(soft * rng.uniform(0.84, 1) + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
        return cv2.merge([cv2.threshold(grey, 150, 255, cv2.THRESH_BINARY)[1]] * 3)
    return page


def draw(seed: int) -> tuple[np.ndarray, list[tuple[str, tuple[float, ...]]]]:
    """The page of a seed: BGR (height, width, 3), and its labels with corner boxes in pixels."""
    rng = Random(seed)
    sheet = _Sheet(rng)
    makers = [_paragraph, _paragraph, _note, _ticks, _code, _logo]
    while sheet.y < SIZE[1] - 380:
        rng.choice(makers)(sheet)
    for _ in range(rng.choice((0, 1, 1, 2))):
        _stamp(sheet)
    bgr = np.array(sheet.image.filter(ImageFilter.SMOOTH))[..., ::-1]
    return _worn(np.ascontiguousarray(bgr), rng), sheet.labels


def main() -> None:
    """Draw the pages of seeds 0, 1, 2 ..."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=120)
    args = parser.parse_args()
    for folder in ("images", "labels"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    (args.out / "classes.txt").write_text("\n".join(CLASSES) + "\n")
    for seed in range(args.count):
        image, labels = draw(seed)
        classes = np.array([CLASS_INDEX[name] for name, _ in labels])
        boxes = np.array([box for _, box in labels], np.float32)
        cv2.imwrite(str(args.out / "images" / f"{seed:04}.jpg"), image)
        text = format_labels(classes, boxes, *SIZE)
        (args.out / "labels" / f"{seed:04}.txt").write_text(text)


if __name__ == "__main__":
    main()
