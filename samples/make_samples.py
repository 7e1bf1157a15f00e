"""Render invoice.html as a scanner would deliver it: `python samples/make_samples.py`.

Needs Chromium and poppler-utils (pdftoppm). The result, invoice.pdf, is committed; the people and
companies in it are invented.
"""

import base64
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from PIL import Image

HERE = Path(__file__).parent
QR_TEXT = "https://example.com/pay?invoice=2026-0417&amount=2467.20"
DPI = 150
CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]


def main() -> None:
    """Write invoice.pdf beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        pages = [_scan(path, seed) for seed, path in enumerate(_render(Path(folder)))]
    pages[0].save(
        HERE / "invoice.pdf", save_all=True, append_images=pages[1:], resolution=DPI, quality=78
    )


def _render(folder: Path) -> list[Path]:
    html = folder / "invoice.html"
    html.write_text((HERE / "invoice.html").read_text().replace('"QR"', f'"{_qr_code()}"'))
    pdf = folder / "clean.pdf"
    subprocess.run([*CHROMIUM, f"--print-to-pdf={pdf}", html.as_uri()], check=True, timeout=60)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", pdf, folder / "page"], check=True)
    return sorted(folder.glob("page*.png"))[:2]


def _qr_code() -> str:
    code = zxingcpp.create_barcode(QR_TEXT, zxingcpp.BarcodeFormat.QRCode)
    pixels = np.array(zxingcpp.write_barcode_to_image(code, scale=6))
    png = cv2.imencode(".png", pixels)[1].tobytes()
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _scan(path: Path, seed: int) -> Image.Image:
    """Tilt, soften and grain a page as a cheap scanner does."""
    noise = np.random.default_rng(seed)
    page = cv2.imread(str(path))
    height, width = page.shape[:2]
    tilt = cv2.getRotationMatrix2D((width / 2, height / 2), 0.7 - 1.1 * seed, 1.0)
    page = cv2.warpAffine(page, tilt, (width, height), borderValue=(250, 250, 250))
    page = cv2.GaussianBlur(page, (0, 0), 0.6).astype(np.float32)
    page = page * 0.96 + 4 + noise.normal(0, 3.0, page.shape)
    return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)[..., ::-1])


if __name__ == "__main__":
    main()
