"""Adds a YOLO network in ONNX to the operator's catalogue, after it was opened and tried."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.registry.catalogue import Entry, load_catalogue
from models.registry.operator_catalogue import next_version, put_entry
from models.registry.trial_images import trial_pictures
from vision.core.arrays import Image
from vision.core.errors import BadInput
from vision.core.stages import Detection
from vision.engines.onnx_session import open_session
from vision.object_detection.spec import Colour, Corner, DetectorHints, Head, Size
from vision.object_detection.yolo import YoloDetector
from vision.object_detection.yolo_heads import decode

# Part of a job's options and of a file's name: nothing that leads out of a folder.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}(?:\.[A-Za-z0-9_-]{1,60}){0,3}")
_SHOWN_FROM = 0.25
_ROUNDING = 1e-3  # a score this far above 1 is rounding, not another kind of number


@dataclass(frozen=True, slots=True)
class NewDetector:
    """A file and what its owner states about it.

    Without a `version` it gets the next number, without a `licence` the one in its metadata.
    """

    file: Path
    name: str
    hints: DetectorHints = field(default_factory=DetectorHints)
    version: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """The new entry, how the network was interpreted, and what it found on each picture."""

    entry: Entry
    head: Head
    size: Size
    labels: tuple[str, ...]
    found: tuple[tuple[Detection, ...], ...]


def hints_for(
    head: Head | None,
    labels: tuple[str, ...] = (),
    size: Size | None = None,
    *,
    colour: Colour | None = None,
    divisor: float | None = None,
    corner: Corner | None = None,
) -> DetectorHints:
    """Hints with the head's usual values where none are given.

    YOLOX takes raw BGR values with the picture at the top left (its `demo/ONNXRuntime`), all
    others RGB over 255 with the picture in the centre.
    """
    yolox = head == "yolox"
    return DetectorHints(
        labels=labels,
        size=size,
        head=head,
        colour=colour or ("bgr" if yolox else "rgb"),
        divisor=divisor or (1.0 if yolox else 255.0),
        corner=corner or ("top-left" if yolox else "centre"),
    )


def add_detector(new: NewDetector, models_dir: Path, pictures: Sequence[Image] = ()) -> Added:
    """Copy the file into the models folder and add it as the current version of its name.

    It is tried on `pictures`, or on drawn ones where none are given. BadInput `model_refused` says
    what the owner must state or choose differently; EngineFailure `model_unreadable` and
    `model_unsupported` why the file is not a usable detector.
    """
    _check_name(new.name, models_dir)
    sha256 = _sha256_of(new.file)
    version = new.version or next_version(new.name, models_dir)
    _check_free(new.name, version, sha256, models_dir)
    session = open_session(new.file, name=new.name, version=version, sha256=sha256, device="cpu")
    detector = YoloDetector(session, new.hints)
    found = _try(detector, list(pictures) or trial_pictures())
    licence = new.licence or session.metadata.get("license") or _no_licence(new.file)
    target = models_dir / f"{new.name}-{version}.onnx"
    entry = Entry(
        name=new.name,
        version=version,
        task="detector",
        source=f"file:{target.name}",
        sha256=sha256,
        licence=licence,
        folder=models_dir,
        detector=_stated(new.hints, detector),
    )
    _copy(new.file, target)
    put_entry(entry)
    return Added(entry, detector.head, detector.size, detector.labels, found)


def _stated(hints: DetectorHints, detector: YoloDetector) -> DetectorHints:
    """Everything that the file or its owner stated, so that the catalogue shows it."""
    return DetectorHints(
        labels=detector.labels,
        size=detector.size,
        head=detector.head,
        colour=hints.colour,
        divisor=hints.divisor,
        corner=hints.corner,
    )


def _check_name(name: str, models_dir: Path) -> None:
    if not _NAME.fullmatch(name):
        raise _refused(f"{name!r} cannot be a name: use letters, digits, - and _, up to 60")
    tasks = {entry.task for entry in load_catalogue(models_dir) if entry.name == name}
    if tasks - {"detector"}:
        raise _refused(f"{name} is the name of a model for another task; choose another name")


def _check_free(name: str, version: str, sha256: str, models_dir: Path) -> None:
    if not _NAME.fullmatch(version):
        raise _refused(f"{version!r} cannot be a version: use letters, digits, -, _ and dots")
    for entry in load_catalogue(models_dir):
        if entry.name != name:
            continue
        if entry.version == version:
            raise _refused(f"{name} {version} exists already: give another version")
        if entry.sha256 == sha256:
            raise _refused(f"the same file is already {name} {entry.version}")


def _try(detector: YoloDetector, pictures: Sequence[Image]) -> tuple[tuple[Detection, ...], ...]:
    """What it finds on the pictures; refused where its numbers cannot be boxes and scores."""
    for picture in pictures:
        _check_numbers(detector, picture)
    return tuple(page.found for page in detector.detect(pictures, _SHOWN_FROM))


def _check_numbers(detector: YoloDetector, picture: Image) -> None:
    batch, _ = detector.prepare([picture])
    raw = detector.infer(batch)
    candidates = decode(detector.head, raw, detector.size, -np.inf)
    if not np.isfinite(raw).all() or not np.isfinite(candidates.boxes).all():
        raise _refused("its output on an ordinary picture holds infinite numbers or NaN")
    low, high = candidates.scores.min(initial=0.0), candidates.scores.max(initial=0.0)
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise _refused(
            f"its scores range from {low:.3g} to {high:.3g}, so they are not confidences: its head"
            f" is not {detector.head}, or it was exported without its final activation"
        )


def _no_licence(file: Path) -> str:
    raise _refused(f"{file.name} does not state its licence: give it (`--licence`)")


def _copy(file: Path, target: Path) -> None:
    """Copy the file to its new name, atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as copy:
        part = Path(copy.name)
        try:
            with file.open("rb") as source:
                shutil.copyfileobj(source, copy)
            part.chmod(0o644)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _sha256_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _refused(reason: str) -> BadInput:
    return BadInput("model_refused", reason)
