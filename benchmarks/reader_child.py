"""One program under comparison, alone in its process: pages in, words and costs out.

Started by readers.py, with the project's Python for Pagesight and with that of the other programs'
environment for them: so nothing here but the program's own adapter may import beyond NumPy and
Pillow. A request is a line of JSON {path, languages}, an answer a line {text, words, doubtful,
wall_ms, cpu_ms, peak_mb}; words are [text, x0, y0, x1, y1] in pixels, in the program's own reading
order, and doubtful the texts of words that the program itself lists as likely to be wrong.
Opening the image is not counted, except where the program takes nothing but files.
"""
# ruff: noqa: PLC0415 - each program is imported only in the process that compares it

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FoundWord = tuple[str, float, float, float, float]
Pixels = NDArray[np.uint8]


class Task(NamedTuple):
    """A page: its file, its pixels (RGB), its languages as Tesseract codes joined by `+`."""

    path: Path
    pixels: Pixels
    languages: str


class Found(NamedTuple):
    """Text with line breaks, words with boxes, and the words that the program lists as doubtful."""

    text: str
    words: list[FoundWord]
    doubtful: tuple[str, ...] = ()


Reader = Callable[[Task], Found]

# Readers of this suffix open the file themselves, as their users have them do: its resolution,
# transparency and colours reach the program, and opening it is counted.
FROM_FILE = ":file"
_NOTHING: Pixels = np.zeros((0, 0, 3), np.uint8)


def main() -> None:
    """Answer every request until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a program prints is no answer
    read, name = open_reader(sys.argv[1]), sys.argv[1]
    print(json.dumps({"ready": name, "version": version_of(name)}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        path = Path(request["path"])
        pixels = _NOTHING if name.endswith(FROM_FILE) else _pixels(path)
        task = Task(path, pixels, request["languages"])
        print(json.dumps(_measured(read, task)), file=answers, flush=True)


def _pixels(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def open_reader(name: str) -> Reader:
    """The reader of that name; `pagesight:PROFILE` and `pagesight:PROFILE:whole` take options.

    `pagesight:PROFILE:file`, `pytesseract:file` and `rapidocr:file` are given the file itself.
    """
    if name.startswith("pagesight"):
        from benchmarks.reader_pagesight import open_file_reader, open_page_reader

        return open_file_reader(name) if name.endswith(FROM_FILE) else open_page_reader(name)
    readers: dict[str, Callable[[], Reader]] = {
        "pytesseract": _pytesseract, "tesserocr": _tesserocr,
        "ocrmypdf": _ocrmypdf, "rapidocr": _rapidocr,
        "pytesseract:file": partial(_pytesseract, Image.open),
        "rapidocr:file": partial(_rapidocr, str),
    }  # fmt: skip
    return readers[name]()


def version_of(name: str) -> str:
    """The version of the package, or `?`."""
    from importlib import metadata

    try:
        return metadata.version(name.split(":", maxsplit=1)[0])
    except metadata.PackageNotFoundError:
        return "?"


def _measured(read: Reader, task: Task) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), _cpu_s()
    found = read(task)
    return {
        "wall_ms": (time.perf_counter() - wall) * 1000,
        "cpu_ms": (_cpu_s() - cpu) * 1000,
        "peak_mb": _peak_mb(),
        "text": found.text,
        "words": found.words or _words_of_output(task.path),
        "doubtful": found.doubtful,
    }


def _cpu_s() -> float:
    """Processor time of this process and of its children that ended."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(whose)[:2]) for whose in both)


def _peak_mb() -> float:
    """The most memory that this process held, and its largest child beside it."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def _pytesseract(opened: Callable[[Path], Image.Image] | None = None) -> Reader:
    import pytesseract

    def read(task: Task) -> Found:
        image = opened(task.path) if opened else Image.fromarray(task.pixels)
        table = pytesseract.image_to_data(
            image, lang=task.languages, output_type=pytesseract.Output.DICT
        )
        columns = ("block_num", "par_num", "line_num", "text", "left", "top", "width", "height")
        lines: dict[tuple[int, ...], list[str]] = {}
        words: list[FoundWord] = []
        for *place, text, x, y, width, height in zip(
            *(table[name] for name in columns), strict=True
        ):
            if text.strip():
                lines.setdefault(tuple(place), []).append(text)
                words.append((text, x, y, x + width, y + height))
        return Found("\n".join(" ".join(line) for line in lines.values()), words)

    return read


def _tesserocr() -> Reader:
    import tesserocr

    engines: dict[str, Any] = {}

    def read(task: Task) -> Found:
        if task.languages not in engines:
            engines[task.languages] = tesserocr.PyTessBaseAPI(
                path=os.environ["TESSDATA_PREFIX"], lang=task.languages
            )
        engine = engines[task.languages]
        engine.SetImage(Image.fromarray(task.pixels))
        text = engine.GetUTF8Text()
        level = tesserocr.RIL.WORD
        found = tesserocr.iterate_level(engine.GetIterator(), level) if text.strip() else ()
        return Found(text, [(w.GetUTF8Text(level), *w.BoundingBox(level)) for w in found])

    return read


def _ocrmypdf() -> Reader:
    """The program as its users run it: an image in, a PDF/A-less PDF and a sidecar text out."""

    def read(task: Task) -> Found:
        pdf, text = task.path.with_suffix(".out.pdf"), task.path.with_suffix(".out.txt")
        subprocess.run(
            [
                str(Path(sys.executable).with_name("ocrmypdf")), "-q", "--jobs", "1",
                "--output-type", "pdf", "--image-dpi", _dots_per_inch(task), "-l", task.languages,
                "--sidecar", str(text), str(task.path), str(pdf),
            ],
            check=True,
        )  # fmt: skip
        return Found(text.read_text(encoding="utf-8"), [])

    return read


def _dots_per_inch(task: Task) -> str:
    """As if the page were A4: its files state none, without which OCRmyPDF refuses them.

    Told 300 of a small form, it loses words that it finds when told the truth.
    """
    height, width = task.pixels.shape[:2]
    return str(max(72, round(max(width / 8.27, height / 11.69))))


def _words_of_output(image: Path) -> list[FoundWord]:
    """Words and boxes of the PDF that OCRmyPDF left beside the image, not counted as its cost."""
    path = image.with_suffix(".out.pdf")
    if not path.exists():
        return []
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document, Image.open(image) as picture:
        page = document[0]
        scale, height = picture.width / page.get_width(), page.get_height()
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        boxes = [text_page.get_charbox(at) for at in range(text_page.count_chars())]
    path.unlink()
    return [
        (
            text[first:last],
            min(box[0] for box in boxes[first:last]) * scale,
            (height - max(box[3] for box in boxes[first:last])) * scale,
            max(box[2] for box in boxes[first:last]) * scale,
            (height - min(box[1] for box in boxes[first:last])) * scale,
        )
        for first, last in _runs(text[: len(boxes)])
    ]


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Where unbroken runs of visible characters begin and end."""
    first = None
    for at, letter in enumerate(text + " "):
        if letter.isspace():
            if first is not None:
                yield first, at
            first = None
        elif first is None:
            first = at


def _rapidocr(opened: Callable[[Path], str] | None = None) -> Reader:
    """RapidOCR as it comes, its angle classifier included, with one thread."""
    from rapidocr import RapidOCR

    threads = ("intra_op_num_threads", "inter_op_num_threads")
    settings = {f"EngineConfig.onnxruntime.{name}": 1 for name in threads}
    engine = RapidOCR(params={**settings, "Global.log_level": "error"})

    def read(task: Task) -> Found:
        image = opened(task.path) if opened else np.ascontiguousarray(task.pixels[:, :, ::-1])
        found: Any = engine(image)
        if found.boxes is None or found.txts is None:
            return Found("", [])
        words = [
            word
            for quad, text in zip(found.boxes.tolist(), found.txts, strict=True)
            for word in _shared_out(text, quad)
        ]
        return Found("\n".join(found.txts), words)

    return read


def _shared_out(text: str, quad: list[list[float]]) -> Iterator[FoundWord]:
    """The words of a line, each with the share of the line's box that its letters take."""
    x0, y0 = (min(corner[axis] for corner in quad) for axis in (0, 1))
    x1, y1 = (max(corner[axis] for corner in quad) for axis in (0, 1))
    step = (x1 - x0) / max(len(text), 1)
    for first, last in _runs(text):
        yield text[first:last], x0 + first * step, y0, x0 + last * step, y1


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
