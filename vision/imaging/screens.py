"""Takes printers' screens off a page: regular dots that make a grey or coloured ground.

Such dots are one pattern all over the page, so nearly all of it lies in a few points of the page's
spectrum, which letters hardly use: these are cut out (notch filters; Gonzalez and Woods, "Digital
Image Processing", ch. 4.10). Smoothing dots away blurs the letters, too.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.document import Preparation
from vision.core.stages import Letters, PreparedPage
from vision.imaging.connected_components import find_letters
from vision.imaging.grey import grey_of
from vision.imaging.specks import screen_pitch

# Word F1 of 14 screened pages, `fast` / `balanced`: notches and this smoothing .849 / .862, notches
# alone .834 / .849, smoothing alone (.36 of the pitch, the best) .634 / .747.
_SMOOTHING = 0.12  # in distances between dots
# Points of the spectrum so many times as strong as those around them are the screen's, from this
# frequency on, in dots an inverse distance: below are the letters'.
_STRONGER, _FROM = 8.0, 0.6
_AROUND = 15  # points each way
_NOTCH = 7  # points each way that are cut out with each
_LEAKAGE = 25  # and along both axes, where a screen leaks that the page's edges cut
_AT_EDGE, _AT_EDGE_SMOOTHED = 64, 0.36  # pixels from the edge in which dots are smoothed instead
_LOUDEST = 20.0  # natural logarithm; images have less


def without_screen(page: PreparedPage) -> PreparedPage:
    """The page with the dots of a printer's screen cut out of `working`, grey then, if it has any.

    Its letters are always measured in the page that is returned: where there were dots, before
    they were removed.
    """
    text = page.text or find_letters(page.working)
    pitch = screen_pitch(text)
    if pitch is None:
        return replace(page, text=text)
    distance = pitch / text.factor
    clean = _cleaned(grey_of(page.working), distance)
    report = Preparation("descreen", round(distance, 1), "pixels between dots", applied=True)
    return replace(
        page,
        working=np.asarray(cv2.cvtColor(clean, cv2.COLOR_GRAY2RGB), np.uint8),
        text=text,
        preparation=(*page.preparation, report),
    )


def letters_without_screen(text: Letters) -> Letters | None:
    """The letters measured again once a printer's screen is cut out of `grey`, if it has any."""
    pitch = screen_pitch(text)
    if pitch is None:
        return None
    clean = _cleaned(text.grey, pitch)
    return find_letters(np.asarray(cv2.cvtColor(clean, cv2.COLOR_GRAY2RGB), np.uint8))


def _cleaned(grey: Grey, distance: float) -> Grey:
    """Notched within the page, smoothed at its edges, where notches leave a part of the dots."""
    notched = cv2.GaussianBlur(_notched(grey, distance), (0, 0), _SMOOTHING * distance)
    smooth = cv2.GaussianBlur(grey, (0, 0), _AT_EDGE_SMOOTHED * distance)
    rows, columns = (
        np.minimum(np.arange(length), np.arange(length)[::-1]) / _AT_EDGE for length in grey.shape
    )
    inside = np.minimum(np.minimum.outer(rows, columns), 1.0)
    return np.asarray((notched * inside + smooth * (1 - inside)).round(), np.uint8)


def _notched(grey: Grey, distance: float) -> Grey:
    """The image without what repeats in about `distance` pixels, and its harmonics."""
    height, width = grey.shape
    rows, columns = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
    padded = cv2.copyMakeBorder(
        grey, 0, rows - height, 0, columns - width, cv2.BORDER_REFLECT
    ).astype(np.float32)
    spectrum = np.fft.rfft2(padded)
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns))
    peaks = _peaks(np.log1p(np.abs(spectrum))) & (frequency > _FROM / distance)
    sizes = ((_NOTCH, _NOTCH), (3, _LEAKAGE), (_LEAKAGE, 3))
    cut = np.zeros(peaks.shape, np.uint8)
    for size in sizes:
        cut |= cv2.dilate(peaks.view(np.uint8), np.ones(size, np.uint8))
    soft = cv2.GaussianBlur(cut.astype(np.float32), (0, 0), _NOTCH / 4)
    kept = np.clip(1 - 1.3 * soft, 0, 1)
    restored = np.fft.irfft2(spectrum * kept, s=(rows, columns))[:height, :width]
    return np.asarray(restored.clip(0, 255).astype(np.uint8))


def _peaks(loudness: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Where the logarithm of a spectrum is far above its median around."""
    levels = np.clip(loudness * (255 / _LOUDEST), 0, 255).astype(np.uint8)
    around = cv2.medianBlur(levels, _AROUND).astype(np.float32) * (_LOUDEST / 255)
    return np.asarray(loudness - around > np.log(_STRONGER), np.bool_)
