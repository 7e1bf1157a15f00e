from pathlib import Path

import pytest

from benchmarks import typefaces
from benchmarks.reader_child import Found

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("\n".join(typefaces.LINES), 1.0),
        ("\n".join(typefaces.LINES).replace('"Fully paid"', "\u201cFully paid\u201d"), 1.0),
        ("\n".join(typefaces.LINES).replace("= -1.25", "=-1.25"), 0.96),
        ("", 0.0),
    ],
)
def test_a_reading_is_scored_by_words_with_their_marks(text: str, score: float):
    page = typefaces._page(DEJAVU, 26)
    assert page is not None
    assert typefaces._score(page, lambda _: Found(text, [])) == pytest.approx(score, abs=0.01)


def test_a_face_without_all_characters_or_of_capitals_alone_is_left_out(tmp_path: Path):
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    (tmp_path / "SmallCaps-Regular.ttf").write_bytes(DEJAVU.read_bytes())
    (tmp_path / "Good.ttf").write_bytes(DEJAVU.read_bytes())
    options = typefaces._parse(["--fonts", str(tmp_path), "--half", "all"])
    assert [file.name for file in typefaces._faces(options)] == ["Good.ttf"]
