"""The `pagesight models` commands and their options. Each loads what it needs when it runs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.json_output import AsJson

models = typer.Typer(
    help="List, add, remove, export, inspect and convert models.", no_args_is_help=True
)


class Head(StrEnum):
    """The heads of detection networks by name, as `--help` shows them."""

    yolov8 = "yolov8"
    yolov5 = "yolov5"
    end2end = "end2end"
    yolox = "yolox"


class Colour(StrEnum):
    """Channel orders by name, as `--help` shows them."""

    rgb = "rgb"
    bgr = "bgr"


class Corner(StrEnum):
    """Position of the image in the network's input, as `--help` shows it."""

    centre = "centre"
    top_left = "top-left"


Licence = Annotated[
    str | None, typer.Option("--licence", help="Licence, if the file does not state one.")
]
Pictures = Annotated[
    list[Path], typer.Option("--image", help="Try it on this image; may be repeated.")
]
Version = Annotated[
    str | None, typer.Option("--version", help="Version. Default: the next whole number.")
]
Name = Annotated[
    str | None, typer.Option("--name", help="Name that jobs use. Default: the file name.")
]


@models.command("list")
def models_list(as_json: AsJson = False) -> None:
    """List the catalogue, and whether each model is ready here."""
    from cli.models.listing import show

    raise typer.Exit(show(as_json=as_json))


@models.command("add")
def models_add(  # noqa: PLR0913, PLR0917 - a command's options are its function's arguments
    file: Annotated[Path, typer.Argument(help="A YOLO network in ONNX.")],
    name: Name = None,
    version: Version = None,
    licence: Licence = None,
    classes: Annotated[
        str | None, typer.Option(help="Class names: comma-separated, or a file with one a line.")
    ] = None,
    head: Annotated[
        Head | None, typer.Option(help="Output format, if its shape is ambiguous.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Input side or HEIGHTxWIDTH, if the file leaves it open.")
    ] = None,
    colour: Annotated[Colour | None, typer.Option(help="Channel order of its input.")] = None,
    divisor: Annotated[
        float | None, typer.Option(min=1e-6, help="Divisor of pixel values.")
    ] = None,
    corner: Annotated[
        Corner | None, typer.Option(help="Position of the image in its input.")
    ] = None,
    images: Pictures = [],  # noqa: B006 - typer makes a list of its own for each call
    as_json: AsJson = False,
) -> None:
    """Try a YOLO network in ONNX, and add it to the catalogue."""
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
    raise typer.Exit(add(request, as_json=as_json))


@models.command("remove")
def models_remove(
    name: Annotated[str, typer.Argument(help="The name shown by `pagesight models list`.")],
    version: Annotated[str | None, typer.Option(help="Only this version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Remove an added model from the catalogue, and delete its copy."""
    from cli.models.add import remove

    raise typer.Exit(remove(name, version, as_json=as_json))


@models.command("export")
def models_export(  # noqa: PLR0913, PLR0917 - as above
    weights: Annotated[
        Path, typer.Argument(help="Ultralytics weights (.pt). Opening one can run code: trust it.")
    ],
    python: Annotated[
        Path, typer.Option(help="Python of an environment with torch and ultralytics.")
    ] = Path(".training/bin/python"),
    name: Name = None,
    version: Version = None,
    licence: Licence = None,
    size: Annotated[
        int | None,
        typer.Option(min=32, help="Side of its input. Default: that of its training."),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Of two heads, export the one that needs NMS.")
    ] = False,
    images: Pictures = [],  # noqa: B006 - as above
    as_json: AsJson = False,
) -> None:
    """Export ultralytics weights to ONNX, compare both, and add the result to the catalogue."""
    from cli.models.export import ExportRequest, export

    request = ExportRequest(weights, python, name, version, licence, size, raw, tuple(images))
    raise typer.Exit(export(request, as_json=as_json))


@models.command("inspect")
def models_inspect(
    file: Annotated[Path, typer.Argument(help="A Tesseract .traineddata file.")],
    as_json: AsJson = False,
) -> None:
    """Show the contents of a Tesseract model file."""
    from cli.models.tesseract import inspect

    raise typer.Exit(inspect(file, as_json=as_json))


@models.command("convert")
def models_convert(
    file: Annotated[Path, typer.Argument(help="A Tesseract .traineddata file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The ONNX file to write.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Convert the network of a Tesseract model to ONNX."""
    from cli.models.tesseract import convert_to_onnx

    raise typer.Exit(convert_to_onnx(file, output, as_json=as_json))
