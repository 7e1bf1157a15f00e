"""Pagesight's profiles as readers of reader_child.py: with the project's own Python only."""

from benchmarks.reader_child import Found, Reader, Task
from jobs.long_lived import keep_loaded_objects
from jobs.settings import Settings
from vision.core.document import Page
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import PageImage
from vision.input.decode import decode_page
from vision.pipeline import read_page
from workers.engine.engine import build_engine


def open_page_reader(name: str) -> Reader:
    """The product in its profile; without detection and barcodes, which no other does, or whole."""
    engine = build_engine(Settings())
    keep_loaded_objects()  # as workers do
    _, profile, whole = [*name.split(":"), "", ""][:3]
    chosen = with_profile({"profile": profile} if profile else {})
    chosen |= {} if whole else {"detectors": (), "barcodes": "off"}

    def read(task: Task) -> Found:
        options = ReadOptions(languages=tuple(task.languages.split("+")), **chosen)
        page = read_page(PageImage(1, task.pixels), engine.stages, options, engine.orienter).page
        return _found(page)

    return read


def open_file_reader(name: str) -> Reader:
    """As `pagesight read` reads the first page of a file: all of the profile's own choices.

    A file that is refused has no text.
    """
    engine = build_engine(Settings())
    keep_loaded_objects()  # as workers do
    chosen = with_profile({"profile": name.split(":")[1]})

    def read(task: Task) -> Found:
        options = ReadOptions(languages=tuple(task.languages.split("+")), **chosen)
        try:
            image = decode_page(task.path, 1, options.dpi, Limits())
        except BadInput:
            return Found("", [])
        return _found(read_page(image, engine.stages, options, engine.orienter).page)

    return read


def _found(page: Page) -> Found:
    lines = (line for block in page.blocks for line in block.lines)
    words = [(word.text, *word.box) for line in lines for word in line.words]
    return Found(page.text, words, tuple(word.text for word in page.doubtful))
