"""Searchable PDFs, read back by PDFium and checked by qpdf."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.searchable import found_words, problems
from tests.support.readings import small_document
from tests.support.text_pdfs import text_pdf, written
from vision.core.document import Block, Box, Line, Word
from vision.core.errors import BadInput
from vision.core.exports import PageText, PlacedWord
from vision.core.geometry import (
    bounding_box,
    corners,
    invert,
    rotation_affine,
    transform_box,
    transform_points,
)
from vision.core.limits import Limits
from vision.export.pdf import page_text
from vision.input.sandbox.pool import DecoderPool
from vision.input.searchable import pictures
from vision.input.searchable.pdf import searchable_pdf

LIMITS = Limits()
WORDS = {
    "first": Box(40, 30, 140, 60),
    "second": Box(160, 32, 300, 58),
    "below": Box(44, 500, 90, 590),
}


def text_of(width, height, words=None, *, trusted=False, number=1, turned=0, dpi=None):
    placed = [PlacedWord(text, corners(box)) for text, box in (words or WORDS).items()]
    return PageText(number, width, height, dpi, trusted, tuple((each,) for each in placed))


def blank_pdf(path, *, media=(0, 0, 420, 600), crop=None, rotate=0, content=b"", unit=None):
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(10, 10))
        page.mediabox = list(media)
        if crop:
            page.cropbox = list(crop)
        page.Rotate = rotate
        if unit:
            page.UserUnit = unit
        page.Contents = pdf.make_stream(content)
        pdf.save(path)
    return path


def words_in(content, width, number=1):
    with pypdfium2.PdfDocument(content) as pdf:
        page = pdf[number - 1]
        return dict(found_words(page, width / page.get_size()[0]))


def all_text(content, number=1):
    with pypdfium2.PdfDocument(content) as pdf:
        return pdf[number - 1].get_textpage().get_text_range()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (30, 50, 390, 560), (-50, -80, 500, 700)])
@pytest.mark.parametrize("media", [(0, 0, 420, 600), (-100, 200, 320, 800)])
def test_words_are_where_they_were_read(tmp_path, rotate, crop, media):
    path = blank_pdf(tmp_path / "page.pdf", media=media, crop=crop, rotate=rotate)
    with pypdfium2.PdfDocument(path) as pdf:
        width, height = (round(side * 300 / 72) for side in pdf[0].get_size())
    made = searchable_pdf(path, [text_of(width, height)], LIMITS)
    assert problems(made) == []
    found = words_in(made, width)
    assert set(found) == set(WORDS)
    for text, box in WORDS.items():
        assert found[text] == pytest.approx(box, abs=1.5), text


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_of_a_page_that_was_turned_upright(tmp_path, rotation):
    path = blank_pdf(tmp_path / "page.pdf")
    drawn = (1750, 2500)
    upright = drawn if rotation % 180 == 0 else drawn[::-1]
    line = Line("word", 0.9, Box(100, 200, 400, 260), (Word("word", 0.9, Box(100, 200, 400, 260)),))
    page = replace(
        small_document().pages[0], number=1, width=upright[0], height=upright[1],
        rotation=rotation, blocks=(Block("b1", "text", (line,)),),
    )  # fmt: skip
    made = searchable_pdf(path, [page_text(page, None)], LIMITS)
    to_page = rotation_affine(*drawn, rotation // 90)
    found = transform_box(to_page, words_in(made, drawn[0])["word"])
    assert found == pytest.approx(line.box, abs=1.5)
    with pypdfium2.PdfDocument(made) as pdf:
        matrix = pypdfium2.raw.FS_MATRIX()
        pypdfium2.raw.FPDFText_GetMatrix(pdf[0].get_textpage(), 0, matrix)
    # The letters run as they do on the upright page.
    along = invert(to_page)[:, :2] @ np.array([1, 0])
    assert np.sign(round(matrix.a, 3)) == along[0]
    assert np.sign(round(matrix.b, 3)) == -along[1]


@pytest.mark.parametrize("degrees", [-90, -30, -5, 2, 20, 70, 90, 180])
def test_words_of_turned_lines_keep_their_boxes(tmp_path, degrees):
    path = blank_pdf(tmp_path / "page.pdf")
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), 900], [np.sin(angle), np.cos(angle), 1200]])
    polygon = transform_points(turn, corners(Box(0, 0, 400, 50)))
    xs, ys = zip(*polygon, strict=True)
    box = Box(min(xs), min(ys), max(xs), max(ys))
    line = Line("turned", 0.9, box, (Word("turned", 0.9, box),), polygon)
    page = replace(
        small_document().pages[0], number=1, width=1750, height=2500, rotation=0,
        blocks=(Block("b1", "text", (line,)),),
    )  # fmt: skip
    made = searchable_pdf(path, [page_text(page, None)], LIMITS)
    assert words_in(made, 1750)["turned"] == pytest.approx(box, abs=2.5)


def picture(path: Path, mode="RGB", size=(1200, 900), **options) -> Path:
    grid = np.add.outer(np.arange(size[1]) // 7, np.arange(size[0]) // 5) % 251
    Image.fromarray(grid.astype(np.uint8)).convert(mode).save(path, **options)
    return path


def only_image(content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        return bytes(image.read_raw_bytes()), str(image.Filter), int(image.Width)


@pytest.mark.parametrize(
    ("name", "mode", "options", "kind"),
    [
        ("a.jpg", "RGB", {"quality": 80, "dpi": (150, 150)}, "/DCTDecode"),
        ("a.jpg", "L", {"progressive": True}, "/DCTDecode"),
        ("a.png", "RGB", {}, "/FlateDecode"),
        ("a.png", "1", {}, "/FlateDecode"),
        ("a.tif", "1", {"compression": "group4", "dpi": (300, 300)}, "/CCITTFaxDecode"),
        ("a.jp2", "RGB", {}, "/JPXDecode"),
    ],
)
def test_the_compressed_data_of_images_is_kept(tmp_path, name, mode, options, kind):
    path = picture(tmp_path / name, mode, **options)
    made = searchable_pdf(path, [text_of(1200, 900)], LIMITS)
    assert problems(made) == []
    raw, found, _ = only_image(made)
    assert found in (kind, f'pikepdf.Array([ "{kind}" ])')
    if kind in ("/DCTDecode", "/JPXDecode"):
        assert raw == path.read_bytes()
    assert len(made) < path.stat().st_size * 1.1 + 2500
    assert words_in(made, 1200).keys() == WORDS.keys()


def printed(mode="1", ink=0) -> Image.Image:
    page = Image.new("RGB", (1200, 900), "white")
    draw = ImageDraw.Draw(page)
    draw.fontmode, font = "1", ImageFont.load_default(26)  # no greys around the letters
    letters = np.random.default_rng(3).integers(0x41, 0x7B, (20, 60))
    for row, text in enumerate(letters):
        draw.text((50, 40 * row), "".join(map(chr, text)), (ink, ink, ink), font)
    return page.convert(mode)


def pixels_of(content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        return np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))


@pytest.mark.parametrize(
    ("name", "image", "kind"),
    [
        ("a.png", printed(), "/CCITTFaxDecode"),
        ("a.png", printed("RGB"), "/CCITTFaxDecode"),
        ("a.bmp", printed("1"), "/CCITTFaxDecode"),
        ("a.gif", printed("L", ink=90), "/FlateDecode"),
        ("a.png", printed("RGB", ink=90), "/FlateDecode"),
    ],
)
def test_pictures_of_few_colours_take_fewer_bytes_with_the_same_pixels(tmp_path, name, image, kind):
    path = tmp_path / name
    image.save(path)
    made = searchable_pdf(path, [text_of(1200, 900)], LIMITS)
    _, found, _ = only_image(made)
    assert found in (kind, f'pikepdf.Array([ "{kind}" ])')
    assert np.array_equal(pixels_of(made), np.asarray(image.convert("RGB")))
    assert len(made) < path.stat().st_size * 1.1


def test_the_colours_of_a_drawing_are_kept_in_a_palette(tmp_path):
    path = tmp_path / "a.bmp"
    image = Image.open(picture(tmp_path / "b.png", "P")).convert("RGB")
    image.save(path)
    made = searchable_pdf(path, [text_of(1200, 900)], LIMITS)
    assert np.array_equal(pixels_of(made), np.asarray(image))
    assert len(made) < path.stat().st_size / 3


@pytest.mark.parametrize("info", ["transparency", "icc_profile"])
def test_pictures_that_state_more_than_pixels_are_kept(tmp_path, info):
    stated = {"transparency": b"\xff\xff"} if info == "transparency" else {"icc_profile": b"x" * 99}
    path = tmp_path / "a.png"
    printed("P").save(path, **stated)
    assert pictures._smaller(path) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_shown_upright(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = picture(tmp_path / "photo.jpg", exif=exif)
    size = (900, 1200) if orientation > 4 else (1200, 900)
    made = searchable_pdf(path, [text_of(*size)], LIMITS)
    with pypdfium2.PdfDocument(made) as pdf:
        shown = pdf[0].render(scale=size[0] / pdf[0].get_size()[0]).to_pil().convert("L")
    upright = {
        1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2,
    }[orientation]  # fmt: skip
    with Image.open(path) as stored:
        wanted = stored.convert("L")
        wanted = wanted if upright is None else wanted.transpose(upright)
    assert shown.size == pytest.approx(wanted.size, abs=1)
    apart = np.asarray(shown.resize(wanted.size), float) - np.asarray(wanted, float)
    assert np.abs(apart).mean() < 12
    found = words_in(made, size[0])
    assert found["second"] == pytest.approx(WORDS["second"], abs=2)


@pytest.mark.parametrize(
    ("name", "mode"), [("a.webp", "RGB"), ("a.bmp", "RGB"), ("a.gif", "P"), ("a.png", "RGBA")]
)
def test_other_images_are_encoded_again(tmp_path, name, mode):
    path = picture(tmp_path / name, mode)
    made = searchable_pdf(path, [text_of(1200, 900)], LIMITS)
    assert problems(made) == []
    assert words_in(made, 1200).keys() == WORDS.keys()
    with pypdfium2.PdfDocument(made) as pdf:
        assert len(pdf) == 1


def test_each_page_of_a_tiff_has_its_own_text(tmp_path):
    path = tmp_path / "pages.tif"
    pages = [Image.new("1", (1200, 900), 1) for _ in range(3)]
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="group4")
    texts = [text_of(1200, 900, {f"page{n}": Box(100, 100, 300, 140)}, number=n) for n in (1, 3)]
    made = searchable_pdf(path, texts, LIMITS)
    assert [all_text(made, number) for number in (1, 2, 3)] == ["page1", "", "page3"]


def test_what_a_page_draws_is_kept_byte_for_byte(tmp_path):
    path = blank_pdf(tmp_path / "page.pdf", content=b"q 1 0 0 1 5 5 cm q 0 0 1 rg 9 9 90 90 re f")
    made = searchable_pdf(path, [text_of(1750, 2500)], LIMITS)
    with pikepdf.open(io.BytesIO(made)) as pdf, pikepdf.open(path) as before:
        ours, theirs = pdf.pages[0].Contents
        assert theirs.read_bytes() == before.pages[0].Contents.read_bytes()
        assert b" cm 3 Tr\nBT\n" in ours.read_bytes()


def rendered(content):
    with pypdfium2.PdfDocument(content) as pdf:
        return pdf[0].render(scale=1).to_numpy().copy()


def test_nothing_that_is_drawn_changes(tmp_path):
    path = tmp_path / "text.pdf"
    path.write_bytes(text_pdf(written(["Visible text"])))
    made = searchable_pdf(path, [text_of(2480, 3508)], LIMITS)
    assert np.array_equal(rendered(made), rendered(path.read_bytes()))


def layered(path, words, **options):
    path.write_bytes(searchable_pdf(blank_pdf(path), [text_of(1750, 2500, words)], LIMITS))
    return path


@pytest.mark.parametrize("trusted", [False, True])
def test_hidden_text_stays_only_where_it_was_found_right(tmp_path, trusted):
    path = layered(tmp_path / "scan.pdf", {"vvrong": WORDS["first"], "second": WORDS["second"]})
    made = searchable_pdf(path, [text_of(1750, 2500, trusted=trusted)], LIMITS)
    text = all_text(made).split()
    assert ("vvrong" in text) == trusted
    assert sorted(set(text) - {"vvrong"}) == sorted(WORDS)
    assert len(text) == len(set(text))


@pytest.mark.parametrize("trusted", [False, True])
def test_hidden_text_in_a_form_is_removed_as_well(tmp_path, trusted):
    path = layered(tmp_path / "scan.pdf", {"vvrong": WORDS["first"]})
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        text = page.Contents[0].read_bytes()
        form = pdf.make_stream(text, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        form.BBox, form.Resources = page.mediabox, page.Resources
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Text=form))
        page.Contents = pdf.make_stream(b"q /Text Do Q 0 0 9 9 re f")
        pdf.save(path)
    assert all_text(path.read_bytes()) == "vvrong"
    made = searchable_pdf(path, [text_of(1750, 2500, trusted=trusted)], LIMITS)
    assert ("vvrong" in all_text(made)) == trusted
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.pages[0].Contents[-1].read_bytes().endswith(b"re f" if trusted else b"re\nf")


def test_words_that_the_file_states_are_not_written_twice(tmp_path):
    path = tmp_path / "text.pdf"
    path.write_bytes(text_pdf(written(["Visible"], top=780, left=60)))
    with pypdfium2.PdfDocument(path) as pdf:
        scale = 300 / 72
        width, height = (round(side * scale) for side in pdf[0].get_size())
        text = pdf[0].get_textpage()
        edges = [text.get_charbox(at, loose=True) for at in range(text.count_chars())]
        left, low, right, top = (
            f(each[i] for each in edges) for i, f in enumerate((min, min, max, max))
        )
        tall = pdf[0].get_size()[1]
    box = Box(left * scale, (tall - top) * scale, right * scale, (tall - low) * scale)
    same = searchable_pdf(path, [text_of(width, height, {"Visible": box})], LIMITS)
    assert same == path.read_bytes()
    elsewhere = {"Visible": Box(100, 2000, 300, 2040)}
    assert (
        all_text(searchable_pdf(path, [text_of(width, height, elsewhere)], LIMITS)).count("Visible")
        == 2
    )


@pytest.mark.parametrize(
    "words",
    [
        ["سلام", "عالم"],
        ["שלום", "(עולם)"],
        ["Grüße", "naïve"],
        ["日本語", "\U0001f600x"],
        ["back\\slash", "(par)en"],
        ["x" * 14, "\x07y\ud800"],
        ["".join(map(chr, range(0x4E00, 0x4E00 + 300))), "\u0411\u0412"],
    ],
)
def test_pdfium_reads_what_was_written(tmp_path, words):
    path = blank_pdf(tmp_path / "page.pdf")
    right_to_left = words[0][0] in "سש"
    places = [Box(500, 100, 700, 150), Box(250, 100, 480, 150)]
    places = places if right_to_left else places[::-1]
    line = tuple(PlacedWord(text, corners(box)) for text, box in zip(words, places, strict=True))
    made = searchable_pdf(path, [PageText(1, 1750, 2500, None, False, (line,))], LIMITS)
    expected = " ".join(words).replace("\ud800", "").replace("\x07", "")
    assert all_text(made).replace("\x07", "") == expected


def test_a_file_that_only_pdfium_opens_is_drawn(tmp_path):
    path = blank_pdf(tmp_path / "page.pdf", content=b"0 0 99 99 re f")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"xref")])
    made = searchable_pdf(path, [text_of(1750, 2500)], LIMITS)
    assert problems(made) == []
    assert words_in(made, 1750).keys() == WORDS.keys()


@pytest.mark.parametrize("words", [WORDS, {}], ids=["words", "no words"])
def test_a_file_whose_trailer_is_broken_becomes_a_sound_one(tmp_path, words):
    path = tmp_path / "page.pdf"
    sound = text_pdf(written(["Visible text"]))
    broken = sound.replace(b"/Root 1 0 R", b"/Root 1 0 R/Something[>>")
    assert broken != sound
    path.write_bytes(broken)
    text = PageText(1, 2480, 3508, None, False, text_of(2480, 3508, words).lines if words else ())
    made = searchable_pdf(path, [text], LIMITS)
    assert problems(made) == []
    assert set(words) <= words_in(made, 2480).keys()


def test_what_is_no_document_is_the_caller_s_fault(tmp_path):
    path = tmp_path / "page.pdf"
    path.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(BadInput, match="cannot be opened"):
        searchable_pdf(path, [text_of(1750, 2500)], LIMITS)


@pytest.mark.parametrize("high", [2, 12, 700])
def test_small_and_large_words_are_as_exact_as_their_size_allows(tmp_path, high):
    path = blank_pdf(tmp_path / "page.pdf")
    box = Box(300, 1000, 300 + 2.3 * high, 1000 + high)
    made = searchable_pdf(path, [text_of(1750, 2500, {"word": box})], LIMITS)
    assert words_in(made, 1750)["word"] == pytest.approx(
        box, abs=max(0.1 * high, 0.1) if high < 30 else 2
    )


def test_errors_of_rounding_do_not_add_up_along_a_turned_line(tmp_path):
    path = blank_pdf(tmp_path / "page.pdf")
    angle = np.radians(3)
    turn = np.array([[np.cos(angle), -np.sin(angle), 30], [np.sin(angle), np.cos(angle), 900]])
    quads = [transform_points(turn, corners(Box(x, 0, x + 31, 20))) for x in range(0, 1600, 37)]
    line = tuple(PlacedWord(f"w{at}", quad) for at, quad in enumerate(quads))
    made = searchable_pdf(path, [PageText(1, 1750, 2500, None, False, (line,))], LIMITS)
    last = bounding_box(quads[-1])
    assert words_in(made, 1750)[f"w{len(quads) - 1}"] == pytest.approx(last, abs=2)


def test_text_costs_few_bytes(tmp_path):
    path = blank_pdf(tmp_path / "page.pdf")
    rng = np.random.default_rng(5)
    words = {
        f"w{at}": Box(x, y, x + rng.integers(40, 90), y + rng.integers(24, 34))
        for at, (x, y) in enumerate(
            (x, y) for y in range(100, 2400, 50) for x in range(50, 1600, 100)
        )
    }
    made = searchable_pdf(path, [text_of(1750, 2500, words)], LIMITS)
    assert len(made) - path.stat().st_size < 1200 + 11 * len(words)


def test_helpers_make_the_same_file(tmp_path):
    path = picture(tmp_path / "a.jpg")
    with DecoderPool(1) as pool:
        made = pool.searchable_pdf(path, [text_of(1200, 900)])
        with pytest.raises(BadInput, match="page"):
            pool.searchable_pdf(path, [text_of(1200, 900, number=2)])
        assert pool.probe(path).pages == 1
    assert words_in(made, 1200) == words_in(
        searchable_pdf(path, [text_of(1200, 900)], LIMITS), 1200
    )
