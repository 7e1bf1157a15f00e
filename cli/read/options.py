"""The options of `pagesight read`, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

from cli.read.choices import (
    Characters,
    FigureText,
    LineFinder,
    Ocr,
    Profile,
    Recogniser,
    SecondReader,
)

Files = Annotated[list[str], typer.Argument(help="Images or PDFs; `-` is standard input.")]
Format = Annotated[
    str, typer.Option("--format", "-f", help="json, text, markdown or overlay (PNG).")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="File, or folder for several results.")
]
Languages = Annotated[str, typer.Option(help="Tesseract codes, as eng,deu; or auto.")]
OcrChoice = Annotated[
    Ocr, typer.Option(help="A PDF's own text: auto where sound, force recognition, or off.")
]
ProfileChoice = Annotated[
    Profile, typer.Option(help="A set of choices; the options below change single ones.")
]
Lines = Annotated[LineFinder | None, typer.Option(help="Who finds text lines.")]
RecogniserChoice = Annotated[
    Recogniser | None,
    typer.Option(help="Who reads: native Tesseract, its networks in ONNX, or PP-OCR's."),
]
SecondReaderChoice = Annotated[
    SecondReader | None, typer.Option(help="Who reads doubtful lines again.")
]
Detectors = Annotated[
    list[str] | None,
    typer.Option(
        "--detector", "--detectors", help="Detector by catalogue name; repeat it; '' for none."
    ),
]
MinConfidence = Annotated[
    float, typer.Option(min=0, max=1, help="Leave out words less likely to be right.")
]
FigureTextChoice = Annotated[
    FigureText, typer.Option(help="Text inside figures: keep it, or leave it out.")
]
CharactersChoice = Annotated[
    Characters, typer.Option(help="In JSON, boxes of the single characters of words.")
]
Crops = Annotated[Path | None, typer.Option(help="Folder for pictures of the doubtful words.")]
Pages = Annotated[str | None, typer.Option(help="Which pages, as 1-3,7.")]
Dpi = Annotated[int, typer.Option(min=36, max=1200, help="Resolution of PDF pages.")]
