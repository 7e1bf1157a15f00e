"""Disturbances of print and paper: specks, dots, screens, strokes, stamps and rules.

Every function takes the page [h, w, 3] uint8 RGB, a seeded generator and a strength of 1 to 3, and
returns the disturbed page.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmarks.robustness.fonts import faces_of

Pixels = NDArray[np.uint8]
Random = np.random.Generator

_INKS = ((178, 34, 52), (40, 66, 160), (24, 110, 60))


def salt(page: Pixels, random: Random, strength: int) -> Pixels:
    """Black and white specks of 1, 2 or 3 pixels, on 1% of the page, in pure black and white."""
    specked = _black_and_white(page)
    height, width = page.shape[:2]
    count = int(height * width * 0.01 / strength**2)
    ys, xs = random.integers(0, height, count), random.integers(0, width, count)
    for x, y, dark in zip(xs, ys, random.random(count) < 0.8, strict=True):
        specked[y : y + strength, x : x + strength] = 0 if dark else 255
    return specked


def fax(page: Pixels, random: Random, strength: int) -> Pixels:
    """A page of 150 dots an inch as a fax of 204 x 196, 204 x 98, or that with bad lines."""
    upright = 196 if strength == 1 else 98
    height, width = page.shape[:2]
    size = (round(width * 204 / 150), round(height * upright / 150))
    sent = _black_and_white(np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA)))
    if strength == 3:
        for y in random.integers(1, size[1] - 1, size[1] // 40):
            sent[y] = sent[y - 1]
        sent[random.random(sent.shape[:2]) < 0.002] = 0
    return sent


def dot_matrix(page: Pixels, _: Random, strength: int) -> Pixels:
    """Printed by needles: dots 1.8, 2.2 or 2.8 pixels apart that just touch."""
    pitch, fine = (1.8, 2.2, 2.8)[strength - 1], 6
    small = cv2.resize(page, None, fx=1 / pitch, fy=1 / pitch, interpolation=cv2.INTER_AREA)
    dots = (small.mean(axis=2) < 165).astype(np.uint8)
    stamp = np.zeros((fine, fine), np.uint8)
    cv2.circle(stamp, (fine // 2, fine // 2), 3, 1, -1)
    printed = 255 - np.kron(dots, stamp) * 200
    height, width = page.shape[:2]
    soft = cv2.resize(printed, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.repeat(soft[..., None], 3, axis=2), np.uint8)


def halftone(page: Pixels, _: Random, strength: int) -> Pixels:
    """Letters on a grey that is screened into dots 4 pixels apart: 15, 28 or 40% of the area."""
    height, width = page.shape[:2]
    y, x = np.mgrid[:height, :width]
    screen = (np.cos(np.pi * (x + y) / 4) + np.cos(np.pi * (x - y) / 4)) / 4 + 0.5
    dark = screen < np.quantile(screen[:64, :64], (0.15, 0.28, 0.4)[strength - 1])
    printed = page.copy()
    printed[dark] = np.minimum(printed[dark], 60)
    return np.asarray(cv2.GaussianBlur(printed, (0, 0), 0.5), np.uint8)


def pen_strokes(page: Pixels, random: Random, strength: int) -> Pixels:
    """3, 7 or 14 strokes of a pen over the print, as signatures and ticks are."""
    marked = page.copy()
    height, width = page.shape[:2]
    for _ in range((3, 7, 14)[strength - 1]):
        start = random.uniform((0.05, 0.05), (0.9, 0.95)) * (width, height)
        steps = random.normal((22, 0), 16, (int(random.integers(4, 9)), 2))
        points = _curve(np.vstack([start, start + np.cumsum(steps, axis=0)]))
        cv2.polylines(marked, [points], isClosed=False, color=_INKS[1], thickness=3,
                      lineType=cv2.LINE_AA)  # fmt: skip
    return marked


def stamps(page: Pixels, random: Random, strength: int) -> Pixels:
    """One, two or four coloured stamps over the print, tilted; their words are not in the truth."""
    picture = Image.fromarray(page)
    font = faces_of("sans")[0].font(max(24, page.shape[1] // 18), bold=True)
    for _ in range((1, 2, 4)[strength - 1]):
        word = ("PAID", "COPY", "DRAFT")[int(random.integers(3))]
        ink = _INKS[int(random.integers(3))]
        left, top, right, bottom = font.getbbox(word)
        stamp = Image.new("RGBA", (int(right - left) + 40, int(bottom - top) + 40))
        draw = ImageDraw.Draw(stamp)
        draw.rectangle((3, 3, stamp.width - 4, stamp.height - 4), outline=(*ink, 215), width=5)
        draw.text((20 - left, 20 - top), word, (*ink, 215), font)
        turned = stamp.rotate(float(random.uniform(-25, 25)), Image.Resampling.BICUBIC, expand=True)
        place = random.uniform(0, 1, 2) * np.maximum(np.array(picture.size) - turned.size, 1)
        picture.paste(turned, (int(place[0]), int(place[1])), turned)
    return np.array(picture, np.uint8)


def ruled_paper(page: Pixels, random: Random, strength: int) -> Pixels:
    """Lines or squares of a notebook through the print, in grey that gets darker."""
    lined = page.astype(int)
    shade, gap = (60, 100, 150)[strength - 1], int(random.integers(26, 40))
    lined[gap::gap] -= shade
    lined[gap + 1 :: gap] -= shade
    if strength > 1:
        lined[:, gap::gap] -= shade
    return np.asarray(np.clip(lined, 0, 255), np.uint8)


def _curve(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """A smooth line through the points, by Chaikin's corner cutting."""
    for _ in range(3):
        before, after = points[:-1], points[1:]
        points = np.stack([before * 0.75 + after * 0.25, before * 0.25 + after * 0.75], 1)
        points = points.reshape(-1, 2)
    return points.round().astype(np.int32)


def _black_and_white(page: NDArray[np.generic]) -> Pixels:
    grey = np.asarray(page, float).mean(axis=2, keepdims=True)
    return np.repeat(np.where(grey < 150, 0, 255), 3, axis=2).astype(np.uint8)
