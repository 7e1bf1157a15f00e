import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.domain.names import (
    LONGEST_FILENAME,
    LONGEST_NAME,
    clean,
    display_name,
    form_name,
    is_clean,
    relative_name,
)

ANY = st.text(st.characters())  # lone surrogates, NUL and marks included


@given(ANY)
def test_what_is_cleaned_is_clean_and_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert is_clean(cleaned)
    assert is_clean(text) == (cleaned == text)
    assert "\0" not in cleaned
    cleaned.encode()


@given(st.text(st.sampled_from("ab./\\\0\n\u202e")))
def test_a_relative_name_leads_nowhere(text: str) -> None:
    name = relative_name(text)
    if name is not None:
        assert is_clean(name)
        assert 0 < len(name) <= LONGEST_NAME
        assert not {"", ".", ".."} & set(name.split("/"))
        assert relative_name(name) == name


@given(ANY)
def test_a_display_name_has_no_folders(text: str) -> None:
    name = display_name(text)
    assert name is None or (is_clean(name) and "/" not in name and "\\" not in name)
    assert name is None or 0 < len(name) <= LONGEST_FILENAME


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a%22b.png", 'a"b.png'),
        ("a%0D%0Ab.png", "ab.png"),
        ("50%25.png", "50%25.png"),
        ("100% sure.png", "100% sure.png"),
    ],
)
def test_what_browsers_encode_in_forms_is_decoded(given: str, shown: str) -> None:
    assert form_name(given) == shown


@pytest.mark.parametrize(
    "kept",
    [
        "Rechnung März.pdf",
        "请求.png",
        "नमस्ते.pdf",
        "\N{ARABIC LETTER MEEM}\u200c\N{ARABIC LETTER KHAH}.pdf",
        "👩\u200d👩\u200d👧.png",
        "a b",
    ],
)
def test_names_of_every_script_are_kept(kept: str) -> None:
    assert display_name(kept) == kept
    assert relative_name(f"./{kept}") == kept
