"""`pagesight models add` and `remove`: detectors that an operator adds."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cli.console import complain, err, out
from cli.exit_codes import Exit
from cli.json_output import print_json
from cli.settings import load_settings
from jobs.settings import Settings
from models.registry.add_detector import Added, NewDetector, add_detector, hints_for
from models.registry.operator_catalogue import take_out
from vision.core.arrays import Image
from vision.core.errors import BadInput, EngineFailure
from vision.core.stages import Detection
from vision.object_detection.spec import Colour, Corner, Head, Size
from workers.inputs.decoders import open_decoders

_DPI = 200  # at which a page of a PDF is drawn to try a detector on
_OPTIONS = "--head, --classes and --size state what the file itself does not"


@dataclass(frozen=True, slots=True)
class AddRequest:
    """A network as the command line describes it; None where an option is not given."""

    file: Path
    name: str | None
    version: str | None
    licence: str | None
    classes: str | None
    head: Head | None
    size: str | None
    colour: Colour | None
    divisor: float | None
    corner: Corner | None
    images: tuple[Path, ...]


def add(request: AddRequest, *, as_json: bool = False) -> int:
    """Try the network, copy it into the models folder, add it to the catalogue, and report it."""
    return explained(lambda: _add(request, as_json=as_json))


def remove(name: str, version: str | None, *, as_json: bool = False) -> int:
    """Remove all versions of a model, or one, from the operator's catalogue."""
    return explained(lambda: _remove(name, version, as_json=as_json))


def explained(act: Callable[[], None]) -> int:
    """Run a command, print its expected errors, and return the exit code."""
    try:
        act()
    except (BadInput, EngineFailure) as error:
        complain(f"{error.message} [{error.code}]")
        if error.code == "model_unsupported":
            complain(_OPTIONS)
        return Exit.FAILED
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}")
        return Exit.FAILED
    return Exit.OK


def report_added(added: Added, images: tuple[Path, ...], *, as_json: bool = False) -> None:
    """Report what was added, and what it found on the given images."""
    entry = added.entry
    height, width = added.size
    if as_json:
        print_json(_as_values(added, images))
        return
    out.print(
        f"{entry.name} {entry.version}: {len(added.labels)} classes, {height} x {width}, head"
        f" {added.head}, {entry.licence}, sha256 {entry.sha256[:12]}",
        markup=False,
    )
    for path, found in zip(images, added.found, strict=False):
        out.print(f"  {path.name}: {_summary(found)}", markup=False)
    err.print(
        f"Added to {entry.folder}. Restart a running service, then use it with"
        f" `--detector {entry.name}`.",
        markup=False,
    )


def _as_values(added: Added, images: tuple[Path, ...]) -> dict[str, object]:
    entry = added.entry
    found = {
        path.name: [{"label": each.label, "confidence": each.confidence} for each in detections]
        for path, detections in zip(images, added.found, strict=False)
    }
    return {
        "name": entry.name,
        "version": entry.version,
        "labels": added.labels,
        "size": added.size,
        "head": added.head,
        "licence": entry.licence,
        "sha256": entry.sha256,
        "folder": str(entry.folder),
        "found": found,
    }


def load_pictures(images: tuple[Path, ...], settings: Settings) -> list[Image]:
    """The first page of each file, decoded in a helper process."""
    if not images:
        return []
    with closing(open_decoders(settings, 1)) as decoders:
        return [decoders.decode(path, 1, _DPI).pixels for path in images]


def _add(request: AddRequest, *, as_json: bool) -> None:
    settings = load_settings()
    new = NewDetector(
        file=request.file,
        name=request.name or request.file.stem,
        hints=hints_for(
            request.head,
            _classes(request.classes),
            _size(request.size),
            colour=request.colour,
            divisor=request.divisor,
            corner=request.corner,
        ),
        version=request.version,
        licence=request.licence,
    )
    pictures = load_pictures(request.images, settings)
    added = add_detector(new, settings.models_folder, pictures)
    report_added(added, request.images, as_json=as_json)


def _remove(name: str, version: str | None, *, as_json: bool) -> None:
    taken = take_out(name, version, load_settings().models_folder)
    if as_json:
        print_json([{"name": each.entry.name, "version": each.entry.version} for each in taken])
        return
    for removed in taken:
        what = f"{removed.entry.name} {removed.entry.version}"
        also = f", and {removed.deleted}" if removed.deleted else "; its file is kept"
        out.print(f"removed {what}{also}", markup=False)


def _classes(text: str | None) -> tuple[str, ...]:
    """Comma-separated names, or the lines of a file."""
    if not text:
        return ()
    lines = Path(text).read_text(encoding="utf-8").splitlines() if Path(text).is_file() else []
    names = lines or text.split(",")
    return tuple(name.strip() for name in names if name.strip())


def _size(text: str | None) -> Size | None:
    """`640`, or `480x640` as height and width."""
    if text is None:
        return None
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() and int(side) for side in sides):
        raise BadInput("model_refused", f"{text!r} is not a size: write 640 or 480x640")
    return int(sides[0]), int(sides[-1])


def _summary(found: tuple[Detection, ...]) -> str:
    """The most confident findings: they show at once whether the network is decoded correctly."""
    few = ", ".join(f"{each.label} {each.confidence:.2f}" for each in found[:8])
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return (few or "nothing") + more
