import pytest

from vision.text.vocabulary import known_word

LIST = {"paper", "Berlin", "été"}


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("paper", True),
        ("(Paper,", True),
        ("PAPER:", True),
        ("Berlin.", True),
        ("berlin", False),
        ("papre", False),
        ("«été»", True),
        ("a", None),
        ("", None),
        ("--", None),
        ("12.50", None),
        ("A4x", None),
        ("e-mail", None),
    ],
)
def test_words_are_known_whatever_their_case_and_marks(text: str, known: bool | None) -> None:
    assert known_word(text, LIST.__contains__) is known
