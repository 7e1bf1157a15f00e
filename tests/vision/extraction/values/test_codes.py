import pytest

from vision.extraction.values.codes import (
    bics_in,
    emails_in,
    ibans_in,
    numbers_of,
    phones_in,
    vat_ids_in,
)


def values(finder, text):
    return [each.value for each in finder(text)]


def test_an_account_number_counts_only_with_its_check_digits():
    assert values(ibans_in, "IBAN: DE89 3704 0044 0532 0130 00") == ["DE89370400440532013000"]
    assert values(ibans_in, "GB82WEST12345698765432 BIC") == ["GB82WEST12345698765432"]
    assert values(ibans_in, "DE88 3704 0044 0532 0130 00") == []


def test_words_behind_an_account_number_are_none_of_it():
    (found,) = ibans_in("DE89 3704 0044 0532 0130 00 COBADEFF")
    assert found.value == "DE89370400440532013000"


def test_mail_addresses_are_given_in_small_letters():
    assert values(emails_in, "E: Info@Example.co.uk,") == ["info@example.co.uk"]
    assert values(emails_in, "a@b, @c.d, x@y.") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("Tel: +49 (0)30 1234-567", "+490301234567"), ("03-2093 7358", "0320937358")],
)
def test_telephone_numbers_are_digits(text, number):
    assert values(phones_in, text) == [number]


def test_short_and_long_numbers_are_no_telephone_numbers():
    assert values(phones_in, "12-34") == []
    assert values(phones_in, "1234 5678 9012 3456 7890") == []


def test_vat_numbers_of_european_states_are_known_by_their_form():
    assert values(vat_ids_in, "USt-IdNr. DE 123 456 789") == ["DE123456789"]
    assert values(vat_ids_in, "ATU12345678 NL123456789B01") == ["ATU12345678", "NL123456789B01"]
    assert values(vat_ids_in, "XX123456789 DE12") == []


def test_bank_codes_have_eight_or_eleven_places():
    assert values(bics_in, "BIC COBADEFFXXX or COBADEFF or COBADE") == ["COBADEFFXXX", "COBADEFF"]


def test_the_number_of_a_document_may_have_capitals_before_it():
    assert values(numbers_of, "CS 10012 of May") == ["CS 10012"]
    assert values(numbers_of, "#INV-2019/55.") == ["INV-2019/55"]
    assert values(numbers_of, "see below") == []
