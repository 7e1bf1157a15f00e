from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.extraction.values.amounts import amounts_in, numbers_in

AMOUNTS = [
    ("9.00", "9.00", None),
    ("RM9.00", "9.00", "MYR"),
    ("1,234.56", "1234.56", None),
    ("1.234,56 EUR", "1234.56", "EUR"),
    ("1 234,56 €", "1234.56", "EUR"),
    ("1'234.50 CHF", "1234.50", "CHF"),
    ("CHF 12.-", "12.00", "CHF"),
    ("-20.00", "-20.00", None),
    ("11.60-", "-11.60", None),
    ("(5.00)", "-5.00", None),
    ("-$5.00", "-5.00", None),
    ("$-5.00", "-5.00", None),
    ("US$ 1,000", "1000", "USD"),
    ("Rp 50.000", "50000", "IDR"),
    ("12.345.678,90", "12345678.90", None),
    ("9 .00", "9.00", None),
]


@pytest.mark.parametrize(("text", "value", "currency"), AMOUNTS)
def test_an_amount_is_normalised_with_its_sign_and_currency(text, value, currency):
    (found,) = amounts_in(text)
    assert (found.value, found.currency) == (Decimal(value), currency)
    assert text[found.start : found.end] == text


@pytest.mark.parametrize(
    "text",
    ["12/03/18", "18.04.2018", "12:05", "03-2093", "6%", "No.53", "1.23.4", "789417", "2018", ""],
)
def test_dates_times_rates_and_codes_are_no_amounts(text):
    assert list(amounts_in(text)) == []


def test_a_count_and_a_price_are_two_numbers():
    assert [str(each.value) for each in numbers_in("2 123.00")] == ["2", "123.00"]


def test_a_sign_of_several_currencies_proves_none():
    (found,) = amounts_in("$8.20")
    assert (found.currency, found.sign) == (None, "$")


def test_one_decimal_will_do_only_beside_a_label():
    assert list(amounts_in("18.8")) == []
    assert [each.value for each in amounts_in("18.8", labelled=True)] == [Decimal("18.80")]


cents = st.integers(-(10**9), 10**9)


@given(cents, st.sampled_from([(",", "."), (".", ","), ("", "."), ("'", ".")]))
def test_what_is_printed_is_what_is_found(value, marks):
    group, decimal = marks
    digits = f"{abs(value) // 100:,}".replace(",", group)
    printed = f"{'-' if value < 0 else ''}{digits}{decimal}{abs(value) % 100:02}"
    (found,) = amounts_in(printed)
    assert found.value == Decimal(value) / 100


@given(st.text(st.sampled_from("0123456789.,-()$€RM EURx/:%"), max_size=40))
def test_any_text_gives_amounts_inside_it(text):
    for each in numbers_in(text):
        assert 0 <= each.start < each.end <= len(text)
