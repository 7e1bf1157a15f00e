"""`pagesight models export`: ultralytics weights exported to ONNX, compared and added."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from cli.console import err
from cli.models.add import explained, load_pictures, report_added
from cli.settings import load_settings
from models.registry.add_detector import NewDetector, add_detector
from models.registry.trial_images import trial_pictures
from models.yolo.to_onnx import Parity, TrainingEnvironment, check_parity
from vision.core.errors import BadInput


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What the command line asks for."""

    weights: Path
    python: Path
    name: str | None
    version: str | None
    licence: str | None
    size: int | None
    raw: bool
    images: tuple[Path, ...]


def export(request: ExportRequest, *, as_json: bool = False) -> int:
    """Export in the given environment, compare on images, and add the model only if equal."""
    return explained(lambda: _export(request, as_json=as_json))


def _export(request: ExportRequest, *, as_json: bool) -> None:
    _check(request)
    settings = load_settings()
    given = load_pictures(request.images, settings)
    environment = TrainingEnvironment(request.python, request.weights, raw=request.raw)
    with tempfile.TemporaryDirectory(prefix="pagesight-") as name:
        folder = Path(name)
        onnx = folder / f"{request.weights.stem}.onnx"
        environment.write(onnx, request.size, request.licence)
        parity = check_parity(onnx, environment, [*given, *trial_pictures()], folder)
        new = NewDetector(
            onnx, request.name or request.weights.stem, version=request.version,
            licence=request.licence,
        )  # fmt: skip
        added = add_detector(new, settings.models_folder, given)
    err.print(_said(parity), markup=False)
    report_added(added, request.images, as_json=as_json)


def _said(parity: Parity) -> str:
    return (
        f"ONNX Runtime and torch agree on {parity.compared} boxes: within"
        f" {parity.box_px:.2g} px and {parity.score:.2g} of score"
    )


def _check(request: ExportRequest) -> None:
    for path in (request.weights, *request.images):
        path.open("rb").close()  # OSError names a missing file
    if not request.python.is_file():
        raise BadInput(
            "no_training_environment",
            f"{request.python} does not exist: torch and ultralytics are not part of the service."
            " Create an environment (docs/how-to/detectors.md) and name it with --python:\n"
            "    python3 -m venv .training\n"
            "    .training/bin/pip install torch ultralytics onnx",
        )
