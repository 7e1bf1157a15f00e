import pytest

from vision.text.bidi import reading_order

ALEF, BET, GIMEL = "\u05d0", "\u05d1", "\u05d2"
LAM_ALEF = "\u0644\u0627"


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("", ""),
        ("abc 12", "abc 12"),
        (f"{ALEF}{BET}{GIMEL}", f"{GIMEL}{BET}{ALEF}"),
        (f"{ALEF}{BET} {GIMEL}", f"{GIMEL} {BET}{ALEF}"),
        (f"12.5 {ALEF}{BET}{GIMEL}", f"{GIMEL}{BET}{ALEF} 12.5"),
        (f"12 34 {ALEF}{BET}", f"{BET}{ALEF} 34 12"),
        (f"{ALEF * 5}{BET} to do", f"to do {BET}{ALEF * 5}"),
        (f"){BET}{ALEF}(", f"({ALEF}{BET})"),
        (f"see {ALEF}{BET} here", f"see {BET}{ALEF} here"),
    ],
)
def test_text_is_put_in_the_order_of_reading(seen: str, read: str):
    assert "".join(seen[at] for at in reading_order(seen)) == read


def test_a_character_of_several_letters_keeps_their_order():
    seen = [ALEF, LAM_ALEF]
    assert [seen[at] for at in reading_order(seen)] == [LAM_ALEF, ALEF]
