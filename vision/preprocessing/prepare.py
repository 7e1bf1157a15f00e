"""Prepares a page for reading: upright, evenly lit, level, large enough.

Each step measures first, acts only where that improves reading, and reports both.
"""

import math

import cv2
import numpy as np

from vision.core.arrays import Affine, Grey, Image
from vision.core.document import Box, ModelUse, Preparation
from vision.core.geometry import compose, invert, scaling, transform_box, translation
from vision.core.limits import Limits
from vision.core.options import ReadOptions
from vision.core.protocols import Orienter, Rectifier
from vision.core.stages import Letters, PageImage, PreparedPage
from vision.imaging.connected_components import find_letters
from vision.imaging.order import median
from vision.imaging.specks import screen_pitch
from vision.preprocessing.dark_background import has_dark_background, reverse
from vision.preprocessing.deskew import measure_skew
from vision.preprocessing.illumination import even_out, measure_unevenness
from vision.preprocessing.photograph_frame import turned_photograph
from vision.preprocessing.rectify import Rectified, rectify

# None of 245 upright pages and single lines was rotated at this confidence; rotated pages with
# little text stay as they are.
_CONFIDENT_TURN = 0.7

# Less tilt costs no words, and resampling blurs. Level text gains less than 1.1 in sharpness, pages
# tilted by 2 degrees gain 1.15 (narrow receipts) to 3.
_LEAST_SKEW = 0.5
_CLEARLY_LEVELLER = 1.2

# Scans of receipts and forms reach 0.26; shadows that cost words begin at about 0.3.
_UNEVEN = 0.35

# Median height of pieces of ink, mostly letters without ascenders.
_SMALL_TEXT = 8.0
_GOOD_TEXT = 14.0
_LARGEST_SCALE = 2.0
_MOST_PIXELS = Limits().max_pixels


def prepare(
    page: PageImage,
    options: ReadOptions,
    orienter: Orienter | None,
    rectifier: Rectifier | None = None,
) -> PreparedPage:
    """The page prepared for reading, with a report of each step.

    `working` is `upright` itself where nothing was changed. Without an orienter or rectifier, or
    where an option is off, that step is neither measured nor reported.
    """
    text = find_letters(page.pixels)
    if reversed_ := options.illumination != "off" and has_dark_background(text.grey):
        text = find_letters(reverse(page.pixels))
        rectifier = None  # a window on a screen is no sheet on a desk
    rectified, outlined = _rectify(page.pixels, text, rectifier)
    if rectified:
        text = find_letters(rectified.pixels)
    pixels = rectified.pixels if rectified else page.pixels
    upright, rotation, turned, models = _orient(pixels, text, options, orienter)
    if rotation:
        text = find_letters(reverse(upright) if reversed_ else upright)
    evened, lit = _reversed(upright) if reversed_ else _illuminate(upright, text, options)
    skew, levelled = _level(text, options)
    scale, enlarged = _enlarge(text, upright, options)
    working, to_page = _warp(evened, skew, scale)
    return PreparedPage(
        number=page.number,
        upright=upright,
        working=working,
        to_page=to_page,
        dpi=page.dpi,
        rotation=rotation,
        skew=skew,
        preparation=(*outlined, *turned, *lit, *levelled, *enlarged),
        warnings=page.warnings,
        text=text if working is upright else None,
        models=models,
        photograph=turned_photograph(page.pixels, rectified, rotation) if rectified else None,
    )


def _rectify(
    image: Image, text: Letters, rectifier: Rectifier | None
) -> tuple[Rectified | None, tuple[Preparation, ...]]:
    if rectifier is None:
        return None, ()
    rectified, report = rectify(image, text, rectifier)
    return rectified, (report,)


def _orient(
    image: Image, text: Letters, options: ReadOptions, orienter: Orienter | None
) -> tuple[Image, int, tuple[Preparation, ...], tuple[ModelUse, ...]]:
    if orienter is None or options.orientation == "off":
        return image, 0, (), ()
    turn, confidence, models, evidence = orienter.turn_needed(text)
    applied = turn != 0 and confidence >= _CONFIDENT_TURN
    detail = f"confidence {confidence:.2f}" + (f"; {evidence}" if evidence else "")
    report = Preparation("orientation", float(turn), "degrees clockwise", applied, detail)
    if not applied:
        return image, 0, (report,), models
    turned = np.ascontiguousarray(np.rot90(image, -turn // 90))
    return turned, turn, (report,), models


def _illuminate(
    image: Image, text: Letters, options: ReadOptions
) -> tuple[Image, tuple[Preparation, ...]]:
    if options.illumination == "off":
        return image, ()
    uneven = measure_unevenness(text)
    applied = uneven >= _UNEVEN
    report = Preparation("illumination", round(uneven, 3), "share of darkening", applied)
    return even_out(image) if applied else image, (report,)


def _reversed(image: Image) -> tuple[Image, tuple[Preparation, ...]]:
    detail = "light print on a dark background was reversed"
    return reverse(image), (Preparation("illumination", 1.0, "share of darkening", True, detail),)


def _level(text: Letters, options: ReadOptions) -> tuple[float, tuple[Preparation, ...]]:
    if options.deskew == "off":
        return 0.0, ()
    skew, better = measure_skew(text.boxes)
    applied = abs(skew) >= _LEAST_SKEW and better >= _CLEARLY_LEVELLER
    detail = f"{better:.2f} times as sharp as level"
    report = Preparation("deskew", skew, "degrees counter-clockwise", applied, detail)
    return skew if applied else 0.0, (report,)


def _enlarge(
    text: Letters, image: Image, options: ReadOptions
) -> tuple[float, tuple[Preparation, ...]]:
    if options.upscale == "off":
        return 1.0, ()
    if not len(text.boxes):
        return 1.0, (Preparation("upscale", None, "pixels of letter height", False, "no text"),)
    height = median(text.boxes[:, 3]) / text.factor
    room = math.sqrt(_MOST_PIXELS / (image.shape[0] * image.shape[1]))
    scale = min(_GOOD_TEXT / height, _LARGEST_SCALE, room) if height < _SMALL_TEXT else 1.0
    if scale > 1.0 and screen_pitch(text) is not None:
        scale = 1.0  # its dots were measured, not its letters
    applied = scale > 1.0
    detail = f"enlarged {scale:.2f} times" if applied else ""
    report = Preparation("upscale", round(height, 1), "pixels of letter height", applied, detail)
    return (scale if applied else 1.0), (report,)


def _warp(image: Image, skew: float, scale: float) -> tuple[Image, Affine]:
    """The image enlarged and levelled, on a background of its own colour."""
    to_working = scaling(scale, scale)
    if scale == 1.0 and skew == 0.0:
        return image, invert(to_working)
    # Scans are grey for the most part, and one channel takes two fifths of the time of three.
    grey = _one_channel(image)
    moved = image if grey is None else grey
    if scale != 1.0:
        resized = cv2.resize(moved, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        moved = np.asarray(resized, np.uint8)
    if skew != 0.0:
        moved, turned = _turned(moved, skew)
        to_working = compose(turned, to_working)
    working = moved if grey is None else cv2.cvtColor(moved, cv2.COLOR_GRAY2RGB)
    return np.asarray(working, np.uint8), invert(to_working)


def _one_channel(image: Image) -> Grey | None:
    """The channel that all three of an RGB image are; None where they differ."""
    grey = np.ascontiguousarray(image[:, :, 1])
    alike = np.array_equal(grey, image[:, :, 0]) and np.array_equal(grey, image[:, :, 2])
    return grey if alike else None


def _turned(image: Image | Grey, skew: float) -> tuple[Image | Grey, Affine]:
    """The whole image, of any channels, rotated clockwise by `skew` degrees; how points moved."""
    height, width = image.shape[:2]
    frame = transform_box(_rotation(skew), Box(0.0, 0.0, width, height))
    moved = compose(translation(-frame.x0, -frame.y0), _rotation(skew))
    # OpenCV counts from the centres of pixels, our frames from their corners.
    centred = compose(translation(-0.5, -0.5), compose(moved, translation(0.5, 0.5)))
    turned = cv2.warpAffine(
        image,
        centred,
        (math.ceil(frame.width), math.ceil(frame.height)),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_background_colour(image),
    )
    return np.asarray(turned, np.uint8), moved


def _rotation(degrees: float) -> Affine:
    """Turns clockwise by `degrees`, as seen with y pointing down."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])


def _background_colour(image: Image | Grey) -> tuple[float, ...]:
    """The median colour of the page's edges, to fill the corners that levelling exposes."""
    edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return tuple(float(value) for value in np.atleast_1d(np.median(edges, axis=0)))
