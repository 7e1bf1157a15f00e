"""Zones are parsed, and corrected only where their form or a check digit proves it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.extraction.mrz.check_digit import check_digit
from vision.extraction.mrz.correction import corrected
from vision.extraction.mrz.fillers import aligned
from vision.extraction.mrz.layout import LAYOUTS
from vision.extraction.mrz.zone import folded, zone_of

# The specimens of ICAO Doc 9303 parts 4, 5 and 6.
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
SPECIMENS = {"TD1": TD1, "TD2": TD2, "TD3": TD3}


def zone(*lines):
    found = zone_of([[line] for line in lines])
    return found[0] if found else None


@pytest.mark.parametrize(
    ("text", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("", "0"), ("L898902C3", "6")]
)
def test_check_digits_are_those_of_the_standard(text, digit):
    assert check_digit(text) == digit


def test_other_characters_have_no_check_digit():
    with pytest.raises(ValueError, match="cannot stand"):
        check_digit("a")


@pytest.mark.parametrize("kind", SPECIMENS)
def test_the_specimens_of_the_standard_are_parsed(kind):
    made = zone(*SPECIMENS[kind])
    assert (made.kind, made.valid) == (kind, True)
    assert made.lines == SPECIMENS[kind]
    wanted = {
        "issuer": "UTO", "nationality": "UTO", "surname": "ERIKSSON", "given_names": "ANNA MARIA",
        "birth_date": "1974-08-12", "expiry_date": "2012-04-15", "sex": "F",
    }  # fmt: skip
    assert {name: made.fields[name] for name in wanted} == wanted
    number = "L898902C3" if kind == "TD3" else "D23145890"
    assert made.fields["document_number"] == number


@pytest.mark.parametrize(
    ("line", "read"),
    [
        pytest.param(0, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<K<<<<<<<<<", id="a filler is read as K"),
        pytest.param(1, "L898902C36UTO74O8I22FI204I59ZE184226B<<<<<10", id="letters in dates"),
        pytest.param(
            1, "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10", id="a letter in the number"
        ),
        pytest.param(1, "L898902C36UT07408122F1204159ZE184226B<<<<<10", id="a digit in the state"),
        pytest.param(1, "L898902C36UTO7408122F1204159ZE184226B<<<<10", id="a filler is missing"),
        pytest.param(0, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<", id="a filler too many"),
    ],
)
def test_what_form_and_check_digits_prove_is_corrected(line, read):
    lines = [read if at == line else other for at, other in enumerate(TD3)]
    assert zone(*lines).lines == TD3


def test_what_nothing_proves_is_left_and_its_check_digit_fails():
    made = zone(TD3[0], "L898W02C36UTO7408122F1204159ZE184226B<<<<<10")
    assert made.fields["document_number"] == "L898W02C3"
    assert not made.valid
    assert made.checks["document_number"] is False
    assert made.checks["birth_date"] is True


def test_the_likelier_reading_is_used_unless_check_digits_say_otherwise():
    wrong = "L898902C36UTO7408122F1204159ZE184226B<<<<<11"
    found = zone_of([[TD3[0]], [wrong, TD3[1]]])
    assert found[0].lines == TD3


def test_a_zone_is_found_below_other_rows():
    rows = [["PASSPORTNOPASSEPORTNR<"], *([line] for line in TD3)]
    made, at = zone_of(rows)
    assert (made.kind, at) == ("TD3", 1)


@pytest.mark.parametrize(
    "lines",
    [
        ("THE<FIGURES<BELOW<WERE<TAKEN<FROM<THE<BOOKS<", "OF<THE<HARBOUR".ljust(44, "<")),
        (TD3[0],),
        ("",),
    ],
)  # fmt: skip
def test_other_lines_are_no_zone(lines):
    assert zone(*lines) is None


@given(st.lists(st.text(alphabet="0123456789ABIKOQSZX<", min_size=40, max_size=46), max_size=4))
def test_any_lines_can_be_looked_through(lines):
    made = zone(*lines)
    if made is not None:
        layout = next(each for each in LAYOUTS if each.kind == made.kind)
        assert [len(line) for line in made.lines] == [layout.length] * layout.height


@pytest.mark.parametrize("kind", SPECIMENS)
def test_one_likeness_in_the_number_never_gives_another_valid_number(kind):
    layout = next(each for each in LAYOUTS if each.kind == kind)
    place = next(each for each in layout.fields if each.name == "document_number")
    for at in range(place.start, place.end):
        lines = list(SPECIMENS[kind])
        line = lines[place.line]
        other = {"0": "O", "1": "I"}.get(line[at])
        if other:
            lines[place.line] = line[:at] + other + line[at + 1 :]
            assert corrected(lines, layout) == list(SPECIMENS[kind])


@pytest.mark.parametrize(
    ("text", "made"),
    [("P<UT0 ERIKS«", "P<UT0ERIKS<<"), ("50 %", ""), ("", ""), ("A(B|C.", "A<BIC")],
)
def test_lines_are_folded_into_the_alphabet(text, made):
    assert folded(text) == made


@pytest.mark.parametrize(
    ("text", "mask", "made"),
    [
        ("AB<C", "..<.", "AB<C"),
        ("AB<XC", "..<.", "AB<C"),
        ("ABKC", "..<.", "AB<C"),
        ("AB", "..<<", "AB<<"),
        ("AB<K<", "..<<<<", "AB<<<<"),
        ("AWD", ".<.", None),
        ("ABD", "..", None),
        ("A", "..", None),
    ],
)
def test_a_text_is_aligned_to_the_fillers_that_were_seen(text, mask, made):
    assert aligned(text, [each == "<" for each in mask]) == made


def test_random_texts_align_to_their_own_fillers():
    source = random.Random(5)
    for _ in range(50):
        text = "".join(source.choice("ABKX<0") for _ in range(source.randint(1, 30)))
        assert aligned(text, [each == "<" for each in text]) == text
