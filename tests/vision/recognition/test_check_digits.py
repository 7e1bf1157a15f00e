"""Account numbers whose letters and digits were confused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.check_digits import correct_account_numbers, is_account_number


def reading(text: str) -> LineReading:
    words = tuple(CropWord(word, 0.9, Box(0, 0, 1, 1)) for word in text.split())
    return LineReading(text, 0.9, words)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("N09386011117947", "NO9386011117947"),
        ("Account N093 8601 1117 947", "Account NO93 8601 1117 947"),
        ("IBAN: DE89 37O4 0044 O532 013O 00.", "IBAN: DE89 3704 0044 0532 0130 00."),
        ("GB29NWBK6O161331926819", "GB29NWBK60161331926819"),
        ("1E29AIBK93115212345678", "IE29AIBK93115212345678"),
        ("FR1420041010050500013M02606", "FR1420041010050500013M02606"),
        ("NO9386011117947", "NO9386011117947"),
        ("N09386011117948", "N09386011117948"),  # no exchange passes the check
        ("PRODUCT NO 00012345678901", "PRODUCT NO 00012345678901"),
        ("I00100000064", "I00100000064"),
        ("", ""),
    ],
)
def test_letters_and_digits_alike_are_corrected_where_the_check_digits_show_it(
    read: str, printed: str
) -> None:
    corrected = correct_account_numbers(reading(read))
    assert corrected.text == printed
    assert " ".join(word.text for word in corrected.words) == printed


@given(st.text("ABDEFGINO0123456789l ", max_size=40))
def test_only_valid_numbers_of_the_same_length_replace_a_reading(text: str) -> None:
    before = reading(" ".join(text.split()))
    after = correct_account_numbers(before)
    assert len(after.text) == len(before.text)
    assert after == before or any(
        is_account_number(part)
        for part in ("".join(after.text.split()[i:j]) for i in range(12) for j in range(i + 1, 13))
    )
