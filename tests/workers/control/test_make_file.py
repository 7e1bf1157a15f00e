"""Files that need the document, over a real ledger, a real store and real decoder helpers."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from zipfile import ZipFile

import cv2
import numpy as np
import pypdfium2
import pytest
from pikepdf import pdfa
from PIL import Image
from sqlalchemy import select, update

from jobs.db import tables
from jobs.domain.corrections import Correction
from jobs.domain.errors import BlobError
from jobs.domain.job import Job
from jobs.domain.topics import Topic
from jobs.ledger import Ledger
from jobs.storage.blob_keys import fault_key, file_key, result_key
from jobs.storage.blob_store import Blobs
from jobs.stores.files import step_of
from tests.support.ledgers import claimed, created
from tests.support.printed import document_of, page_of
from tests.support.service import document, page_reading
from vision.core.document import Block, Box, Document, Line, Word
from vision.export.corrected_lines import TrueLine
from vision.export.json import dumps, page_reading_to_dict
from vision.input.sandbox.pool import DecoderPool
from workers.control.line_images import line_image
from workers.control.make_file import FileMaker
from workers.inputs.document_cache import Documents


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(1) as pool:
        yield pool


@pytest.fixture
def maker(ledger: Ledger, blobs: Blobs, decoders: DecoderPool) -> FileMaker:
    return FileMaker(ledger, blobs, Documents(blobs), decoders)


def finished(ledger: Ledger, blobs: Blobs, content: bytes, *texts: str) -> Job:
    key = "tenants/acme/uploads/document"
    blobs.put(key, content)
    job = created(ledger, input_blob=key)
    ledger.jobs.begin_open(job.id, "w")
    ledger.jobs.opened(job.id, "image/tiff", range(1, len(texts) + 1))
    for number, text in enumerate(texts, 1):
        reading = json.dumps(page_reading_to_dict(page_reading(number, text)))
        ledger.pages.succeed(claimed(ledger, job.id, number), reading)
    blobs.put(result_key(job), dumps(document(*texts)).encode())
    ended = ledger.finishing.finish(job.id, result_key(job))
    assert ended is not None
    return ended


def tiff(pages: int = 1) -> bytes:
    written = io.BytesIO()
    images = [Image.new("RGB", (100, 100), "white") for _ in range(pages)]
    images[0].save(written, "TIFF", save_all=True, append_images=images[1:])
    return written.getvalue()


def steps(ledger: Ledger) -> list[str]:
    kind = tables.tasks.c.kind == Topic.MAKE_FILE
    with ledger.database.read() as connection:
        return list(connection.execute(select(tables.tasks.c.subject).where(kind)).scalars())


@pytest.mark.parametrize("form", ["pdf", "pdfa"])
def test_the_pdf_of_a_job_is_stored_and_its_step_ends(
    ledger: Ledger, blobs: Blobs, maker: FileMaker, form: str
) -> None:
    job = finished(ledger, blobs, tiff(2), "Hello", "World")
    for _ in range(2):
        ledger.files.request(job, form)
    assert steps(ledger) == [step_of(job.id, form)]
    maker.make(step_of(job.id, form))
    assert steps(ledger) == []
    made = blobs.get(file_key(job, form))
    with pypdfium2.PdfDocument(made) as pdf:
        assert [page.get_textpage().get_text_range() for page in pdf] == ["Hello", "World"]
    assert pdfa.validate_written(io.BytesIO(made), "2b").passed == (form == "pdfa")


def test_pictures_of_several_pages_are_stored_as_one_zip(
    ledger: Ledger, blobs: Blobs, maker: FileMaker
) -> None:
    job = finished(ledger, blobs, tiff(2), "Hello", "World")
    maker.make(step_of(job.id, "overlay"))
    with ZipFile(io.BytesIO(blobs.get(file_key(job, "overlay")))) as archive:
        assert archive.namelist() == ["page-1.png", "page-2.png"]
        with Image.open(io.BytesIO(archive.read("page-2.png"))) as picture:
            assert picture.size == (100, 100)


def test_a_corrected_result_has_a_pdf_of_its_own(
    ledger: Ledger, blobs: Blobs, maker: FileMaker
) -> None:
    job = finished(ledger, blobs, tiff(), "He11o")
    word = Word("He11o", 0.4, Box(10, 10, 90, 30))
    original = document("He11o")
    line = replace(original.pages[0].blocks[0].lines[0], words=(word,))
    page = replace(original.pages[0], blocks=(Block("b1", "title", (line,)),))
    blobs.put(result_key(job), dumps(replace(original, pages=(page,))).encode())
    ledger.corrections.save(job.id, [Correction(1, "b1", 0, 0, "Hello")], author="k")
    for form in ("pdf", "pdf@1"):
        maker.make(step_of(job.id, form))
    texts = []
    for form in ("pdf", "pdf@1"):
        with pypdfium2.PdfDocument(blobs.get(file_key(job, form))) as pdf:
            texts += [page.get_textpage().get_text_range() for page in pdf]
    assert texts == ["He11o", "Hello"]


def placed(text: str, *words: Word) -> Document:
    """A document of one page, 100 pixels wide and high, with one line of these words."""
    original = document(text)
    line = replace(original.pages[0].blocks[0].lines[0], words=words, box=Box(10, 10, 90, 30))
    page = replace(original.pages[0], blocks=(Block("b1", "title", (line,)),))
    return replace(original, pages=(page,))


@pytest.mark.parametrize(
    ("form", "names", "truth"),
    [
        (
            "lines-tesseract",
            [
                f"page-0001-{line}-000.{end}"
                for line in ("b1", "added")
                for end in ("png", "gt.txt")
            ],
            ("page-0001-b1-000.gt.txt", "Hello\n"),
        ),
        (
            "lines-paddleocr",
            ["images/page-0001-b1-000.png", "images/page-0001-added-000.png", "rec_gt.txt"],
            (
                "rec_gt.txt",
                "images/page-0001-b1-000.png\tHello\nimages/page-0001-added-000.png\tthere\n",
            ),
        ),
    ],
)
def test_corrected_lines_are_images_with_their_text(
    ledger: Ledger,
    blobs: Blobs,
    maker: FileMaker,
    form: str,
    names: list[str],
    truth: tuple[str, str],
) -> None:
    job = finished(ledger, blobs, tiff(), "He11o")
    result = placed("He11o", Word("He11o", 0.4, Box(10, 10, 90, 30)))
    reading = page_reading_to_dict(replace(page_reading(1, "He11o"), page=result.pages[0]))
    with ledger.database.write() as connection:
        changed = update(tables.page_results).values(reading=json.dumps(reading))
        connection.execute(changed.where(tables.page_results.c.job_id == job.id))
    added = Correction(1, "added", 0, 0, "there", (20, 50, 60, 60))
    gone = Correction(1, "added", 0, 1, "", None)
    changes = [Correction(1, "b1", 0, 0, "Hello"), added, gone]
    ledger.corrections.save(job.id, changes, author="k")
    maker.make(step_of(job.id, f"{form}@1"))
    with ZipFile(io.BytesIO(blobs.get(file_key(job, f"{form}@1")))) as archive:
        assert archive.namelist() == names
        assert archive.read(truth[0]).decode() == truth[1]
        sizes = []
        for name in names:
            if name.endswith(".png"):
                with Image.open(io.BytesIO(archive.read(name))) as picture:
                    sizes.append(picture.size)
    assert sizes == [(87, 27), (44, 14)]  # the boxes and their margins


def test_fields_are_extracted_again_from_a_corrected_result(
    ledger: Ledger, blobs: Blobs, maker: FileMaker
) -> None:
    key = "tenants/acme/uploads/document"
    blobs.put(key, tiff())
    job = created(ledger, input_blob=key, options={"analyses": ["fields"]})
    ledger.jobs.begin_open(job.id, "w")
    ledger.jobs.opened(job.id, "image/tiff", [1])
    ledger.pages.succeed(claimed(ledger, job.id), "{}")
    read = page_of("Invoice Number: INV-2024-O17", "Total: EUR 12.00")
    blobs.put(result_key(job), dumps(document_of(read)).encode())
    assert ledger.finishing.finish(job.id, result_key(job))
    place = next(
        (at, index)
        for at, line in enumerate(read.blocks[0].lines)
        for index, word in enumerate(line.words)
        if word.text == "12.00"
    )
    ledger.corrections.save(job.id, [Correction(1, "b1", *place, "72.00")], author="k")
    maker.make(step_of(job.id, "json@1"))
    made = json.loads(blobs.get(file_key(job, "json@1")))
    assert made["analyses"]["corrections"] == {"revision": 1, "words": 1}
    assert made["analyses"]["fields"]["known"]["total"]["value"] == "72.00"
    maker.make(step_of(job.id, "json+csv@1"))
    with ZipFile(io.BytesIO(blobs.get(file_key(job, "json+csv@1")))) as archive:
        assert json.loads(archive.read("result.json")) == made


def test_a_tilted_line_is_cut_out_upright() -> None:
    page = np.zeros((100, 100, 3), np.uint8)
    corners = ((20.0, 20.0), (70.0, 40.0), (66.0, 50.0), (16.0, 30.0))
    cv2.fillPoly(page, [np.asarray(corners, np.int32)], (255, 255, 255))
    read = Line("tilted", 0.9, Box(16, 20, 70, 50), polygon=corners)
    cut = line_image(page, TrueLine("b1", 0, "tilted", read.box, read))
    assert cut.shape[:2] == (15, 58)  # its sides and a margin of 2 pixels
    assert cut[3:-3, 4:-4].mean() > 240


def test_a_page_is_pictured_upright_and_never_enlarged(
    ledger: Ledger, blobs: Blobs, maker: FileMaker
) -> None:
    scan = Image.new("RGB", (600, 300), "white")
    scan.paste("red", (0, 0, 60, 60))
    written = io.BytesIO()
    scan.save(written, "PNG")
    blobs.put("tenants/acme/uploads/scan", written.getvalue())
    job = created(ledger, input_blob="tenants/acme/uploads/scan")
    ledger.jobs.begin_open(job.id, "w")
    ledger.jobs.opened(job.id, "image/png", [1])
    upright = page_reading(1, "Hello")
    upright = replace(upright, page=replace(upright.page, rotation=90))
    ledger.pages.succeed(claimed(ledger, job.id), json.dumps(page_reading_to_dict(upright)))
    sizes = []
    for width in (200, 3200):
        maker.make(step_of(job.id, f"page-1-{width}"))
        with Image.open(io.BytesIO(blobs.get(file_key(job, f"page-1-{width}")))) as picture:
            sizes.append(picture.size)
            corner = picture.convert("RGB").getpixel((picture.width - 5, 5))
            assert corner[0] > 200, corner
            assert corner[1] < 60, corner
    assert sizes == [(200, 400), (300, 600)]


@pytest.mark.parametrize(("content", "code"), [(b"%PDF-1.7 x", "damaged"), (b"", "empty")])
def test_why_a_file_cannot_be_made_is_stored(
    ledger: Ledger, blobs: Blobs, maker: FileMaker, content: bytes, code: str
) -> None:
    job = finished(ledger, blobs, content, "Hello")
    ledger.files.request(job, "pdf")
    maker.make(step_of(job.id, "pdf"))
    assert steps(ledger) == []
    assert json.loads(blobs.get(fault_key(job, "pdf")))[0] == code


def test_a_step_of_a_job_that_was_deleted_ends(
    ledger: Ledger, blobs: Blobs, maker: FileMaker
) -> None:
    job = finished(ledger, blobs, tiff(), "Hello")
    ledger.files.request(job, "pdf")
    ledger.deletion.job(job.tenant, job.id, blobs)
    maker.make(step_of(job.id, "pdf"))
    assert steps(ledger) == []


def test_a_file_is_given_up_after_the_last_attempt(
    ledger: Ledger, blobs: Blobs, maker: FileMaker
) -> None:
    job = finished(ledger, blobs, tiff(), "Hello")
    ledger.files.request(job, "pdf")
    most = ledger.files._settings.max_attempts
    with ledger.database.write() as connection:
        connection.execute(tables.tasks.update().values(attempts=most + 1))
    maker.make(step_of(job.id, "pdf"))
    assert json.loads(blobs.get(fault_key(job, "pdf")))[0] == "result_failed"
    assert steps(ledger) == []


def test_a_store_that_is_away_puts_a_file_off(
    ledger: Ledger, blobs: Blobs, maker: FileMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = finished(ledger, blobs, tiff(), "Hello")
    ledger.files.request(job, "pdf")
    ledger.tasks.take(100)

    def away(_key: str, _data: bytes) -> None:
        raise BlobError("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(blobs, "put", away)
        maker.make(step_of(job.id, "pdf"))
    with ledger.database.read() as connection:
        row = connection.execute(select(tables.tasks)).one()
    assert (row.attempts, row.dispatched_until is not None) == (0, True)
    maker.make(step_of(job.id, "pdf"))
    assert steps(ledger) == []
