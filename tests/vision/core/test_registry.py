"""One list of stages: what a package adds by one entry is known everywhere."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.support.onnx_graphs import write_colour_detector
from tests.support.plugins import install_plugin, plugin_environment, run_with
from vision.core.errors import BadInput, EngineFailure
from vision.core.options import declarations
from vision.core.registry import Kind, Plugin, names, plugin, plugins

KINDS: tuple[Kind, ...] = (
    "rectifier",
    "line_finder",
    "recogniser",
    "second_reader",
    "detector_family",
    "format",
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small page: what is read matters less here than who reads it."""
    page = Image.new("RGB", (700, 200), "white")
    canvas = ImageDraw.Draw(page)
    for row, line in enumerate(("Alder & Finch Instruments", "Invoice")):
        canvas.text((40, 40 + 60 * row), line, "black", ImageFont.load_default(32))
    path = tmp_path_factory.mktemp("sample") / "invoice.png"
    page.save(path)
    return str(path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_built_in_entry_can_be_loaded_and_says_what_it_is(kind: Kind) -> None:
    assert names(kind)
    for name, each in plugins(kind).items():
        assert each.name == name
        assert each.load() is not None
        assert each.summary
        assert not each.summary.endswith(".")


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        ("lines", "line_finder"),
        ("recogniser", "recogniser"),
        ("second_reader", "second_reader"),
        ("rectifier", "rectifier"),
    ],
)
def test_the_choices_of_an_option_are_the_registered_names(option: str, kind: Kind) -> None:
    declared = declarations()[option]
    assert tuple(each for each in declared.choices if each != "off") == names(kind)
    assert all(f"`{name}`" in declared.help for name in names(kind))


def test_an_unknown_name_is_bad_input_that_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="auto, classical, learned, tesseract") as refusal:
        plugin("line_finder", "magic")
    assert refusal.value.code == "unknown_line_finder"


@pytest.mark.parametrize("target", ["vision.nowhere:open", "vision.core.options:nothing"])
def test_a_target_that_is_not_there_is_the_operators_to_fix(target: str) -> None:
    with pytest.raises(EngineFailure) as failure:
        Plugin(target, "a summary", name="mine").load()
    assert failure.value.code == "plugin_unusable"
    assert target in failure.value.message


SHOUT = """
from dataclasses import replace
from vision.core.registry import Plugin
from vision.core.stages import NEVER

PLUGIN = Plugin("shout:open_recogniser", "everything in capitals")


def open_recogniser(resources):
    return Shout(resources.recogniser("lstm"))


class Shout:
    name = "shout"

    def __init__(self, inner):
        self._inner = inner
        self.models = inner.models
        self.languages = inner.languages

    def recognise(self, crops, reread=NEVER):
        read = self._inner.recognise(crops, reread)
        return [replace(each, text=each.text.upper(), engine=self.name) for each in read]
"""

WHOLE_PAGE = """
from vision.core.registry import Plugin
from vision.core.stages import FoundLine, FoundLines

PLUGIN = Plugin("upper_half:open_finder", "one line in the upper half of the page")


def open_finder(resources):
    return UpperHalf()


class UpperHalf:
    name = "upper_half"

    def find(self, image, languages, letters=None):
        height, width = image.shape[:2]
        top, bottom = 0.15 * height, 0.4 * height
        quad = ((0, top), (width, top), (width, bottom), (0, bottom))
        return FoundLines((FoundLine(quad),), self.name)

    def models(self):
        return ()
"""

WORDS = """
from vision.core.exports import Artefact
from vision.core.registry import Plugin

PLUGIN = Plugin("words:export", "one word a line", media_type="text/x-words", extension=".words")


def export(document, source):
    words = [
        word.text
        for page in document.pages
        for block in page.blocks
        for line in block.lines
        for word in line.words
    ]
    yield Artefact("\\n".join(words).encode())
"""

INK = """
from vision.core.registry import Plugin
from vision.core.stages import Analysis

PLUGIN = Plugin("ink:open_analysis", "how dark the page is")


def open_analysis(resources):
    return Ink()


class Ink:
    name = "ink"

    def analyse(self, page, image):
        return Analysis({"mean": round(float(image.mean())), "blocks": len(page.blocks)})
"""

COUNT = """
from vision.core.registry import Plugin

PLUGIN = Plugin("count:open_analysis", "how many pages were read")


def open_analysis():
    return Count()


class Count:
    name = "count"

    def analyse(self, document):
        return {"pages": len(document.pages)}
"""


CORNER = """
from vision.core.document import Box
from vision.core.registry import Plugin
from vision.core.stages import Detection, Detections

PLUGIN = Plugin("corner:FAMILY", "networks that see the corner of a page")


class Family:
    def read_hints(self, table):
        return table["label"]

    def open(self, session, hints):
        return Corner(session, hints)


class Corner:
    def __init__(self, session, label):
        self.name = session.use.name
        self.models = lambda: (session.use,)
        self._label = label

    def detect(self, images, min_confidence):
        found = (Detection(self._label, 0.9, Box(0, 0, 50, 50)),)
        return [Detections(found, self.models()) for _ in images]


FAMILY = Family()
"""

CORNER_ENTRY = """
[[model]]
name = "corners"
version = "1"
task = "detector"
family = "corner"
source = "file:corners.onnx"
sha256 = "{sha256}"
licence = "CC0-1.0"
[model.detector]
label = "logo"
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package of each kind, and a model that one of them opens."""
    folder = tmp_path_factory.mktemp("packages")
    install_plugin(folder, "detector_family", "corner", CORNER)
    install_plugin(folder, "recogniser", "shout", SHOUT)
    install_plugin(folder, "line_finder", "upper_half", WHOLE_PAGE)
    install_plugin(folder, "format", "words", WORDS)
    install_plugin(folder, "page_analysis", "ink", INK)
    install_plugin(folder, "document_analysis", "count", COUNT)
    models = folder / "own-models"
    models.mkdir()
    content = write_colour_detector(models / "corners.onnx").read_bytes()
    entry = CORNER_ENTRY.format(sha256=sha256(content).hexdigest())
    (models / "catalogue.toml").write_text(entry)
    return folder


@pytest.fixture(scope="module")
def result(packages: Path, sample: str) -> Any:
    """A page that was read by a stage of each package; a process starts for seconds."""
    chosen = "--detector corners --recogniser shout --lines upper_half --analyses ink,count"
    words = ("read", sample, "-f", "json", "--second-reader", "off", *chosen.split())
    settings = {"PAGESIGHT_MODELS_DIR": str(packages / "own-models")}
    return json.loads(run_with(packages, *words, **settings))


def test_a_detector_family_of_another_package_opens_the_catalogue_s_models(result: Any) -> None:
    found = {(region["model"], region["label"]) for region in result["pages"][0]["regions"]}
    assert found == {("corners", "logo")}
    assert "corners" in {use["name"] for use in result["receipt"]["models"]}


def test_a_recogniser_of_another_package_is_read_with_named_in_help_and_in_the_receipt(
    packages: Path, result: Any
) -> None:
    shown = " ".join(run_with(packages, "read", "--help").replace("│", " ").split())
    assert "`shout`: everything in capitals" in shown
    assert "INSTRUMENTS" in result["pages"][0]["text"]
    assert set(result["receipt"]["pages"][0]["lines_read"]) == {"shout"}


def test_a_line_finder_of_another_package_is_chosen_by_its_name(result: Any) -> None:
    assert result["receipt"]["pages"][0]["finder"] == "upper_half"


def test_a_format_of_another_package_is_written(packages: Path, sample: str) -> None:
    assert "Instruments" in run_with(packages, "read", sample, "--format", "words").splitlines()


def test_analyses_of_pages_and_documents_stand_in_the_result(result: Any) -> None:
    assert result["analyses"] == {"count": {"pages": len(result["pages"])}}
    page = result["pages"][0]
    assert page["analyses"]["ink"]["blocks"] == len(page["blocks"])


def test_the_api_accepts_what_packages_register_and_refuses_the_rest(packages: Path) -> None:
    code = """
        from api.intake.options import check_options
        from api.problems import Problem
        from api.routes.results import _MEDIA_TYPES
        print(_MEDIA_TYPES["words"])
        print(check_options({"recogniser": "shout"}).recogniser)
        try:
            check_options({"recogniser": "whisper"})
        except Problem as problem:
            print(problem.kind.code)
    """
    printed = run_python(packages, dedent(code)).split()
    assert printed == ["text/x-words", "shout", "invalid_option"]


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [("lstm", SHOUT, "exists already"), ("mine", "PLUGIN = 3", "is not a")],
)
def test_an_entry_point_that_cannot_be_used_names_its_package(
    tmp_path: Path, name: str, code: str, reason: str, sample: str
) -> None:
    install_plugin(tmp_path, "recogniser", name, code)
    done = run_with(tmp_path, "read", sample, check=False)
    assert reason in done
    assert name in done


def run_python(folder: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=plugin_environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
