"""Pictures of pages, for people to look at."""

from typing import Final

import cv2
import numpy as np

from vision.core.arrays import Image

_QUALITY: Final = 82  # of JPEG, 0 to 100; edges of letters stay clean


def encode_picture(page: Image, width: int) -> bytes:
    """The page (height x width x 3, RGB) as a JPEG `width` pixels wide, never enlarged."""
    height_px, width_px = page.shape[:2]
    if width < width_px:
        size = (width, max(1, round(height_px * width / width_px)))
        page = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)
    bgr = cv2.cvtColor(page, cv2.COLOR_RGB2BGR)
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    written, encoded = cv2.imencode(".jpg", bgr, options)
    if not written:
        raise ValueError(f"a page of {width_px} x {height_px} pixels cannot be written as JPEG")
    return encoded.tobytes()
