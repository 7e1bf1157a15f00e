import pytest

from jobs.domain.file_forms import (
    PagePicture,
    parse_picture,
    parse_revised,
    picture_of,
    revised,
)


@pytest.mark.parametrize(
    ("wanted", "made"),
    [(1, 200), (200, 200), (201, 400), (1600, 1600), (3200, 3200), (4000, 3200)],
)
def test_a_picture_is_made_in_few_widths(wanted: int, made: int) -> None:
    assert picture_of(7, wanted) == PagePicture(7, made)


@pytest.mark.parametrize("form", ["pdf", "pdf@3", "page-1", "page-1-2-3", "page-x-200", ""])
def test_other_files_are_no_pictures(form: str) -> None:
    assert parse_picture(form) is None


def test_names_are_read_back() -> None:
    assert parse_picture(PagePicture(12, 800).form) == PagePicture(12, 800)
    assert parse_revised(revised("pdf", 3)) == ("pdf", 3)
    assert parse_revised(revised("pdf", None)) == ("pdf", None)
