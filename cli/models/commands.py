"""The `pagesight models` commands and their options. Each loads what it needs when it runs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

models = typer.Typer(help="The models that reading uses.", no_args_is_help=True)


class Head(StrEnum):
    """The heads of detection networks by name, as `--help` shows them."""

    yolov8 = "yolov8"
    yolov5 = "yolov5"
    end2end = "end2end"
    yolox = "yolox"


class Colour(StrEnum):
    """The orders of colours by name, as `--help` shows them."""

    rgb = "rgb"
    bgr = "bgr"


class Corner(StrEnum):
    """Where a picture lies in the network's input, as `--help` shows it."""

    centre = "centre"
    top_left = "top-left"


Licence = Annotated[
    str | None, typer.Option("--licence", help="Its licence, where the file does not say it.")
]
Pictures = Annotated[
    list[Path], typer.Option("--image", help="Try it on this picture; may be repeated.")
]
Version = Annotated[
    str | None, typer.Option("--version", help="Its version; the next whole number if not given.")
]
Name = Annotated[
    str | None, typer.Option("--name", help="Name for jobs to ask for; the file's if not given.")
]


@models.command("list")
def models_list() -> None:
    """List the catalogue and whether each model is ready here."""
    from cli.models.listing import show

    raise typer.Exit(show())


@models.command("add")
def models_add(  # noqa: PLR0913, PLR0917 - a command's options are its function's arguments
    file: Annotated[Path, typer.Argument(help="A YOLO network in ONNX.")],
    name: Name = None,
    version: Version = None,
    licence: Licence = None,
    classes: Annotated[
        str | None, typer.Option(help="Class names with commas between, or a file of lines.")
    ] = None,
    head: Annotated[
        Head | None, typer.Option(help="What it puts out, where its shape does not tell.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Input side, or HEIGHTxWIDTH, where the file leaves it free.")
    ] = None,
    colour: Annotated[Colour | None, typer.Option(help="Order of colours it expects.")] = None,
    divisor: Annotated[
        float | None, typer.Option(min=1e-6, help="What pixel values are divided by.")
    ] = None,
    corner: Annotated[
        Corner | None, typer.Option(help="Where a picture lies in its input.")
    ] = None,
    images: Pictures = [],  # noqa: B006 - typer makes a list of its own for each call
) -> None:
    """Add a YOLO network in ONNX to the catalogue, after trying it."""
    from cli.models.add import AddRequest, add

    request = AddRequest(
        file=file,
        name=name,
        version=version,
        licence=licence,
        classes=classes,
        head=head.value if head else None,
        size=size,
        colour=colour.value if colour else None,
        divisor=divisor,
        corner=corner.value if corner else None,
        images=tuple(images),
    )
    raise typer.Exit(add(request))


@models.command("remove")
def models_remove(
    name: Annotated[str, typer.Argument(help="The name that `list` shows.")],
    version: Annotated[str | None, typer.Option(help="Only this version.")] = None,
) -> None:
    """Take a model that was added out of the catalogue, and delete its copy."""
    from cli.models.add import remove

    raise typer.Exit(remove(name, version))


@models.command("export")
def models_export(
    weights: Annotated[Path, typer.Argument(help="Weights of ultralytics (.pt) that you trust.")],
    python: Annotated[
        Path, typer.Option(help="Interpreter of an environment with torch and ultralytics.")
    ] = Path(".training/bin/python"),
    name: Name = None,
    version: Version = None,
    licence: Licence = None,
    size: Annotated[
        int | None,
        typer.Option(min=32, help="Side of its input; that of its training if not given."),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Of two heads take the one that needs suppression.")
    ] = False,
    images: Pictures = [],  # noqa: B006 - as above
) -> None:
    """Turn weights of ultralytics into ONNX, compare both, and add it to the catalogue."""
    from cli.models.export import ExportRequest, export

    raise typer.Exit(
        export(ExportRequest(weights, python, name, version, licence, size, raw, tuple(images)))
    )


@models.command("inspect")
def models_inspect(
    file: Annotated[Path, typer.Argument(help="A .traineddata file of Tesseract's.")],
) -> None:
    """Show what a Tesseract model file holds."""
    from cli.models.tesseract import inspect

    raise typer.Exit(inspect(file))


@models.command("convert")
def models_convert(
    file: Annotated[Path, typer.Argument(help="A .traineddata file of Tesseract's.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The ONNX file.")] = None,
) -> None:
    """Write a Tesseract model's network as ONNX."""
    from cli.models.tesseract import convert_to_onnx

    raise typer.Exit(convert_to_onnx(file, output))
