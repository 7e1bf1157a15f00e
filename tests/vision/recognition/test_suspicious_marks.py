"""Marks that Tesseract's networks write for bullets, fractions, rules and raised digits."""

import pytest

from vision.recognition.suspicious_marks import has_foreign_letter, has_suspicious_mark


@pytest.mark.parametrize(
    "text",
    [
        "@ Fill, trim and light every lamp.",
        "e Fill the bucket",
        "m Close the hatches",
        "© Close the hatches",
        "¢ one",
        "| want a paper invoice",
        "COMPOUND «",
        "262-6423 |",
        "|",
        "% cup of milk",
        "Take % cup of milk",
        "1% cups of flour",
        "3.2 x 10* kg",
        "3.2 x 10° kg",
        "The tank holds 40 m? of water.",
        "bricks were laid\u2019 that year",
        "7x8 = 56",
        "Dose 5 ug daily",
        "47uF at 16 V",
        "up to 20 kQ",
        "Rent 120, 000",
        "https://example.org/index.htm!",
        "Weare)sorry to hear",
        "He|asked whether",
        "()",
        "due/within/thirty days",
        "-\u00a32.00",
        "Revenue (kS)",
        "S12.50",
        "@5 DEC",
        "return @.@5",
        "x2@ screw",
    ],
)
def test_marks_that_stand_for_others_are_suspicious(text: str) -> None:
    assert has_suspicious_mark(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Total 12.50",
        "- Fill the bucket",
        "* one of two",
        "GST 6%",
        "25% of the total",
        "10.5% of the total",
        "5% 7%",
        "Who is it? Nobody knows.",
        "elephants",
        "of the load",
        "*********",
        "RM 9.00*2",
        "don't",
        "he/she and/or the tenant (s)he names",
        "US 12.50, (US)",
        "jane@mail.example or j87@mail.example",
        "f(x) = 3, see item (b)",
        "e",
    ],
)
def test_plain_text_is_not(text: str) -> None:
    assert not has_suspicious_mark(text)


@pytest.mark.parametrize(
    ("text", "languages", "foreign"),
    [
        ("prés de la", ("eng",), True),
        ("prés de la", ("fra",), False),
        ("prés de la", ("eng", "fra"), False),
        ("near the 3½ gates", ("eng",), False),
        ("", ("eng",), False),
    ],
)
def test_accents_in_a_line_read_as_english_are_looked_at_again(text, languages, foreign):
    assert has_foreign_letter(text, languages) is foreign
