import zlib
from pathlib import Path

import pytest

from tests.support.documents import encrypted_pdf, pdf, save
from tests.support.pdf_kinds import compressed, page
from tests.support.text_pdfs import LETTER, rows_of, written
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.input.pdf import count_pages, render_page
from vision.input.pdf_repair import rebuilt

SOUND = page(written(rows_of()))


def words(path: Path) -> list[str]:
    layer = render_page(path, 1, 72, Limits()).text_layer
    return [word.text for word in layer.words] if layer else []


@pytest.mark.parametrize(
    "content",
    [SOUND[: SOUND.index(b"xref\n0")], compressed(), compressed()[:-9]],
    ids=["no trailer", "no table", "cut off"],
)
def test_a_pdf_that_lost_its_end_is_read_with_a_warning(content: bytes, tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", content)
    assert count_pages(path) == 1
    assert words(path) == LETTER.split()
    warnings = render_page(path, 1, 72, Limits()).warnings
    assert [warning.code for warning in warnings] == ["rebuilt"]


def test_a_sound_pdf_is_not_rebuilt(tmp_path: Path) -> None:
    assert render_page(save(tmp_path, "a.pdf", SOUND), 1, 72, Limits()).warnings == ()


def test_without_a_catalog_all_pages_are_kept_in_their_order(tmp_path: Path) -> None:
    content = pdf([(100 + n, 50) for n in range(5)])
    lost = content[content.index(b"3 0 obj") : content.index(b"xref\n0")]
    path = save(tmp_path, "a.pdf", b"%PDF-1.7\n" + lost)
    assert count_pages(path) == 5
    widths = [render_page(path, n, 72, Limits()).pixels.shape[1] for n in range(1, 6)]
    assert widths == [100, 101, 102, 103, 104]


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.9])
@pytest.mark.parametrize("content", [SOUND, compressed()], ids=["plain", "compressed"])
def test_whatever_is_cut_off_a_page_or_a_refusal_comes(
    content: bytes, share: float, tmp_path: Path
) -> None:
    path = save(tmp_path, "a.pdf", content[: int(len(content) * share)])
    try:
        assert render_page(path, 1, 72, Limits()).pixels.size > 0
    except BadInput as error:
        assert error.code == "damaged"  # noqa: PT017 - either


def test_a_password_is_not_got_around(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        count_pages(save(tmp_path, "a.pdf", encrypted_pdf()))
    assert caught.value.code == "encrypted"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n/Type/Page",
        b"%PDF-1.7\n9 0 obj <</Type/Pages>> endobj",
        b"%PDF-1.7\n1 0 obj<</Type/ObjStm/N 9/First 99>>stream\n" + zlib.compress(b"1 x 2 3 "),
        b"%PDF-1.7\n1 0 obj<</Type/ObjStm>>stream\n" + zlib.compress(b"1 0 "),
        b"%PDF-1.7\n1 0 obj<</Type/ObjStm/N 1/First 4>>stream\nnot compressed",
    ],
)
def test_where_no_page_is_found_nothing_is_rebuilt(content: bytes, tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", content)
    assert rebuilt(path) is None
    with pytest.raises(BadInput) as caught:
        count_pages(path)
    assert caught.value.code == "damaged"
