import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from jsonschema import Draft202012Validator
from pikepdf import pdfa
from PIL import Image, ImageDraw, ImageFont

from benchmarks.searchable import found_words
from cli.exit_codes import Exit
from tests.support import template
from tests.support.command_line import invoke, shared_engine
from tests.support.patience import PATIENCE_S
from tests.support.serving import tree_of
from vision.export.json import load_schema

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "samples" / "invoice.pdf"


@pytest.fixture(scope="module", autouse=True)
def _one_engine() -> Iterator[None]:
    with shared_engine():
        yield


def run(*words: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return invoke(words, ROOT, stdin=stdin)


def run_alone(*words: str) -> subprocess.CompletedProcess[bytes]:
    """In a process of its own, whose native libraries may print as well."""
    command = [sys.executable, "-m", "cli.main", *words]
    return template.run(command, capture_output=True, cwd=ROOT)


def draw(path: Path, *lines: str) -> Path:
    page = Image.new("RGB", (900, 120 + 80 * len(lines)), "white")
    canvas = ImageDraw.Draw(page)
    for row, line in enumerate(lines):
        canvas.text((60, 60 + 80 * row), line, "black", ImageFont.load_default(40))
    page.save(path)
    return path


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("pages") / "letter.png", "Dear Madam", "Kind regards")


@pytest.mark.parametrize("recogniser", ["tesseract", "lstm"])
def test_text_comes_alone_on_standard_output(letter: Path, recogniser: str) -> None:
    ran = run_alone("read", str(letter), "--recogniser", recogniser)
    assert ran.returncode == Exit.OK, ran.stderr
    assert ran.stdout.decode().split() == ["Dear", "Madam", "Kind", "regards"]
    assert ran.stderr == b""


def test_fields_are_asked_for_by_a_file_and_found_with_their_evidence(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.json"
    wanted.write_text('{"properties": {"total": {"type": "number"}, "colour": {}}}')
    ran = run("read", str(SAMPLE), "--profile", "fast", "--fields", str(wanted), "-f", "json")
    assert ran.returncode == Exit.OK, ran.stderr
    result = json.loads(ran.stdout)
    Draft202012Validator(load_schema()).validate(result)
    asked = result["analyses"]["fields"]["asked"]
    assert asked["values"] == {"total": 2467.2, "colour": None}
    assert result["receipt"]["parameters"]["fields"] == json.loads(wanted.read_text())


def test_fields_that_cannot_be_asked_for_are_a_mistake_of_the_command_line() -> None:
    ran = run("read", str(SAMPLE), "--fields", '{"type": "array"}')
    assert ran.returncode == Exit.USAGE
    assert "arrays of line items" in " ".join(ran.stderr.decode().replace("│", " ").split())


def test_json_is_the_published_schema_and_says_which_providers_ran(letter: Path) -> None:
    ran = run("read", str(letter), "--format", "json")
    document = json.loads(ran.stdout)
    Draft202012Validator(load_schema()).validate(document)
    assert "analyses" not in document
    providers = {use["provider"] for use in document["receipt"]["models"]}
    assert providers <= {"CPUExecutionProvider", "CUDAExecutionProvider", "tesseract"}
    assert "CPUExecutionProvider" in providers or "CUDAExecutionProvider" in providers


@pytest.mark.parametrize(
    ("profile", "options", "finder", "reader"),
    [
        ("fast", (), "classical", "lstm"),
        ("accurate", ("--recogniser", "ppocr"), "learned", "ppocr"),
        ("accurate", ("--lines", "classical", "--recogniser", "lstm"), "classical", "lstm"),
    ],
)
def test_a_profile_chooses_who_reads_and_options_overrule_it(
    letter: Path, profile: str, options: tuple[str, ...], finder: str, reader: str
) -> None:
    ran = run("read", str(letter), "--format", "json", "--profile", profile, *options)
    (receipt,) = json.loads(ran.stdout)["receipt"]["pages"]
    assert receipt["finder"] == finder
    assert receipt["lines_read"] == {reader: 2}


def test_a_dash_reads_standard_input(letter: Path) -> None:
    ran = run("read", "-", stdin=letter.read_bytes())
    assert "Dear Madam" in ran.stdout.decode()


def test_pages_of_a_pdf_can_be_chosen() -> None:
    ran = run("read", str(SAMPLE), "--pages", "2", "--format", "json")
    pages = json.loads(ran.stdout)["pages"]
    assert [page["number"] for page in pages] == [2]
    assert "sextant" in pages[0]["text"]


def test_several_results_go_into_a_folder(letter: Path, tmp_path: Path) -> None:
    other = draw(tmp_path / "other.png", "Second page")
    results = tmp_path / "results"
    results.mkdir()
    ran = run("read", str(letter), str(other), "--format", "markdown", "--output", str(results))
    assert ran.returncode == Exit.OK, ran.stderr
    assert sorted(path.name for path in results.iterdir()) == ["letter.md", "other.md"]
    assert "Second page" in (results / "other.md").read_text()


def test_a_folder_is_read_with_those_below_it(letter: Path, tmp_path: Path) -> None:
    scans, results = tmp_path / "scans", tmp_path / "results"
    (scans / "in").mkdir(parents=True)
    results.mkdir()
    (scans / "letter.png").write_bytes(letter.read_bytes())
    draw(scans / "in" / "other.png", "Second page")
    ran = run("read", str(scans), "--profile", "fast", "--output", str(results))
    assert ran.returncode == Exit.OK, ran.stderr
    assert "Dear Madam" in (results / "letter.txt").read_text()
    assert "Second page" in (results / "in" / "other.txt").read_text()
    assert re.search(rb"2 documents, 2 pages in .+ pages/s\)", ran.stderr)
    empty = run("read", str(results / "in"))
    assert (empty.returncode, b"no document in" in empty.stderr) == (Exit.USAGE, True)


def test_an_overlay_has_the_size_of_the_page(letter: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen.png"
    ran = run("read", str(letter), "--format", "overlay", "--output", str(seen))
    assert ran.returncode == Exit.OK, ran.stderr
    with Image.open(seen) as overlay, Image.open(letter) as page:
        assert overlay.size == page.size


def test_words_that_are_not_sure_enough_are_listed_and_cut_out(
    letter: Path, tmp_path: Path
) -> None:
    words = ("--format", "json", "--min-confidence", "1", "--crops", str(tmp_path))
    ran = run("read", str(letter), *words)
    (page,) = json.loads(ran.stdout)["pages"]
    assert page["text"] == ""
    assert {word["text"] for word in page["doubtful"]} == {"Dear", "Madam", "Kind", "regards"}
    assert all(word["left_out"] for word in page["doubtful"])
    crops = sorted(tmp_path.glob("letter-p1-*.png"))
    assert len(crops) == len(page["doubtful"])
    for path, word in zip(crops, page["doubtful"], strict=True):
        x0, y0, x1, y1 = word["box"]
        with Image.open(path) as crop:
            assert crop.width >= x1 - x0
            assert crop.height >= y1 - y0


def test_boxes_of_characters_are_given_on_request(letter: Path) -> None:
    ran = run("read", str(letter), "--format", "json", "--characters", "boxes")
    result = json.loads(ran.stdout)
    assert result["receipt"]["parameters"]["characters"] == "boxes"
    words = [
        word
        for block in result["pages"][0]["blocks"]
        for line in block["lines"]
        for word in line["words"]
    ]
    assert [word["text"] for word in words] == ["Dear", "Madam", "Kind", "regards"]
    for word in words:
        assert "".join(each["text"] for each in word["characters"]) == word["text"]
        x0, y0, x1, y1 = word["box"]
        for left, top, right, bottom in (each["box"] for each in word["characters"]):
            assert x0 <= left < right <= x1
            assert y0 <= top < bottom <= y1


def test_one_bad_file_fails_the_command_and_spoils_no_other(letter: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    ran = run("read", str(empty), str(letter))
    assert ran.returncode == Exit.FAILED
    assert "[empty]" in ran.stderr.decode()
    assert "Dear Madam" in ran.stdout.decode()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere.png"], Exit.FAILED, "No such file"),
        (["letter", "--languages", "xxx"], Exit.FAILED, "unknown_language"),
        (["letter", "--detectors", "nobody"], Exit.FAILED, "unknown_detector"),
        (["letter", "--pages", "9"], Exit.FAILED, "pages_out_of_range"),
        (["letter", "--format", "docx"], Exit.USAGE, "unknown format"),
        (["letter", "--format", "overlay"], Exit.USAGE, "--output"),
        (["letter", "letter", "--output", "nowhere"], Exit.USAGE, "folder"),
        (["letter", "--lines", "magic"], Exit.USAGE, "magic"),
        (["letter", "--crops", "nowhere"], Exit.USAGE, "folder"),
        (["letter", "--dpi", "5"], Exit.USAGE, "36"),
        (["letter", "--output", "nowhere/text.txt"], Exit.USAGE, "there is no folder nowhere"),
        (["letter", "--output", "/proc/text.txt"], Exit.FAILED, "written to /proc/text.txt"),
        (["letter", "letter", "--output", "samples"], Exit.USAGE, "samples/letter.txt"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    words: list[str], code: Exit, said: str, letter: Path
) -> None:
    ran = run("read", *(str(letter) if word == "letter" else word for word in words))
    assert ran.returncode == code
    assert said in ran.stderr.decode()
    assert b"Traceback" not in ran.stderr


def test_a_result_never_replaces_the_document_it_was_read_from(letter: Path) -> None:
    before = letter.read_bytes()
    ran = run("read", str(letter), "--format", "overlay", "--output", str(letter))
    assert ran.returncode == Exit.FAILED
    assert "it is the document itself" in ran.stderr.decode()
    assert letter.read_bytes() == before


def test_a_searchable_pdf_has_the_words_where_they_are(letter: Path, tmp_path: Path) -> None:
    made, archived = tmp_path / "letter.pdf", tmp_path / "archive.pdf"
    for form, path in (("pdf", made), ("pdfa", archived)):
        ran = run("read", str(letter), "--format", form, "--output", str(path))
        assert ran.returncode == Exit.OK, ran.stderr
    document = json.loads(run("read", str(letter), "--format", "json").stdout)
    words = [
        (word["text"], word["box"])
        for block in document["pages"][0]["blocks"]
        for line in block["lines"]
        for word in line["words"]
    ]
    with pypdfium2.PdfDocument(made) as pdf:
        found = found_words(pdf[0], 900 / pdf[0].get_size()[0])
    assert [(text, pytest.approx(box, abs=1)) for text, box in found] == words
    assert not pdfa.validate_written(made, "2b").passed
    assert pdfa.validate_written(archived, "2b").passed
    with pypdfium2.PdfDocument(archived) as pdf:
        assert found_words(pdf[0], 900 / pdf[0].get_size()[0]) == found


def test_an_overlay_goes_beside_the_document_in_its_own_folder(
    letter: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.png"
    page.write_bytes(letter.read_bytes())
    ran = run("read", str(page), "--format", "overlay", "--output", str(tmp_path))
    assert ran.returncode == Exit.OK, ran.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"page.png", "page-p1.png"}


def test_a_full_disk_behind_standard_output_is_one_message(letter: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "cli.main", "read", str(letter)]
        ran = template.run(command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT)
    assert ran.returncode == Exit.FAILED
    (message,) = ran.stderr.decode().splitlines()
    assert "standard output: No space left on device" in message


def test_nothing_more_is_read_once_the_reader_of_the_output_has_gone(letter: Path) -> None:
    """A missing third file would be reported, were it reached."""
    files = [str(letter), str(letter), "nowhere.png"]
    command = [sys.executable, "-m", "cli.main", "read", *files]
    pipe = subprocess.PIPE
    process = template.Process(command, stdout=pipe, stderr=pipe, cwd=ROOT)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(PATIENCE_S) == Exit.OK


def test_ctrl_c_while_pages_are_read_ends_at_once_and_without_a_traceback(tmp_path: Path) -> None:
    page = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(page).text((100, 100), "A page", "black", ImageFont.load_default(40))
    document = tmp_path / "many.pdf"
    page.save(document, save_all=True, append_images=[page] * 59)
    command = [sys.executable, "-m", "cli.main", "read", str(document)]
    pipe = subprocess.PIPE
    process = template.Process(command, stdout=pipe, stderr=pipe, cwd=ROOT, start_new_session=True)
    while len(tree_of(process.pid)) == 1:  # the document is opened in a helper process
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the helpers get it as well
    assert process.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert process.returncode == Exit.INTERRUPTED
