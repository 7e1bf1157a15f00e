from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.extraction.values.dates import dates_in, swapped


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2018-03-12", "2018-03-12"),
        ("25/12/2018", "2018-12-25"),
        ("13/2/99", "1999-02-13"),
        ("20.04.2018", "2018-04-20"),
        ("05 MAR 2018", "2018-03-05"),
        ("02/JAN/2017", "2017-01-02"),
        ("March 5, 2018", "2018-03-05"),
        ("5. März 2018", "2018-03-05"),
        ("1er août 2019", "2019-08-01"),
        ("12 de enero de 2018", "2018-01-12"),
        ("3 luglio 2020", "2020-07-03"),
        ("4 maart 2021", "2021-03-04"),
        ("7 de março de 2022", "2022-03-07"),
        ("3 Jan '98", "1998-01-03"),
        ("2018年3月5", "2018-03-05"),
    ],
)
def test_a_date_is_normalised(text, value):
    (found,) = dates_in(text)
    assert found.value.isoformat() == value
    assert found.other is None
    assert text[found.start : found.end] == text


def test_a_date_that_can_be_read_in_two_ways_says_so():
    (found,) = dates_in("on 05/06/2018 at noon")
    assert (found.value, found.other) == (date(2018, 6, 5), date(2018, 5, 6))
    assert swapped(found).value == date(2018, 5, 6)


@pytest.mark.parametrize(("text", "order"), [("25/12/2018", "day"), ("12/25/2018", "month")])
def test_numbers_over_twelve_show_the_order(text, order):
    (found,) = dates_in(text)
    assert (found.value, found.order) == (date(2018, 12, 25), order)


@pytest.mark.parametrize(
    "text", ["32/13/2018", "1.234.567", "12.03.18.5", "30 Feb 2018", "1850-01-01", "12:30", "", "7"]
)
def test_other_numbers_are_no_dates(text):
    assert list(dates_in(text)) == []


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d"]))
def test_every_printed_date_is_found(day, form):
    (found,) = dates_in(day.strftime(form))
    assert day in {found.value, found.other}


@given(st.text(st.sampled_from("0123456789./- JanMarMay,'"), max_size=40))
def test_dates_never_overlap(text):
    end = 0
    for found in dates_in(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end
