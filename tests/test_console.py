"""The console in a real browser over the real service: upload, look, correct, operate."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import insert

from jobs.db.statistics_tables import minutes
from jobs.ledger import open_ledger
from jobs.settings import Settings
from jobs.stores.history import Figures
from tests.support.browser import PATIENCE_MS, chromium, faults, tab_to
from tests.support.receiver import receiver
from tests.support.serving import Serving, serving
from tests.support.text_pdfs import rows_of, text_pdf, written
from tests.support.workplace import await_true
from vision.input.media_type import MEDIA_TYPES

pytestmark = pytest.mark.timeout(300)  # a browser and a whole service on a loaded machine

PAGES = 30
VIEWS = ("", "jobs", "check", "compare", "batches", "webhooks", "keys", "service", "docs")
TABS = ("text", "check", "markdown", "tables", "fields", "json", "receipt")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("console")
    with serving(folder, egress_allow=("127.0.0.1",)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(service: Serving, browser: Any) -> Iterator[Any]:
    """A tab with the key in place."""
    context = browser.new_context(reduced_motion="reduce")
    key = (service.folder / "api-key").read_text().strip()
    context.add_init_script(f"sessionStorage.setItem('pagesight.key', '{key}')")
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


@pytest.fixture(scope="module")
def letter(service: Serving, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A job that has read a letter of one page."""
    file = tmp_path_factory.mktemp("letter") / "letter.pdf"
    file.write_bytes(text_pdf(written(rows_of())))
    job = service.submit(file, detectors=[], dpi=72)
    assert service.finished(job)["state"] == "succeeded"
    return job


def book(path: Path) -> Path:
    """A PDF of 30 pages that state their text."""
    with pypdfium2.PdfDocument.new() as whole:
        for number in range(1, PAGES + 1):
            rows = [f"Chapter {number} of the handbook", *rows_of()]
            with pypdfium2.PdfDocument(text_pdf(written(rows))) as single:
                whole.import_pages(single)
        whole.save(str(path))
    return path


def address(service: Serving, path: str) -> str:
    base = str(service.client.base_url).rstrip("/")
    return f"{base}/docs" if path == "docs" else f"{base}/#/{path}"


def find_word(page: Any, text: str) -> tuple[float, float]:
    """Where on the screen the first word with this text is, by the API and the picture's place."""
    number, box = page.evaluate(
        """async (text) => {
          const [, id] = location.hash.match(/jobs\\/(\\w+)/);
          const headers = {Authorization: `Bearer ${sessionStorage["pagesight.key"]}`};
          const {page} = await (await fetch(`v1/jobs/${id}/pages/1`, {headers})).json();
          const words = page.blocks.flatMap((b) => b.lines.flatMap((line) => line.words));
          return [page.width, words.find((word) => word.text === text).box];
        }""",
        text,
    )
    stage = page.locator(".stage").bounding_box()
    scale = stage["width"] / number
    return (
        stage["x"] + (box[0] + box[2]) / 2 * scale,
        stage["y"] + (box[1] + box[3]) / 2 * scale,
    )


def test_a_document_is_uploaded_looked_at_corrected_and_downloaded(
    service: Serving, page: Any, tmp_path: Path
) -> None:
    page.goto(address(service, ""))
    accepted = page.locator("input[accept*=pdf]")
    accepted.wait_for(state="attached")
    assert set(accepted.get_attribute("accept").split(",")) == MEDIA_TYPES
    page.get_by_role("radio", name="Fast").click()
    page.get_by_role("button", name="pagesight-doc", exact=True).click()
    page.get_by_text("All options").click()
    page.get_by_label("Dpi").fill("72")
    page.get_by_label("Dpi").blur()
    accepted.set_input_files(book(tmp_path / "book.pdf"))
    page.wait_for_url("**/#/jobs/job_*")
    page.locator(".badge.succeeded").wait_for()

    assert page.locator(".stage img").evaluate("async (img) => (await img.decode(), img.width)")
    page.mouse.click(*find_word(page, "handbook"))
    chosen = page.locator(".w.selected")
    assert chosen.inner_text() == "handbook"
    page.get_by_role("tab", name="Check").click()
    word = page.get_by_label("What the word says")
    word.wait_for()
    assert word.input_value() == "handbook"
    word.fill("manual")
    word.press("Enter")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as revision 1").wait_for()

    page.get_by_role("tab", name="Text").click()
    assert page.locator(".w.fixed").inner_text() == "manual"
    page.get_by_role("button", name="Download").click()
    with page.expect_download(timeout=PATIENCE_MS) as event:
        page.get_by_role("button", name="searchable PDF").first.click()
    saved = tmp_path / "saved.pdf"
    event.value.save_as(saved)
    with pypdfium2.PdfDocument(saved) as pdf:
        assert len(pdf) == PAGES

    find = page.get_by_label("Find in the document")
    find.fill("chapter 17")
    find.press("Enter")
    page.locator("button[aria-current=page]", has_text="17").wait_for()
    page.reload()
    assert "page=17" in page.url
    page.locator(".text").get_by_text("17", exact=True).wait_for()
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page) == []


def smudged(path: Path) -> Path:
    """A small blurred picture of nonsense, whose words are read with little confidence."""
    rng = Random(5)
    picture = Image.new("L", (620, 300), 235)
    draw = ImageDraw.Draw(picture)
    for row in range(5):
        words = ("".join(rng.choices("rnmcleoaI1l0O8B", k=7)) for _ in range(6))
        draw.text((20, 30 + 48 * row), " ".join(words), fill=110, font_size=13)
    picture.filter(ImageFilter.GaussianBlur(1.1)).save(path)
    return path


def test_doubtful_words_of_all_documents_are_checked_by_keyboard_alone(
    service: Serving, page: Any, tmp_path: Path
) -> None:
    job = service.submit(smudged(tmp_path / "smudged.png"), detectors=[])
    assert service.finished(job)["state"] == "succeeded"
    words = service.client.get(f"/v1/jobs/{job}/doubtful").json()["words"]
    assert len(words) > 2
    page.goto(address(service, f"check?job={job}"))
    said = page.get_by_label("What the word says")
    for number, word in enumerate(words, 1):
        page.get_by_text(f"word {number} of {len(words)}").first.wait_for()
        page.locator("#check-word:focus").wait_for()
        assert said.input_value() == word["text"]
        if number == 1:
            assert faults(page) == []
            page.keyboard.type("first")  # the word is selected, so this replaces it
        page.keyboard.press("Control+Delete" if number == 2 else "Enter")
    page.get_by_text("No document waits to be checked").wait_for()
    saved = service.client.get(f"/v1/jobs/{job}/corrections").json()["corrections"]
    assert sorted(each["text"] for each in saved) == sorted(
        ["first", "", *(word["text"] for word in words[2:])]
    )
    assert service.client.get("/v1/checks").json()["checks"] == []


def test_a_missed_word_is_drawn_and_corrected_lines_are_exported_with_images(
    service: Serving, page: Any, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(text_pdf(written(rows_of())))
    job = service.submit(letter, detectors=[], dpi=72)
    assert service.finished(job)["state"] == "succeeded"
    page.goto(address(service, f"jobs/{job}?tab=check"))
    page.locator(".stage img").wait_for()
    page.get_by_role("button", name="Add a missed word").click()
    stage = page.locator(".stage").bounding_box()
    x, y = stage["x"] + stage["width"] * 0.3, stage["y"] + stage["height"] * 0.8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 20, steps=3)
    page.mouse.up()
    missed = page.get_by_role("textbox", name="The missed word")
    missed.fill("overlooked")
    missed.press("Enter")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as revision 1").wait_for()
    text = service.client.get(
        f"/v1/jobs/{job}/result", params={"format": "text", "revision": "latest"}
    ).text
    assert "overlooked" in text
    with page.expect_download(timeout=PATIENCE_MS) as event:
        page.get_by_role("combobox", name="Export corrected lines").select_option("tesseract")
    saved = tmp_path / "lines.zip"
    event.value.save_as(saved)
    with ZipFile(saved) as archive:
        assert archive.namelist() == ["page-0001-added-000.png", "page-0001-added-000.gt.txt"]
        assert archive.read("page-0001-added-000.gt.txt") == b"overlooked\n"
    page.get_by_role("tab", name="Text").click()
    page.locator(".w.fixed", has_text="overlooked").wait_for()
    assert faults(page) == []


def test_documents_are_found_by_name_or_by_their_text_and_opened_at_the_word(
    service: Serving, page: Any, letter: str
) -> None:
    page.goto(address(service, "jobs"))
    for search, found in (("no such name", "No job matches."), ("ETTER.p", "letter.pdf")):
        page.get_by_role("searchbox").fill(search)
        page.get_by_text(found).first.wait_for()
    page.get_by_role("combobox", name="Where to search").select_option("text")
    page.get_by_role("searchbox").fill("dear")
    snippet = page.get_by_role("link", name="Dear").first
    snippet.wait_for()
    assert snippet.locator("mark").first.inner_text() == "Dear"
    assert faults(page) == []
    snippet.click()
    page.wait_for_url("**/#/jobs/job_*page=1*")
    page.locator(".w.selected", has_text="Dear").wait_for()


DROP = """async (files) => {
  const data = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name));
  }
  dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


PASTE = """async ([name, content]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  data.items.add(new File([bytes], name, {type: "image/png"}));
  dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, cancelable: true}));
}"""


def test_files_dropped_together_are_one_batch_with_one_list_of_results(
    service: Serving, page: Any
) -> None:
    letter = text_pdf(written(rows_of()))
    dropped = {
        "first.pdf": letter,
        "second.pdf": letter,
        "notes.docx": b"PK\x03\x04 no document",
        "empty.png": b"",
        ".DS_Store": b"what a system leaves",
    }
    page.goto(address(service, ""))
    page.get_by_role("heading", name="Read a document").wait_for()
    page.evaluate(DROP, [(name, b64encode(content).decode()) for name, content in dropped.items()])
    page.wait_for_url("**/#/batches/batch_*")
    page.get_by_role("heading", name="4 documents").wait_for()
    page.locator(".badge.completed").wait_for()
    names = page.get_by_role("listitem").locator(".job-name").all_inner_texts()
    assert [name.split()[0] for name in names] == [name for name in dropped if name[0] != "."]
    assert "empty" in names[3]
    page.get_by_role("button", name="2 failed").click()
    page.get_by_role("listitem").nth(2).wait_for(state="detached")
    page.reload()
    page.get_by_role("button", name="2 failed", pressed=True).wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="2 read").click()
    page.get_by_role("link", name="first.pdf").click()
    page.wait_for_url("**/#/jobs/job_*")
    page.get_by_role("heading", name="first.pdf").wait_for()


def test_a_folder_a_pasted_picture_and_a_photograph_are_read(
    service: Serving, page: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "post"
    (folder / "today").mkdir(parents=True)
    for name in ("a.pdf", "today/b.pdf", "today/.hidden"):
        (folder / name).write_bytes(text_pdf(written(rows_of())))
    page.goto(address(service, ""))
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.wait_for_url("**/#/batches/batch_*")
    page.get_by_role("listitem").filter(has_text="post/today/b.pdf").wait_for()
    page.get_by_role("heading", name="2 documents").wait_for()
    photograph = smudged(tmp_path / "photograph.png")
    page.goto(address(service, ""))
    page.locator("input[capture]").set_input_files(photograph)
    page.wait_for_url("**/#/jobs/job_*")
    page.get_by_role("heading", name="photograph.png").wait_for()
    page.goto(address(service, ""))
    page.get_by_role("heading", name="Read a document").wait_for()
    page.evaluate(PASTE, ["pasted.png", b64encode(photograph.read_bytes()).decode()])
    page.get_by_role("heading", name="pasted.png").wait_for()
    # What ends later would be delivered to the receivers of other tests.
    for job in service.client.get("/v1/jobs").json()["jobs"]:
        service.finished(job["id"])
    await_true(lambda: batch_states(service) == {"completed"}, "the end of all batches")


def batch_states(service: Serving) -> set[str]:
    return {each["state"] for each in service.client.get("/v1/batches").json()["batches"]}


def test_an_operator_adds_a_receiver_and_sends_a_delivery_again(
    service: Serving, page: Any
) -> None:
    with receiver() as server:
        page.goto(address(service, "webhooks"))
        page.get_by_text("Add a receiver").click()
        page.get_by_label("Address").fill(f"{server.url}/hook")
        page.get_by_role("button", name="Create").click()
        assert page.locator(".secret code").inner_text().startswith("whsec_")
        page.get_by_role("button", name="Send a test").click()
        page.locator(".badge.delivered").wait_for()
        page.get_by_role("button", name="Send again").first.click()
        await_true(lambda: len(server.requests) == 2, "the second delivery")
        page.get_by_role("link", name="ping").click()
        page.get_by_text("Payload").wait_for()
        assert [each.path for each in server.requests] == ["/hook", "/hook"]
        assert faults(page) == []


def test_two_results_of_a_document_are_compared_word_by_word(
    service: Serving, page: Any, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(text_pdf(written(rows_of())))
    jobs = [service.submit(letter, detectors=[], dpi=72) for _ in range(2)]
    for job in jobs:
        assert service.finished(job)["state"] == "succeeded"
    block = service.client.get(f"/v1/jobs/{jobs[1]}/pages/1").json()["page"]["blocks"][0]["id"]
    other = {"page": 1, "block": block, "line": 0, "word": 0, "text": "Unlike"}
    changed = service.client.patch(f"/v1/jobs/{jobs[1]}/corrections", json={"corrections": [other]})
    assert changed.is_success, changed.text
    page.goto(address(service, f"compare?a={jobs[0]}&b={jobs[1]}"))
    page.get_by_text("1 difference on this page").wait_for()
    sides = page.locator(".compare-side")
    marked = [sides.nth(side).locator(".w.differs").inner_text() for side in range(2)]
    assert marked == ["Dear", "Unlike"]
    page.goto(address(service, f"compare?a={jobs[0]}&b={jobs[0]}"))
    page.get_by_text("No difference on this page").wait_for()
    assert faults(page) == []


def test_the_reference_sends_requests_with_the_key_of_the_browser(
    service: Serving, page: Any
) -> None:
    page.goto(address(service, "docs"))
    made = page.locator("#createJob")
    made.get_by_text("Body", exact=True).click()
    made.get_by_text("what ReadOptions holds").first.click()
    made.get_by_text("A set of choices that balances accuracy and speed").first.wait_for()
    assert faults(page) == []
    card = page.locator("#listJobs")
    card.get_by_text("Try it").click()
    card.get_by_label("state").select_option("succeeded")
    card.get_by_role("button", name="Send").click()
    card.get_by_role("status").wait_for()
    assert card.get_by_role("status").inner_text().startswith("200")
    assert '"jobs"' in card.locator("pre").inner_text()


def test_an_operator_sees_what_the_last_hours_were_like(service: Serving, page: Any) -> None:
    ledger = open_ledger(Settings(_env_file=None, data_dir=service.folder))
    began = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
    figures = Figures(pages_waiting=40, pages_read=12, pages_failed=2, faults={"damaged": 2})
    with ledger.database.write() as connection:
        connection.execute(insert(minutes).values(at=began, figures=asdict(figures)))
    ledger.close()
    page.goto(address(service, "service"))
    page.get_by_role("img", name="At most 40 pages waited").press("Home")
    page.locator(".chart-read", has_text="pages 40").wait_for()
    page.get_by_role("img", name="Pages read").press("Home")
    page.locator(".chart-read", has_text="each minute 6").wait_for()  # twelve in two minutes
    assert page.get_by_role("link", name="Damaged").get_attribute("href") == "problems/damaged"
    page.get_by_role("button", name="1 h").click()
    page.get_by_role("img", name="At most 40").wait_for(state="detached")
    page.reload()
    page.get_by_role("button", name="1 h", pressed=True).wait_for()
    assert faults(page) == []


def test_an_operator_creates_and_revokes_a_key(service: Serving, page: Any) -> None:
    page.goto(address(service, "keys"))
    page.get_by_label("Name").fill("scanner")
    page.get_by_role("button", name="Create", exact=True).click()
    secret = page.locator(".secret code").inner_text()
    headers = {"Authorization": f"Bearer {secret}"}
    assert service.client.get("/v1/jobs", headers=headers).is_success
    page.on("dialog", lambda dialog: dialog.accept())
    row = page.get_by_role("listitem").filter(has_text="scanner")
    row.get_by_role("button", name="Revoke").click()
    row.get_by_text("revoked").wait_for()


def test_no_view_has_a_grave_fault_of_accessibility(
    service: Serving, page: Any, letter: str
) -> None:
    views = [*VIEWS, *(f"jobs/{letter}?tab={tab}" for tab in TABS)]
    for view in views:
        page.goto(address(service, view))
        page.locator("main h1").first.wait_for()
        place = "#panel" if "tab=" in view and not view.endswith(TABS[0]) else "html"
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        assert faults(page, place) == [], view
        page.emulate_media(color_scheme="dark")
        assert faults(page, place, ["color-contrast"]) == [], (view, "dark")
        page.set_viewport_size(PHONE)
        assert faults(page, place) == [], (view, "phone")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], view


def test_a_document_is_read_looked_at_and_corrected_without_a_pointer(
    service: Serving, page: Any, tmp_path: Path
) -> None:
    file = tmp_path / "keyboard.pdf"
    file.write_bytes(text_pdf(written(rows_of())))
    # Playwright does not wait until its interception is in place, and the key may come first.
    page.on("filechooser", lambda _: None)
    page.goto(address(service, ""))
    tab_to(page, page.locator("input[accept*=pdf]"))
    with page.expect_file_chooser(timeout=PATIENCE_MS) as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    page.wait_for_url("**/#/jobs/job_*")
    page.locator(".badge.succeeded").wait_for()
    page.locator(".stage img").wait_for()
    tab_to(page, page.locator(".frame"))
    before = page.locator(".stage").get_attribute("style")
    page.keyboard.press("+")
    stage = page.locator(".stage")
    await_true(lambda: stage.get_attribute("style") != before, "the zoomed page")
    tab_to(page, page.get_by_role("tab", name="Text"))
    page.keyboard.press("ArrowRight")
    page.get_by_role("tab", name="Check", selected=True).wait_for()
    page.keyboard.press("Control+f")
    page.keyboard.type("Dear")
    page.keyboard.press("Enter")
    page.locator("#check-word:focus").wait_for()
    page.keyboard.type("Deer")
    page.keyboard.press("Enter")
    page.get_by_text("1 not saved").wait_for()
    tab_to(page, page.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    page.get_by_text("Saved as revision 1").wait_for()


def test_views_wait_while_the_service_is_away_and_go_on_where_they_were(
    service: Serving, page: Any, letter: str
) -> None:
    page.goto(address(service, "jobs"))
    page.get_by_role("link", name="letter.pdf").first.wait_for()
    page.context.set_offline(True)
    page.evaluate(f"location.hash = '#/jobs/{letter}?page=1&find=dear'")
    page.get_by_text("The service cannot be reached.").wait_for()
    assert faults(page) == []
    page.context.set_offline(False)
    page.get_by_role("heading", name="letter.pdf").wait_for()
    page.get_by_text("The service cannot be reached.").wait_for(state="detached")
    page.locator(".w.selected", has_text="Dear").wait_for()
    page.reload()
    page.locator(".w.selected", has_text="Dear").wait_for()
    assert page.get_by_label("Find in the document").input_value() == "dear"


def test_without_a_key_the_console_asks_for_one_and_says_what_is_wrong(
    service: Serving, browser: Any
) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    tab.goto(address(service, "jobs"))
    tab.get_by_label("API key").fill("ps_wrong_key")
    assert faults(tab) == []
    tab.get_by_role("button", name="Open the console").click()
    tab.get_by_text("A valid API key is required").wait_for()
    tab.get_by_label("API key").fill((service.folder / "api-key").read_text().strip())
    tab.get_by_role("button", name="Open the console").click()
    tab.get_by_role("heading", name="Jobs").wait_for()
    context.close()
